//! The reasons why a management application is not created.

use m2m_authority::registry::InvalidRegistry;
use m2m_errors::Cause;
use m2m_store::CommitError;

use crate::attempts::Failure;

/// The reason why a management application was not created. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// Another application has the client id.
    #[error(
        "the client id {client_id:?} belongs to an application that does not manage this server"
    )]
    ClientIdTaken {
        /// The preset client id.
        client_id: Box<str>,
    },
    /// The application with the client id takes part in the management of the server, but cannot manage it.
    #[error(
        "the application {client_id:?} cannot manage this server: it cannot get a token, or lacks a scope of the management API"
    )]
    Incapable {
        /// The preset client id.
        client_id: Box<str>,
    },
    /// The management API or its application does not fit the records in the registry.
    #[error("the management application cannot be added to the registry: {0}")]
    Misfit(#[from] InvalidRegistry),
    /// The change could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl BootstrapError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::ClientIdTaken { .. } => Cause::ClientIdTaken,
            Self::Incapable { .. } => Cause::ManagerIncapable,
            Self::Misfit(error) => error.problem.cause(),
            Self::Commit(error) => error.cause(),
        }
    }
}

impl Failure for BootstrapError {
    fn is_conflict(&self) -> bool {
        *self == Self::Commit(CommitError::Conflict)
    }
}
