//! Changes that are attempted again after a conflict.

use m2m_store::CommitError;

/// An error of a change.
pub(crate) trait Failure {
    /// Returns true if the change failed only because the registry has a newer version than the one that it was decided at.
    fn is_conflict(&self) -> bool;
}

/// The attempts at a change, each of which is decided at the latest version of the registry. After a conflict there is another one, up to a maximum.
#[derive(Debug)]
pub(crate) struct Attempts {
    left: u32,
}

impl Attempts {
    pub(crate) const fn new() -> Self {
        Self { left: MAX_ATTEMPTS }
    }

    /// Returns true if this outcome is final: the change was made, it failed for good, or this was the last attempt.
    pub(crate) fn settled<T, E: Failure>(&mut self, outcome: &Result<T, E>) -> bool {
        self.left = self.left.saturating_sub(1);
        match outcome {
            Err(error) => self.left == 0 || !error.is_conflict(),
            Ok(_) => true,
        }
    }
}

/// The maximum number of attempts. This many conflicts in a row are not chance: something changes the registry without end.
const MAX_ATTEMPTS: u32 = 8;

impl Failure for CommitError {
    fn is_conflict(&self) -> bool {
        *self == Self::Conflict
    }
}
