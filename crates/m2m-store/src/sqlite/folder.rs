//! The data directory: its files, who may read them, and who has it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The database.
const DATABASE: &str = "m2m.db";
/// What is locked while a process has the directory.
const LOCK: &str = "m2m.lock";

/// A data directory that nobody else has until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    database: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the directory if it is not there, and takes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if another process has it, [`StoreError::Unopened`] if it cannot be had.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        if !folder.is_dir() {
            make(folder).map_err(|error| unopened(folder, &error))?;
        }
        let path = folder.join(LOCK);
        let lock = private(&path).map_err(|error| unopened(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => return Err(unopened(&path, &error)),
        }
        let database = folder.join(DATABASE);
        // Made here, since SQLite would let everybody read it; its other files take after this one.
        private(&database).map_err(|error| unopened(&database, &error))?;
        synchronize(folder).map_err(|error| unopened(folder, &error))?;
        Ok(Self { database, lock })
    }

    /// Where the database is.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }
}

impl Drop for Folder {
    /// Closing the file is not enough: a process that is just being started has it open as well until it runs its own program.
    fn drop(&mut self) {
        // If it fails, the lock ends with the last who has the file open.
        let _ = self.lock.unlock();
    }
}

/// Makes a directory, and those above it, that only its owner may look into, and has that survive a loss of power.
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

/// Opens a file, or makes it for its owner alone.
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

/// Has the names in a directory survive a loss of power.
#[cfg(unix)]
fn synchronize(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
const fn synchronize(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that cannot be had.
pub(super) fn unopened(path: &Path, why: &dyn core::fmt::Display) -> StoreError {
    StoreError::Unopened {
        file: path.display().to_string().into(),
        why: why.to_string().into(),
    }
}
