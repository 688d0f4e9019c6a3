//! The data directory as commands open it, and the failures if they cannot.

mod exposure;
mod failure;
mod usable;

use std::path::Path;

use m2m_errors::Cause;
use m2m_store::{KeyRecord, RolledBack, Sqlite, StoreLimits};

use crate::error::Failure;
use crate::output;

pub use failure::{failure, keys_unchanged, not_committed, not_kept, unmanaged};
pub use usable::usable;

/// The treatment of a folder that is not a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is turned into a data directory.
    Make,
    /// It is refused, and left as it is.
    Refuse,
}

/// Returns true if the folder has a registry, or had one that is lost.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn is_there(folder: &Path) -> Result<bool, Failure> {
    Sqlite::is_at(folder).map_err(|error| failure(&error, folder))
}

/// Opens a data directory for exclusive use.
///
/// # Errors
///
/// If it is in use, was created by a newer release, cannot be read or written, or is missing and must not be created.
pub fn open(folder: &Path, missing: Missing) -> Result<Sqlite, Failure> {
    open_with(folder, missing, StoreLimits::default())
}

/// Opens a data directory as [`open`] does, with limits for growing data. Prints a notice if the registry is an older copy, or others may change it.
///
/// # Errors
///
/// As [`open`].
pub fn open_with(folder: &Path, missing: Missing, limits: StoreLimits) -> Result<Sqlite, Failure> {
    if folder.as_os_str().is_empty() {
        return Err(Failure::mistake(
            Cause::SettingMissing,
            "the name of the data directory is empty",
        )
        .help("set --data DIR or M2M_DATA=DIR"));
    }
    if missing == Missing::Refuse && !is_there(folder)? {
        let what = format!("{} is not a data directory", folder.display());
        let failure = Failure::mistake(Cause::DataDirectoryMissing, what);
        return Err(if folder.is_dir() {
            failure.because("there is no m2m.db in it")
        } else {
            failure.because("the directory does not exist")
        }
        .help("name the directory that `m2m serve --data`, `m2m apply --data` or `m2m key import --data` created"));
    }
    let store = Sqlite::open_with(folder, limits).map_err(|error| failure(&error, folder))?;
    exposure::check(folder)?;
    if let Some(found) = store.rolled_back() {
        output::notice(&rolled_back(found, folder));
    }
    Ok(store)
}

/// Reads the keys in a data directory without locking or changing it. Returns none if the directory is still to be created, or to be
/// migrated to the schema of this release.
///
/// # Errors
///
/// If a server would not start with it: the registry in it is lost or belongs to another folder, damaged, created by a newer release, or
/// open to others.
pub fn look(folder: &Path) -> Result<Vec<KeyRecord>, Failure> {
    match Sqlite::look(folder).map_err(|error| failure(&error, folder))? {
        None => Ok(Vec::new()),
        Some(frame) => exposure::check(folder).map(|()| frame.keys),
    }
}

/// Waits for an operation of a store.
///
/// # Errors
///
/// If the runtime to wait with cannot be started.
pub fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| Failure::refused("cannot start the command").because(error.to_string()))?;
    Ok(runtime.block_on(future))
}

/// Returns the notice about an older copy of the registry.
fn rolled_back(RolledBack { from, to }: RolledBack, folder: &Path) -> String {
    format!(
        "notice: the registry in {} has version {}, but had reached version {} before: m2m.db is an older copy, such as a restored \
         backup, or m2m.db-wal was lost. Changes made in between are missing, including revocations of secrets and tokens",
        folder.display(),
        to.0,
        from.0
    )
}
