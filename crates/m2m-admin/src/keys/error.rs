//! The errors of changes of signing keys.

use m2m_errors::Cause;
use m2m_store::CommitError;

use super::RotationRefused;
use crate::attempts::Failure;

/// The reason why the keys of the store were not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Another key, or the same key in another state, has the key id.
    #[error("there is already a key with the key id {kid:?}")]
    KeyIdTaken {
        /// The key id.
        kid: Box<str>,
    },
    /// The key was retired, and cannot be used again.
    #[error(
        "the key was retired under the key id {kid:?} and cannot be used again, because it may be compromised"
    )]
    Retired {
        /// The key id that it had.
        kid: Box<str>,
    },
    /// The next step of a rotation cannot be taken now.
    #[error(transparent)]
    Refused(#[from] RotationRefused),
    /// The change could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl KeyError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::KeyIdTaken { .. } => Cause::KeyIdTaken,
            Self::Retired { .. } => Cause::KeyRetired,
            Self::Refused(refused) => refused.cause(),
            Self::Commit(error) => error.cause(),
        }
    }
}

impl Failure for KeyError {
    fn is_conflict(&self) -> bool {
        *self == Self::Commit(CommitError::Conflict)
    }
}
