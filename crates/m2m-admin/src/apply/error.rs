//! A file that is not applied.

use m2m_authority::registry::Problem;
use m2m_store::{CommitError, StoreError, Subject};

use crate::Mistake;
use crate::attempts::Failure;

/// A file is not applied. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The file is wrong, or does not fit what is in the registry.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// A record that is not in the file would refer to something that the file changes or takes away.
    #[error("{} {name:?}, which is not in the file, would no longer fit: {problem}", subject.as_str())]
    Left {
        /// What it is.
        subject: Subject,
        /// Its identifier.
        name: Box<str>,
        /// What would be wrong with it.
        problem: Problem,
    },
    /// Nobody would manage the server any more.
    #[error(
        "the application {client_id:?} is the last that manages this server, and would do so no longer"
    )]
    LastManagement {
        /// The client id of one that does now.
        client_id: Box<str>,
    },
    /// The change was decided and not made; after as many attempts as are made, if somebody else was faster each time.
    #[error(transparent)]
    Commit(#[from] CommitError),
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
