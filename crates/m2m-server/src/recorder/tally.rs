//! How many tokens each application was issued.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use m2m_authority::Registry;

/// How many tokens each application was issued since somebody last asked. Counting takes no lock and no memory.
#[derive(Debug)]
pub(super) struct Tally(HashMap<Box<str>, AtomicU64>);

impl Tally {
    /// A tally of the applications of this registry, which do not change as long as the process lives.
    pub(super) fn new(registry: &Registry) -> Self {
        let applications = registry.records().applications.iter();
        Self(
            applications
                .map(|application| (application.client_id.clone(), AtomicU64::new(0)))
                .collect(),
        )
    }

    /// One token more.
    pub(super) fn count(&self, client_id: &str) {
        if let Some(tokens) = self.0.get(client_id) {
            tokens.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The applications with tokens since the last call, by client id, and how many.
    pub(super) fn take(&self) -> Vec<(Box<str>, u64)> {
        let mut taken: Vec<(Box<str>, u64)> = self
            .0
            .iter()
            .filter_map(
                |(client_id, tokens)| match tokens.swap(0, Ordering::Relaxed) {
                    0 => None,
                    tokens => Some((client_id.clone(), tokens)),
                },
            )
            .collect();
        taken.sort_unstable();
        taken
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Application, Records};

    use super::*;

    #[test]
    fn each_token_is_told_once() {
        let records = Records {
            applications: ["b", "a", "c"]
                .map(|client_id| Application::new(client_id, client_id))
                .into(),
            ..Records::default()
        };
        let tally = Tally::new(&Registry::assemble(records).unwrap());
        ["a", "b", "a", "unknown"]
            .iter()
            .for_each(|client_id| tally.count(client_id));
        assert_eq!(tally.take(), [("a".into(), 2), ("b".into(), 1)]);
        assert_eq!(tally.take(), []);
    }
}
