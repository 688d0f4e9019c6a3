//! The data directory: its files, their permissions, and its locks.

mod identity;
mod journal;
mod place;
mod watched;

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use rusqlite::Connection;

use super::fault::Fault;
use crate::{Obstacle, StoreError, Version};
pub(super) use identity::StoreId;
use identity::{Identity, Recorded};
use journal::Journal;
use place::Place;
use watched::Watched;

/// The database.
const DATABASE: &str = "m2m.db";
/// The journal of the database, and the index of the journal.
const JOURNAL: &str = "m2m.db-wal";
const JOURNAL_INDEX: &str = "m2m.db-shm";
/// The file that is locked while a process has the directory.
const LOCK: &str = "m2m.lock";
/// The identity of the store, in a file of its own.
const IDENTITY: &str = "m2m.id";
/// The key that private keys are sealed with, where a server keeps it in the data directory.
pub const SEALING_KEY_FILE: &str = "sealing.key";

/// A data directory that no other process can take until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    database: PathBuf,
    lock: File,
    /// The directory itself, which is locked as well, so that no other process gets in after the lock file was deleted. Absent where
    /// directories cannot be locked.
    directory: Option<File>,
    identity: Identity,
    /// The folder, its lock and its database, as they were opened.
    opened: [Place; 3],
    /// The length that the database has reached. Unit: bytes.
    database_bytes: AtomicU64,
    /// The files that SQLite opened, and its journal. Empty until then.
    journal: OnceLock<(Place, Place, Mutex<Journal>)>,
    /// A file that the store does not write, and that has to stay as it is.
    watched: OnceLock<Watched>,
    /// The damage after which nothing more is written, though the files may seem to be in place.
    broken: OnceLock<Box<str>>,
}

impl Folder {
    /// Creates the directory if it does not exist, and takes it.
    ///
    /// # Errors
    ///
    /// - [`StoreError::InUse`] if another process has it.
    /// - [`StoreError::Lost`] if it held a registry, and the database is missing or empty.
    /// - [`StoreError::Unopened`] if it or a file in it cannot be opened or created.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let failed = |error: io::Error| unopened_for(folder, &error);
        match std::fs::metadata(folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => make(folder).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(folder).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        let directory = lock_directory(folder)?;
        let path = folder.join(LOCK);
        let lock = private(&path).map_err(|error| unopened_for(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => return Err(unopened_for(&path, &error)),
        }
        let lock_place =
            Place::of_open(&path, &lock).map_err(|error| unopened_for(&path, &error))?;
        // Another process deleted it in the meantime: the lock is on a file that no other process will open.
        if lock_place.check().is_err() {
            return Err(StoreError::InUse);
        }
        let database = folder.join(DATABASE);
        // Before anything is created, and before SQLite deletes the journal of an empty database.
        if is_empty(&database).map_err(|error| unopened_for(&database, &error))?
            && let Some(trace) = trace(folder)
        {
            return Err(lost(&database, trace));
        }
        let identity_path = folder.join(IDENTITY);
        let identity =
            Identity::read(&identity_path).map_err(|error| unopened_for(&identity_path, &error))?;
        let unopened = |error: io::Error| unopened_for(&database, &error);
        // Created here, since SQLite would create it readable for all users; its other files get the permissions of this one. It is closed
        // again before SQLite opens it: closing it later would release the locks of SQLite.
        let created = private(&database).map_err(unopened)?;
        let database_place = Place::of_open(&database, &created).map_err(unopened)?;
        drop(created);
        synchronize(folder).map_err(failed)?;
        let folder_place = match &directory {
            Some(directory) => Place::of_open(folder, directory),
            None => Place::of(folder),
        };
        Ok(Self {
            path: folder.to_owned(),
            database,
            lock,
            directory,
            identity,
            opened: [folder_place.map_err(failed)?, lock_place, database_place],
            database_bytes: AtomicU64::new(0),
            journal: OnceLock::new(),
            watched: OnceLock::new(),
            broken: OnceLock::new(),
        })
    }

    /// Returns the path of the database.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Refuses an empty database where there was a registry. The journal of the database does not show that there was one: it may be
    /// that of a first start that was interrupted before anything was committed.
    pub(super) fn may_begin(&self) -> Result<(), StoreError> {
        left(&self.path).map_or(Ok(()), |left| Err(lost(&self.database, left)))
    }

    /// Refuses a database with another identity than the folder. A database from before there were identities has none.
    pub(super) fn accept(&self, found: Option<StoreId>) -> Result<(), StoreError> {
        accept(&self.database, &self.identity, found)
    }

    /// Returns the version that the registry had when it was last written, if that is later than this one.
    pub(super) fn later_than(&self, version: Version) -> Option<Version> {
        match self.identity.recorded() {
            Recorded::Known { version: later, .. } if later > version => Some(later),
            Recorded::Known { .. } | Recorded::Unreadable | Recorded::Missing => None,
        }
    }

    /// Writes the identity and the version into the file beside the database, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unopened`] if it cannot be written.
    pub(super) fn record(&self, id: StoreId, version: Version) -> Result<(), StoreError> {
        let written = self.identity.record(id, version);
        written
            .and_then(|()| synchronize(&self.path))
            .map_err(|error| unopened_for(&self.path.join(IDENTITY), &error))
    }

    /// Writes the same after a change, without waiting for the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] or [`StoreError::Failed`] if it cannot be written. The file then lags behind the database.
    pub(super) fn reached(&self, id: StoreId, version: Version) -> Result<(), StoreError> {
        let written = self.identity.reached(id, version);
        written.map_err(|error| self.unwritten(&error))
    }

    /// Writes the identity once more if the file was deleted.
    ///
    /// # Errors
    ///
    /// As [`reached`](Self::reached).
    pub(super) fn keep_identity(&self) -> Result<(), StoreError> {
        let kept = self.identity.keep();
        kept.map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &io::Error) -> StoreError {
        let why = format!("{}: {error}", self.path.join(IDENTITY).display()).into();
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        if full.contains(&error.kind()) {
            StoreError::Full { why }
        } else {
            StoreError::Failed { why }
        }
    }

    /// Makes [`check`](Self::check) include a file that has to stay as it is. Only the first file that is passed is watched.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unopened`] if it cannot be read.
    pub(super) fn watch(&self, file: &Path) -> Result<(), StoreError> {
        let watched = Watched::new(file).map_err(|error| unopened_for(file, &error))?;
        let _ = self.watched.set(watched);
        Ok(())
    }

    /// Notes the files that SQLite has opened.
    pub(super) fn note_journal(&self, connection: &Connection) -> Result<(), Fault> {
        let (journal, index) = (self.path.join(JOURNAL), self.path.join(JOURNAL_INDEX));
        let noted = || Ok((Place::of(&journal)?, Place::of(&index)?));
        let (place, index) =
            noted().map_err(|error: io::Error| Fault::Store(unopened_for(&journal, &error)))?;
        let journal = Journal::open(&journal, connection)?;
        self.lost_length();
        // It is called once.
        let _ = self.journal.set((place, index, Mutex::new(journal)));
        Ok(())
    }

    /// Refuses if a path of the directory no longer leads to the file that is open. It costs a `stat` for each path.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let displaced = |what: Box<str>| StoreError::Displaced { what };
        if let Some(what) = self.broken.get() {
            return Err(displaced(what.clone()));
        }
        let journal = self.journal.get();
        let journal = journal.map(|(journal, index, _)| [journal, index]);
        for place in self.opened.iter().chain(journal.into_iter().flatten()) {
            place.check().map_err(displaced)?;
        }
        self.watched
            .get()
            .map_or(Ok(()), Watched::check)
            .map_err(displaced)
    }

    /// Copies the journal into the database if it has become long. Returns false if it has not.
    pub(super) fn copy_journal(&self, connection: &Connection) -> Result<bool, Fault> {
        let Some((.., journal)) = self.journal.get() else {
            return Ok(false);
        };
        let is_long = {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.is_long()
        };
        if !is_long || self.broken.get().is_some() {
            return Ok(false);
        }
        super::connection::copy_journal(connection)?;
        Ok(true)
    }

    /// Returns true if the journal is shorter than the last write left it, or the database than it was.
    pub(super) fn seems_short(&self) -> bool {
        let Some((.., journal)) = self.journal.get() else {
            return false;
        };
        let is_shorter = {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.is_shorter()
        };
        is_shorter || self.lost_length().is_some()
    }

    /// Checks as [`check`](Self::check) does, and refuses if the journal or the database was truncated, permanently: the missing part
    /// does not come back. The journal must not be copied into the database then.
    pub(super) fn check_all(&self, connection: &Connection) -> Result<(), Fault> {
        self.check().map_err(Fault::Store)?;
        let Some((place, _, journal)) = self.journal.get() else {
            return Ok(());
        };
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        let short = if !journal.is_whole(connection)? {
            place.path()
        } else if !self.is_database_whole(connection) {
            &self.database
        } else {
            return Ok(());
        };
        super::connection::leave_journal(connection)?;
        let what = format!("{} was truncated", short.display());
        let what = self.broken.get_or_init(|| what.into()).clone();
        Err(Fault::Store(StoreError::Displaced { what }))
    }

    /// Returns true if no page of the database is beyond the end of its file. A file that another program shortened properly, by
    /// `VACUUM`, has all of them.
    fn is_database_whole(&self, connection: &Connection) -> bool {
        let Some(length) = self.lost_length() else {
            return true;
        };
        let needed = connection.query_row(
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            [],
            |row| row.get(0),
        );
        let is_whole = needed
            .is_ok_and(|needed: i64| u64::try_from(needed).is_ok_and(|needed| needed <= length));
        if is_whole {
            self.database_bytes.store(length, Ordering::Relaxed);
        }
        is_whole
    }

    /// Returns the length of the database, if it is less than it was. The file must not be opened for this: closing it would release the
    /// locks of SQLite.
    fn lost_length(&self) -> Option<u64> {
        let length = std::fs::metadata(&self.database).ok()?.len();
        let reached = self.database_bytes.fetch_max(length, Ordering::Relaxed);
        (length < reached).then_some(length)
    }
}

impl Drop for Folder {
    /// Releases the locks. Closing the files is not enough: a process that is just being started has them open as well until it runs its own
    /// program.
    fn drop(&mut self) {
        // If it fails, the lock is released with the last process that has the file open.
        let _ = self.lock.unlock();
        if let Some(directory) = &self.directory {
            let _ = directory.unlock();
        }
    }
}

/// Returns the file in a data directory without a database that shows that it held a registry.
fn trace(folder: &Path) -> Option<&'static str> {
    let is_written = !is_empty(&folder.join(JOURNAL)).unwrap_or(true);
    left(folder).or(if is_written { Some(JOURNAL) } else { None })
}

/// Returns the file in a data directory that is written after the first database was, if there is one.
fn left(folder: &Path) -> Option<&'static str> {
    let has = |name: &&str| std::fs::metadata(folder.join(name)).is_ok_and(|found| found.is_file());
    [IDENTITY, SEALING_KEY_FILE].into_iter().find(has)
}

/// Returns true if there is a database, or a file that shows that there was one.
///
/// # Errors
///
/// [`StoreError::Unopened`] if the folder cannot be read.
pub(super) fn has_registry(folder: &Path) -> Result<bool, StoreError> {
    let database = folder.join(DATABASE);
    match is_empty(&database) {
        Ok(is_empty) => Ok(!is_empty || trace(folder).is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(unopened_for(&database, &error)),
    }
}

/// Returns the path of the database in a folder that is not taken; nothing before the first start.
///
/// # Errors
///
/// [`StoreError::Lost`] if the folder held a registry, and the database is missing or empty; [`StoreError::Unopened`] if the folder cannot
/// be read.
pub(super) fn database_in(folder: &Path) -> Result<Option<PathBuf>, StoreError> {
    if !has_registry(folder)? {
        return Ok(None);
    }
    let database = folder.join(DATABASE);
    match (is_empty(&database), trace(folder)) {
        (Ok(true), Some(trace)) => Err(lost(&database, trace)),
        (Ok(_), _) => Ok(Some(database)),
        (Err(error), _) => Err(unopened_for(&database, &error)),
    }
}

/// Checks as [`Folder::accept`] does, for a folder that is not taken.
pub(super) fn accept_in(folder: &Path, found: Option<StoreId>) -> Result<(), StoreError> {
    let path = folder.join(IDENTITY);
    let identity = Identity::read(&path).map_err(|error| unopened_for(&path, &error))?;
    accept(&folder.join(DATABASE), &identity, found)
}

/// Returns true if a database has no journal: reading it would create one.
pub(super) fn has_no_journal(folder: &Path) -> bool {
    !folder.join(JOURNAL).exists()
}

fn accept(database: &Path, identity: &Identity, found: Option<StoreId>) -> Result<(), StoreError> {
    let Recorded::Known { id, .. } = identity.recorded() else {
        return Ok(());
    };
    if found == Some(id) {
        return Ok(());
    }
    let found = match found {
        Some(found) => format!("it is the database of the store {found}"),
        None => "it contains no store identity".to_owned(),
    };
    Err(StoreError::Foreign {
        file: database.display().to_string().into(),
        why: format!("{found}, and {IDENTITY} names the store {id}").into(),
    })
}

/// Returns true if the file is missing or empty.
fn is_empty(file: &Path) -> io::Result<bool> {
    match std::fs::metadata(file) {
        Ok(found) => Ok(found.is_file() && found.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn lost(database: &Path, trace: &str) -> StoreError {
    StoreError::Lost {
        file: database.display().to_string().into(),
        trace: trace.into(),
    }
}

/// Locks the directory itself.
#[cfg(unix)]
fn lock_directory(folder: &Path) -> Result<Option<File>, StoreError> {
    let directory = File::open(folder).map_err(|error| unopened_for(folder, &error))?;
    match directory.try_lock() {
        Ok(()) => Ok(Some(directory)),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        // For example, a file system over a network that locks files only.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
const fn lock_directory(_folder: &Path) -> Result<Option<File>, StoreError> {
    Ok(None)
}

/// Creates a directory, and those above it, that only its owner may access, durably.
fn make(folder: &Path) -> io::Result<()> {
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        folders.mode(0o700);
    }
    folders.create(folder)?;
    match folder.parent() {
        Some(above) if !above.as_os_str().is_empty() => synchronize(above),
        Some(_) | None => synchronize(Path::new(".")),
    }
}

/// Opens a file, or creates it for its owner alone.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Writes the names in a directory to the disk, so that they survive a loss of power.
#[cfg(unix)]
fn synchronize(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
const fn synchronize(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns the error of a file that cannot be opened, read or written.
pub(super) fn unopened_for(path: &Path, why: &io::Error) -> StoreError {
    let obstacle = OBSTACLES.into_iter().find(|(kind, _)| *kind == why.kind());
    StoreError::Unopened {
        file: path.display().to_string().into(),
        why: why.to_string().into(),
        obstacle: obstacle.map(|(_, obstacle)| obstacle),
    }
}

/// Errors of the operating system that an operator can remedy.
const OBSTACLES: [(io::ErrorKind, Obstacle); 4] = [
    (io::ErrorKind::StorageFull, Obstacle::Full),
    (io::ErrorKind::QuotaExceeded, Obstacle::Full),
    (io::ErrorKind::ReadOnlyFilesystem, Obstacle::ReadOnly),
    (io::ErrorKind::PermissionDenied, Obstacle::Denied),
];
