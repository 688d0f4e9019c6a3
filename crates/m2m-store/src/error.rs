//! What can go wrong with a store.

/// A store did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open.
    #[error("the data directory is in use by another process")]
    InUse,
    /// A newer release made it.
    #[error("the data has schema version {found}, and this release knows up to {known}")]
    NewerSchema {
        /// The version of the data.
        found: u32,
        /// The latest that this release knows.
        known: u32,
    },
    /// A version before the first release made it. Such data is not migrated.
    #[error("the data has schema version {found}, which was never released")]
    UnreleasedSchema {
        /// The version of the data.
        found: u32,
    },
    /// The folder or a file in it cannot be had.
    #[error("{file} cannot be opened: {why}")]
    Unopened {
        /// Which.
        file: Box<str>,
        /// Why, in the words of the operating system or the database.
        why: Box<str>,
    },
    /// It is at its capacity; a later try may succeed.
    #[error("the store is busy")]
    Busy,
    /// Reading or writing failed: a full or broken disk, say. What was asked for was not done.
    #[error("the store failed: {why}")]
    Failed {
        /// Why, in the words of the database.
        why: Box<str>,
    },
    /// What was read is not what was written.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What does not fit.
        what: Box<str>,
    },
    /// The private keys are sealed with another key.
    #[error("the private key {kid} cannot be unsealed: the sealing key is another one")]
    WrongSealingKey {
        /// The first key that it does not open.
        kid: Box<str>,
    },
    /// As many revocations are kept as can be, and none may be forgotten early.
    #[error("there is no room for more revocations")]
    TooManyRevocations,
}

/// A change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The registry is no longer at the version that the change was made for. Read it again and decide again.
    #[error("the registry has changed meanwhile")]
    Conflict,
    /// The change has no audit event.
    #[error("a change needs an audit event")]
    Unaudited,
    /// It does not fit what is there: a name that another record has, an organization that there is not.
    #[error("the change does not fit the registry: {what}")]
    Inconsistent {
        /// What does not fit.
        what: Box<str>,
    },
    /// It could not be made durable, and was not made.
    #[error(transparent)]
    Store(#[from] StoreError),
}
