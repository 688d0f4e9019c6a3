//! All mistakes in settings, to be reported at once.

use m2m_host::error::Failure;

/// All mistakes in settings.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Failure>);

impl Mistakes {
    /// Adds a mistake.
    pub(crate) fn add(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// Returns the number of mistakes.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no mistakes.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all mistakes, in the order in which they were found.
    pub(crate) fn into_vec(self) -> Vec<Failure> {
        self.0
    }

    /// Returns the first mistake, with the number of the others in its text.
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
