//! A look at a registry that another process may have open.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::fault::Fault;
use super::migrations::Schema;
use super::{Sqlite, connection, folder, read};
use crate::{Frame, StoreError};

impl Sqlite {
    /// Reads the data that all applications of the registry in a directory share, without taking the directory and without changing
    /// anything in it. Returns nothing if there is no registry yet, or one of an older release, which [`open`](Self::open) brings up to
    /// date.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Lost`] if the directory contained a registry, and its database is missing or empty.
    /// - [`StoreError::Foreign`] if the database is that of another directory.
    /// - [`StoreError::NewerSchema`] if a newer release wrote it.
    /// - [`StoreError::Unopened`] if it cannot be read, or is a database of another program.
    /// - [`StoreError::Damaged`] if the file is not as it was written.
    pub fn look(folder: &Path) -> Result<Option<Frame>, StoreError> {
        let Some(file) = folder::database_in(folder)? else {
            return Ok(None);
        };
        let shown = file.display().to_string();
        let look = || {
            let mut connection = match folder::has_no_journal(folder) {
                true => unchanging(&file)?,
                false => connection::to_read(&file)?,
            };
            let schema = Schema::of(&connection)?;
            let found = schema.has_identity().then(|| read::store_id(&connection));
            folder::accept_in(folder, found.transpose()?).map_err(Fault::Store)?;
            match schema.is_latest() {
                true => read::frame(&mut connection).map(Some),
                false => Ok(None),
            }
        };
        look().map_err(|fault: Fault| fault.while_opening(&shown))
    }
}

/// Opens a connection to a file without a journal, which SQLite would otherwise create and leave behind.
fn unchanging(file: &Path) -> Result<Connection, Fault> {
    let mut uri = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        // Writing to a string does not fail.
        let _ = match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => write!(uri, "{}", char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => write!(uri, "{}", char::from(*byte)),
            byte => write!(uri, "%{byte:02X}"),
        };
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri, flags)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_look_needs_no_lock_and_leaves_no_files() {
        let folder = tempfile::tempdir().unwrap();
        // Characters that have a meaning in a URI.
        let folder = folder.path().join("a ?#%41");
        assert!(Sqlite::look(&folder).unwrap().is_none());
        assert!(!folder.exists());
        let store = Sqlite::open(&folder).unwrap();
        let found = Sqlite::look(&folder).unwrap().unwrap();
        assert_eq!(found.version, Version(0));
        drop(store);
        let before = names(&folder);
        assert!(Sqlite::look(&folder).unwrap().is_some());
        assert_eq!(names(&folder), before);
        drop(Sqlite::open(&folder).unwrap());
    }

    #[test]
    fn a_file_that_is_not_a_database_is_reported_as_damaged() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m2m.db"), "no database ".repeat(100)).unwrap();
        let error = Sqlite::look(folder.path()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    }
}
