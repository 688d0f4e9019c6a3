//! The errors of a store.

use m2m_errors::Cause;

/// The error of a store operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the data directory open.
    #[error("the data directory is in use by another process")]
    InUse,
    /// A newer release wrote the data.
    #[error(
        "the data has schema version {found}, but this release supports only versions up to {known}"
    )]
    NewerSchema {
        /// The version of the data.
        found: u32,
        /// The latest that this release knows.
        known: u32,
    },
    /// A version before the first release wrote the data. Such data is not migrated.
    #[error("the data has schema version {found}, which was never released")]
    UnreleasedSchema {
        /// The version of the data.
        found: u32,
    },
    /// The data directory or a file in it cannot be opened, read or written.
    #[error("{file} cannot be opened: {why}")]
    Unopened {
        /// The path of the directory or the file.
        file: Box<str>,
        /// The reason, in the words of the operating system or the database.
        why: Box<str>,
        /// The kind of reason, where it is one that an operator can remove.
        obstacle: Option<Obstacle>,
    },
    /// The database is missing or empty, and another file shows that the folder contained a registry.
    #[error(
        "{file} is missing or empty, but {trace} shows that the data directory contained a registry"
    )]
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
    /// A path of the data directory no longer leads to the file that is open, or the journal was truncated. Nothing was changed.
    #[error("the data directory has changed since it was opened: {what}")]
    Displaced {
        /// The path, and the change to the file that it led to.
        what: Box<str>,
    },
    /// The store is at its capacity; a later try may succeed.
    #[error("the store is busy")]
    Busy,
    /// A read was interrupted because it would read too many records.
    #[error("the query would read too many records")]
    TooMuchWork,
    /// The disk is full. The request was not carried out.
    #[error("the disk is full: {why}")]
    Full {
        /// The file and the message of the database.
        why: Box<str>,
    },
    /// Reading or writing failed, for example because of a broken disk. The request was not carried out.
    #[error("the store failed: {why}")]
    Failed {
        /// The reason, in the words of the database.
        why: Box<str>,
    },
    /// Writing failed at a moment after which the change may have been made: it may be there after the next start.
    #[error("it is unknown whether the change was made: {why}")]
    Unknown {
        /// The reason, in the words of the database.
        why: Box<str>,
    },
    /// The data that was read is not the data that was written.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// The damaged file or key, and the damage.
        what: Box<str>,
    },
    /// The private keys are sealed with another key.
    #[error("the private key {kid} cannot be unsealed: it was sealed with a different sealing key")]
    WrongSealingKey {
        /// The first key that it does not unseal.
        kid: Box<str>,
    },
    /// The maximum number of revocations is reached, and a revocation must not be deleted before its token has expired.
    #[error(
        "the maximum number of revoked tokens is reached; no further token can be revoked until a revoked token expires"
    )]
    TooManyRevocations,
}

/// A reason why files cannot be opened that an operator can remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The file system is full.
    Full,
    /// The file system is mounted read-only, or the file may only be read.
    ReadOnly,
    /// The user of the process lacks the permission.
    Denied,
}

/// The kind of a failure while a store is open, as operators count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// The store is at its capacity, or another process holds the database.
    Busy,
    /// The disk is full.
    Full,
    /// Reading or writing failed.
    Failed,
    /// The outcome of a change was unknown.
    Unknown,
    /// The data that was read is not the data that was written.
    Damaged,
    /// The files of the data directory were deleted, moved, replaced or truncated.
    Displaced,
    /// Any other failure, for example a sealing key that does not fit.
    Other,
}

impl FailureKind {
    /// All kinds of failure, in their order.
    pub const ALL: [Self; 7] = [
        Self::Busy,
        Self::Full,
        Self::Failed,
        Self::Unknown,
        Self::Damaged,
        Self::Displaced,
        Self::Other,
    ];

    /// Returns the name of the kind in logs and metrics.
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
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::InUse => Cause::DataDirectoryInUse,
            Self::NewerSchema { .. } => Cause::DataSchemaNewer,
            Self::UnreleasedSchema { .. } => Cause::DataSchemaUnreleased,
            Self::Unopened { obstacle, .. } => match obstacle {
                Some(Obstacle::Full) => Cause::DiskFull,
                Some(Obstacle::ReadOnly | Obstacle::Denied) => Cause::DataDirectoryDenied,
                None => Cause::DataDirectoryUnreadable,
            },
            Self::Lost { .. } => Cause::DatabaseMissing,
            Self::Foreign { .. } => Cause::DatabaseForeign,
            Self::Displaced { .. } => Cause::DataDirectoryDisplaced,
            Self::Busy => Cause::StoreUnavailable,
            Self::TooMuchWork => Cause::QueryTooExpensive,
            Self::Full { .. } => Cause::DiskFull,
            Self::Failed { .. } => Cause::DiskFailed,
            Self::Unknown { .. } => Cause::ChangeUnknown,
            Self::Damaged { .. } => Cause::StoreDamaged,
            Self::WrongSealingKey { .. } => Cause::SealingKeyWrong,
            Self::TooManyRevocations => Cause::TooManyRevocations,
        }
    }

    /// Returns the kind of failure.
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

/// The reason why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The registry is no longer at the version that the change was made for. Read it again and decide again.
    #[error("the registry has changed in the meantime")]
    Conflict,
    /// The change has no audit event.
    #[error("a change requires an audit event")]
    Unaudited,
    /// The change does not fit the registry: another record has the same name, or there is no such organization.
    #[error("the change does not fit the registry: {what}")]
    Inconsistent {
        /// The part that does not fit.
        what: Box<str>,
    },
    /// The change could not be made durable. It was not made, except after [`StoreError::Unknown`], which leaves that open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Conflict => Cause::RegistryChanged,
            Self::Unaudited => Cause::InternalError,
            Self::Inconsistent { .. } => Cause::RegistryInconsistent,
            Self::Store(error) => error.cause(),
        }
    }
}
