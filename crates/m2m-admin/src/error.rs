//! What can go wrong with each operation.

use m2m_authority::registry::{InvalidRegistry, Problem};
use m2m_jwt::{Algorithm, InvalidKey};
use m2m_store::{CommitError, StoreError, Subject};

use crate::keys::RotationRefused;
use crate::{Mistake, PresetCredentials};

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

/// Credentials that somebody chose cannot be those of a management application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPreset {
    /// The client id is none.
    #[error("a client id is 1 to 256 characters of visible ASCII without %, + and :")]
    ClientId,
    /// The secret could be guessed.
    #[error(
        "the secret has {characters} characters, and needs {} or more",
        PresetCredentials::MIN_SECRET_CHARACTERS
    )]
    SecretTooShort {
        /// How many it has.
        characters: usize,
    },
    /// The secret has a control character in it, or white space at an end: a line break of the file that it was read from, say.
    #[error(
        "the secret has a line break or another control character in it, or white space at an end"
    )]
    SecretUnclean,
}

/// The keys of the store are as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Another key, or the same one in another state, has the key id.
    #[error("there is a key with the key id {kid:?} already")]
    KeyIdTaken {
        /// The key id.
        kid: Box<str>,
    },
    /// The key was retired, and does not come back.
    #[error("the key was retired, as {kid:?}: others may know it, and it is never used again")]
    Retired {
        /// The key id that it had.
        kid: Box<str>,
    },
    /// The next step of a rotation cannot be taken now.
    #[error(transparent)]
    Refused(#[from] RotationRefused),
    /// The change was decided and not made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// A document is no private key that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidImport {
    /// It is no private key.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// It is a key for another algorithm.
    #[error("the key is not one for {algorithm}")]
    OtherAlgorithm {
        /// The algorithm that was named.
        algorithm: Algorithm,
    },
    /// It is a key for several algorithms, and none was named.
    #[error("the key can sign by several algorithms, and which one is meant is not said")]
    AlgorithmNeeded,
    /// Its key id cannot be used.
    #[error(
        "a key id is 1 to {} characters of visible ASCII",
        m2m_jwt::limits::MAX_KEY_ID_BYTES
    )]
    KeyId,
}
