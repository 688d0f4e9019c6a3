//! The reasons why a file is not applied.

use m2m_authority::registry::Problem;
use m2m_errors::Cause;
use m2m_store::{CommitError, StoreError, Subject};

use crate::Mistake;
use crate::attempts::Failure;

/// The reason why a file is not applied. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The file has a mistake, or does not fit the registry.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// A record that is not in the file would refer to something that the file changes or deletes.
    #[error("{} {name:?}, which is not in the file, would become invalid: {problem}", subject.as_str())]
    Left {
        /// The kind of the record.
        subject: Subject,
        /// The identifier of the record.
        name: Box<str>,
        /// The problem that the record would have.
        problem: Problem,
    },
    /// The server would lose its last manager.
    #[error(
        "the application {client_id:?} is the last application that can manage this server, and would lose its access to the management API"
    )]
    LastManagement {
        /// The client id of an application that manages the server now.
        client_id: Box<str>,
    },
    /// The change could not be committed. A conflict is returned only after the last attempt.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl ApplyError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Mistake(mistake) => mistake.cause(),
            Self::Left { .. } => Cause::RecordInUse,
            Self::LastManagement { .. } => Cause::ManagementProtected,
            Self::Commit(error) => error.cause(),
        }
    }
}

impl From<StoreError> for ApplyError {
    fn from(error: StoreError) -> Self {
        Self::Commit(error.into())
    }
}

impl Failure for ApplyError {
    fn is_conflict(&self) -> bool {
        *self == Self::Commit(CommitError::Conflict)
    }
}
