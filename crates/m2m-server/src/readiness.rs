//! Whether the server should be asked, and if not, why.

use std::sync::atomic::{AtomicU8, Ordering};

/// The reasons why the server should not be asked. Whoever knows one sets it, and takes it back.
#[derive(Debug, Default)]
pub(crate) struct Readiness(AtomicU8);

/// Why the server should not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unready {
    /// It is not there yet.
    Starting,
    /// It ends what it has begun, and takes nothing new.
    Draining,
    /// It serves from memory for now, because the store cannot be reached.
    OutOfContact,
}

impl Unready {
    const ALL: [Self; 3] = [Self::Starting, Self::Draining, Self::OutOfContact];

    const fn bit(self) -> u8 {
        match self {
            Self::Starting => 1,
            Self::Draining => 2,
            Self::OutOfContact => 4,
        }
    }

    /// The reason in one word, for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Draining => "draining",
            Self::OutOfContact => "out-of-contact",
        }
    }
}

impl Readiness {
    /// Of a server that starts.
    pub(crate) const fn starting() -> Self {
        Self(AtomicU8::new(Unready::Starting.bit()))
    }

    /// There is this reason now.
    pub(crate) fn set(&self, reason: Unready) {
        self.0.fetch_or(reason.bit(), Ordering::Relaxed);
    }

    /// There is this reason no more.
    pub(crate) fn clear(&self, reason: Unready) {
        self.0.fetch_and(!reason.bit(), Ordering::Relaxed);
    }

    /// All reasons; none if the server is ready.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = Unready> {
        let bits = self.0.load(Ordering::Relaxed);
        Unready::ALL
            .into_iter()
            .filter(move |reason| bits & reason.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_ready_when_no_reason_is_left() {
        let readiness = Readiness::starting();
        readiness.set(Unready::OutOfContact);
        readiness.clear(Unready::Starting);
        let reasons: Vec<_> = readiness.reasons().map(Unready::as_str).collect();
        assert_eq!(reasons, ["out-of-contact"]);
        readiness.clear(Unready::OutOfContact);
        assert_eq!(readiness.reasons().count(), 0);
        readiness.set(Unready::Draining);
        assert_eq!(readiness.reasons().next(), Some(Unready::Draining));
    }
}
