//! What went wrong on a thread of the store, before it is told to whoever asked.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::StoreError;

/// What went wrong within a job.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database says so.
    Database(rusqlite::Error),
    /// What was read is not what was written.
    Damaged(Box<str>),
    /// The file is not one to open.
    Unopened(Box<str>),
    /// It has a name of its own already.
    Store(StoreError),
}

impl Fault {
    /// The fault as an error, with the name of the file.
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
        } else {
            StoreError::Failed { why: text }
        }
    }

    /// The same while the file is opened.
    pub(super) fn while_opening(self, file: &str) -> StoreError {
        match self {
            Self::Database(error) if !is_damage(&error) => {
                Self::Unopened(error.to_string().into()).in_file(file)
            }
            Self::Database(_) | Self::Damaged(_) | Self::Unopened(_) | Self::Store(_) => {
                self.in_file(file)
            }
        }
    }

    /// Whether a unique column would have held the same value twice.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_extended(ffi::SQLITE_CONSTRAINT_UNIQUE)
    }

    /// Whether a row would have named another one that there is not.
    pub(super) fn is_dangling(&self) -> bool {
        self.is_extended(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    fn is_extended(&self, code: core::ffi::c_int) -> bool {
        match self {
            Self::Database(error) => error
                .sqlite_error()
                .is_some_and(|error| error.extended_code == code),
            Self::Damaged(_) | Self::Unopened(_) | Self::Store(_) => false,
        }
    }
}

/// Whether the file is not what was written. Without a code it is a column that does not hold what it was declared for.
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
