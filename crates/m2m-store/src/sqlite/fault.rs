//! Faults on a thread of the store, before they are reported to the caller.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::{Obstacle, StoreError};

/// The fault of a job.
#[derive(Debug)]
pub(super) enum Fault {
    /// An error of the database.
    Database(rusqlite::Error),
    /// The data that was read is not the data that was written.
    Damaged(Box<str>),
    /// A `COMMIT` failed after the change may have reached the journal.
    Unsettled(rusqlite::Error),
    /// The database thread did not answer.
    Unanswered,
    /// The file must not be opened.
    Unopened(Box<str>),
    /// An error that is a [`StoreError`] already.
    Store(StoreError),
}

impl Fault {
    /// Returns the fault as an error, with the name of the file.
    pub(super) fn in_file(self, file: &str) -> StoreError {
        let error = match self {
            Self::Store(error) => return error,
            Self::Damaged(what) => {
                return StoreError::Damaged {
                    what: format!("{file}: {what}").into(),
                };
            }
            Self::Unopened(why) => {
                return StoreError::Unopened {
                    file: file.into(),
                    why,
                    obstacle: None,
                };
            }
            Self::Unsettled(error) => {
                return StoreError::Unknown {
                    why: format!("{file}: {error}").into(),
                };
            }
            Self::Unanswered => {
                return StoreError::Failed {
                    why: NO_ANSWER.into(),
                };
            }
            Self::Database(error) => error,
        };
        let text = format!("{file}: {error}").into_boxed_str();
        if is(
            &error,
            &[ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked],
        ) {
            StoreError::Busy
        } else if is_damage(&error) {
            StoreError::Damaged { what: text }
        } else if is_full(&error, file) {
            StoreError::Full { why: text }
        } else {
            StoreError::Failed { why: text }
        }
    }

    /// Returns the fault as the error of a write. Without an answer the write may have happened.
    pub(super) fn of_write(self, file: &str) -> StoreError {
        match self {
            Self::Unanswered => StoreError::Unknown {
                why: NO_ANSWER.into(),
            },
            Self::Database(_)
            | Self::Damaged(_)
            | Self::Unsettled(_)
            | Self::Unopened(_)
            | Self::Store(_) => self.in_file(file),
        }
    }

    /// Returns the fault as an error of opening the file.
    pub(super) fn while_opening(self, file: &str) -> StoreError {
        match self {
            Self::Database(error) if !is_damage(&error) => StoreError::Unopened {
                file: file.into(),
                why: error.to_string().into(),
                obstacle: obstacle(&error, file),
            },
            Self::Database(_)
            | Self::Damaged(_)
            | Self::Unsettled(_)
            | Self::Unanswered
            | Self::Unopened(_)
            | Self::Store(_) => self.in_file(file),
        }
    }

    /// Returns the fault of a failed `COMMIT`. SQLite writes the whole change to the journal and then synchronizes it, so that the change may
    /// be there after the next start. It is not there if SQLite refused earlier, or could not write all of it.
    pub(super) fn of_commit(error: rusqlite::Error) -> Self {
        let is_certain = is(
            &error,
            &[
                ErrorCode::DatabaseBusy,
                ErrorCode::DatabaseLocked,
                ErrorCode::DiskFull,
                ErrorCode::ConstraintViolation,
                ErrorCode::ReadOnly,
            ],
        ) || extended(&error) == Some(ffi::SQLITE_IOERR_WRITE);
        if is_certain {
            Self::Database(error)
        } else {
            Self::Unsettled(error)
        }
    }

    /// Returns the same fault for a change that was not begun because of it, and so was certainly not made.
    pub(super) fn before_beginning(self) -> Self {
        match self {
            Self::Unsettled(error) => Self::Database(error),
            Self::Database(_)
            | Self::Damaged(_)
            | Self::Unanswered
            | Self::Unopened(_)
            | Self::Store(_) => self,
        }
    }

    /// Returns true if a unique column would have held the same value twice.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_extended(ffi::SQLITE_CONSTRAINT_UNIQUE)
    }

    /// Returns true if a row would have referred to a row that does not exist.
    pub(super) fn is_dangling(&self) -> bool {
        self.is_extended(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    fn is_extended(&self, code: core::ffi::c_int) -> bool {
        match self {
            Self::Database(error) => extended(error) == Some(code),
            Self::Damaged(_)
            | Self::Unsettled(_)
            | Self::Unanswered
            | Self::Unopened(_)
            | Self::Store(_) => false,
        }
    }
}

fn extended(error: &rusqlite::Error) -> Option<core::ffi::c_int> {
    error.sqlite_error().map(|error| error.extended_code)
}

/// Returns true if the disk is full. On some file systems SQLite only reports that writing failed.
fn is_full(error: &rusqlite::Error, file: &str) -> bool {
    is(error, &[ErrorCode::DiskFull])
        || (is(error, &[ErrorCode::SystemIoFailure]) && has_no_room(Path::new(file)))
}

#[cfg(unix)]
fn has_no_room(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(file);
    rustix::fs::statvfs(folder).is_ok_and(|found| found.f_bavail == 0)
}

#[cfg(not(unix))]
const fn has_no_room(_file: &Path) -> bool {
    false
}

fn obstacle(error: &rusqlite::Error, file: &str) -> Option<Obstacle> {
    if is_full(error, file) {
        Some(Obstacle::Full)
    } else if is(error, &[ErrorCode::ReadOnly]) {
        Some(Obstacle::ReadOnly)
    } else if is(error, &[ErrorCode::PermissionDenied]) {
        Some(Obstacle::Denied)
    } else {
        None
    }
}

const NO_ANSWER: &str = "the database thread did not answer";

/// Returns true if the file is not as it was written. An error without a code comes from a column whose value is not of the declared kind.
fn is_damage(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().is_none()
        || is(
            error,
            &[ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase],
        )
}

fn is(error: &rusqlite::Error, codes: &[ErrorCode]) -> bool {
    error
        .sqlite_error_code()
        .is_some_and(|code| codes.contains(&code))
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<rusqlite::types::FromSqlError> for Fault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Database(error.into())
    }
}
