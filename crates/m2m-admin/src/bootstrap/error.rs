//! A management application that is not made.

use m2m_authority::registry::InvalidRegistry;
use m2m_store::CommitError;

use crate::attempts::Failure;

/// Nothing was made to manage the server with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// Another application has the client id.
    #[error(
        "the client id {client_id:?} belongs to an application that does not manage this server"
    )]
    ClientIdTaken {
        /// The client id that was preset.
        client_id: Box<str>,
    },
    /// The application with the client id takes part in the management of the server, and cannot manage it.
    #[error(
        "the application {client_id:?} cannot manage this server: it can get no token, or lacks a scope of the management API"
    )]
    Incapable {
        /// The client id that was preset.
        client_id: Box<str>,
    },
    /// What is in the registry leaves no room for it.
    #[error("the management application does not fit the registry: {0}")]
    Misfit(#[from] InvalidRegistry),
    /// The change was decided and not made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl Failure for BootstrapError {
    fn is_conflict(&self) -> bool {
        *self == Self::Commit(CommitError::Conflict)
    }
}
