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
        /// The kind of reason, where it is one that an operator can remove.
        obstacle: Option<Obstacle>,
    },
    /// The database is missing or empty, and another file shows that the folder held a registry.
    #[error("{file} is missing or empty, and {trace} shows that the folder held a registry")]
    Lost {
        /// The path of the database.
        file: Box<str>,
        /// The name of the file that shows it.
        trace: Box<str>,
    },
    /// The database is not the one that the folder belongs to.
    #[error("{file} does not belong to this data directory: {why}")]
    Foreign {
        /// The path of the database.
        file: Box<str>,
        /// The two identities, or the lack of one.
        why: Box<str>,
    },
    /// A path of the data directory no longer leads to the file that is open, or the journal was cut short. Nothing was changed.
    #[error("the data directory is not the one that was opened: {what}")]
    Displaced {
        /// The path, and what has become of it.
        what: Box<str>,
    },
    /// It is at its capacity; a later try may succeed.
    #[error("the store is busy")]
    Busy,
    /// A read looks at too many records to be answered.
    #[error("the query looks at too many records")]
    TooMuchWork,
    /// The disk is full. The request was not carried out.
    #[error("the disk is full: {why}")]
    Full {
        /// The file and the message of the database.
        why: Box<str>,
    },
    /// Reading or writing failed: a broken disk, say. What was asked for was not done.
    #[error("the store failed: {why}")]
    Failed {
        /// Why, in the words of the database.
        why: Box<str>,
    },
    /// Writing failed at a moment from which on it may be done: it may be there after the next start.
    #[error("the store cannot tell whether a change was made: {why}")]
    Unknown {
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

/// A reason why files cannot be opened that an operator can remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The file system is full.
    Full,
    /// The file system is mounted read-only, or the file may only be read.
    ReadOnly,
    /// This user may not.
    Denied,
}

/// The kind of a failure while a store is open, as operators count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// It is at its capacity, or another process holds the database.
    Busy,
    /// The disk is full.
    Full,
    /// Reading or writing failed.
    Failed,
    /// It was not known whether a change was made.
    Unknown,
    /// What was read is not what was written.
    Damaged,
    /// The files of the data directory were deleted, moved, replaced or cut short.
    Displaced,
    /// Anything else, as a sealing key that does not fit.
    Other,
}

impl FailureKind {
    /// Every one of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Busy,
        Self::Full,
        Self::Failed,
        Self::Unknown,
        Self::Damaged,
        Self::Displaced,
        Self::Other,
    ];

    /// The word for it, in logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Damaged => "damaged",
            Self::Displaced => "displaced",
            Self::Other => "other",
        }
    }
}

impl StoreError {
    /// The kind of failure.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Busy => FailureKind::Busy,
            Self::Full { .. } => FailureKind::Full,
            Self::Failed { .. } => FailureKind::Failed,
            Self::Unknown { .. } => FailureKind::Unknown,
            Self::Damaged { .. } => FailureKind::Damaged,
            Self::Displaced { .. } => FailureKind::Displaced,
            Self::InUse
            | Self::TooMuchWork
            | Self::NewerSchema { .. }
            | Self::UnreleasedSchema { .. }
            | Self::Unopened { .. }
            | Self::Lost { .. }
            | Self::Foreign { .. }
            | Self::WrongSealingKey { .. }
            | Self::TooManyRevocations => FailureKind::Other,
        }
    }
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
    /// It could not be made durable. It was not made, except after [`StoreError::Unknown`], which leaves that open.
    #[error(transparent)]
    Store(#[from] StoreError),
}
