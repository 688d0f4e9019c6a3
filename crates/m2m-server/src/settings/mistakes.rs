//! Everything that is wrong, to be told at once.

use m2m_host::error::Failure;

/// Everything that is wrong with settings.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Failure>);

impl Mistakes {
    /// One more.
    pub(crate) fn add(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// The number of mistakes.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in the order in which they were found.
    pub(crate) fn into_vec(self) -> Vec<Failure> {
        self.0
    }

    /// The first, which says how many more there are.
    pub fn into_failure(self) -> Failure {
        let more = self.0.len().saturating_sub(1);
        let mut all = self.0.into_iter();
        let Some(first) = all.next() else {
            return Failure::usage("the settings are wrong");
        };
        match more {
            0 => first,
            1 => first.help(
                "there is one more mistake; `m2m config check` with the same options shows both",
            ),
            more => first.help(format!(
                "there are {more} more mistakes; `m2m config check` with the same options shows all"
            )),
        }
    }
}

impl From<Failure> for Mistakes {
    fn from(failure: Failure) -> Self {
        Self(vec![failure])
    }
}
