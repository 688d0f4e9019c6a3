//! The data directory as commands open it, and what they say if they cannot.

use std::path::Path;

use m2m_admin::{BootstrapError, KeyError};
use m2m_store::{CommitError, Sqlite, StoreError, StoreLimits};

use crate::error::Failure;
use crate::sealing;

/// What becomes of a folder that is no data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It becomes one.
    Make,
    /// It is refused, and left as it is.
    Refuse,
}

/// Whether the folder is a data directory.
pub(crate) fn is_there(folder: &Path) -> bool {
    folder.join(DATABASE).exists()
}

/// Opens a data directory, which nobody else has then.
///
/// # Errors
///
/// If it is in use, made by a newer release, cannot be read or written, or is not there and not to be made.
pub(crate) fn open(folder: &Path, missing: Missing) -> Result<Sqlite, Failure> {
    open_with(folder, missing, StoreLimits::default())
}

/// As [`open`], to keep so much of what grows.
///
/// # Errors
///
/// As [`open`].
pub(crate) fn open_with(
    folder: &Path,
    missing: Missing,
    limits: StoreLimits,
) -> Result<Sqlite, Failure> {
    if folder.as_os_str().is_empty() {
        return Err(
            Failure::usage("the data directory has no name").help("--data DIR, or M2M_DATA=DIR")
        );
    }
    if missing == Missing::Refuse && !is_there(folder) {
        let failure = Failure::usage(format!("{} is no data directory", folder.display()));
        return Err(if folder.is_dir() {
            failure.because(format!("there is no {DATABASE} in it"))
        } else {
            failure.because("there is no such folder")
        }
        .help("name the folder that `m2m serve --data`, `m2m apply --data` or `m2m key import --data` made"));
    }
    Sqlite::open_with(folder, limits).map_err(|error| failure(&error, folder))
}

/// Waits for what a store does.
///
/// # Errors
///
/// If there is nothing to wait on.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| {
            Failure::refused("the command cannot be started").because(error.to_string())
        })?;
    Ok(runtime.block_on(future))
}

/// Why a store did not do what it was asked to, and what helps.
pub(crate) fn failure(error: &StoreError, folder: &Path) -> Failure {
    let shown = folder.display();
    match error {
        StoreError::InUse => Failure::refused(format!("the data directory {shown} is in use"))
            .because("another process has it: a server, or a command that is not done yet")
            .help("a server that runs is asked without --data (and without M2M_DATA), by M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET")
            .help("else stop it, and try again; one process at a time has a data directory"),
        StoreError::NewerSchema { found, known } => Failure::refused(format!(
            "the data directory {shown} was made by a newer release of m2m"
        ))
        .because(format!(
            "its schema has version {found}, and this release knows up to {known}; nothing was changed"
        ))
        .help("use that release or a later one, or a copy of the folder from before it was used with that release"),
        StoreError::UnreleasedSchema { found } => Failure::refused(format!(
            "the data directory {shown} was made by a version of m2m from before its first release"
        ))
        .because(format!(
            "its schema has version {found}, which this release does not migrate; nothing was changed"
        ))
        .help("with the version that made it, run `m2m export --data DIR --with-secret-hashes > world.toml`; then `m2m apply -f world.toml --data NEW_DIR` with this one")
        .help("signing keys, the audit log, and of each application all secrets but the newest stay behind"),
        StoreError::Unopened { .. } if folder.is_file() => {
            Failure::usage(format!("cannot open {shown}"))
                .because("it is a file, and a data directory is a folder")
                .help("--data DIR names a folder, which is made where it is missing; a file such as world.toml is served by --world FILE, or goes into a data directory by `m2m apply -f FILE --data DIR`")
        }
        StoreError::Unopened { file, why } => {
            Failure::usage(format!("cannot open {file}")).because(&**why)
        }
        StoreError::WrongSealingKey { kid } => Failure::refused(format!(
            "the private keys in {shown} are sealed with another sealing key"
        ))
        .because(format!("the key {kid} does not open"))
        .help(sealing::HAND_OVER)
        .help(sealing::IF_LOST),
        StoreError::Damaged { .. } => Failure::refused(error.to_string())
            .help("restore a backup of the data directory, and keep this one for who looks into it"),
        StoreError::Busy
        | StoreError::Failed { .. }
        | StoreError::TooManyRevocations
        // What a later release of the store says speaks for itself.
        | _ => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("see whether the disk is full, or written by something else"),
    }
}

/// Why a change was not made.
pub(crate) fn not_committed(error: &CommitError, folder: &Path) -> Failure {
    match error {
        CommitError::Store(error) => failure(error, folder),
        CommitError::Conflict | CommitError::Unaudited | CommitError::Inconsistent { .. } | _ => {
            Failure::refused(error.to_string()).because("nothing was changed")
        }
    }
}

/// Why the keys are as they were.
pub(crate) fn keys_unchanged(error: &KeyError, folder: &Path) -> Failure {
    match error {
        KeyError::KeyIdTaken { .. } => Failure::refused(error.to_string())
            .because("whoever verifies a token finds its key by the key id; nothing was changed")
            .help("give it another one: --kid KID"),
        KeyError::Retired { .. } => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("import another key, or let the server make one: m2m key rotate"),
        KeyError::Commit(error) => not_committed(error, folder),
        KeyError::Refused(_) | _ => Failure::refused(error.to_string()),
    }
}

/// Why nothing was made to manage the server with.
pub(crate) fn unmanaged(error: &BootstrapError, folder: &Path) -> Failure {
    match error {
        BootstrapError::Commit(error) => not_committed(error, folder),
        BootstrapError::ClientIdTaken { .. } | BootstrapError::Misfit(_) | _ => {
            Failure::refused(error.to_string()).because("nothing was changed")
        }
    }
}

/// The database in a data directory.
const DATABASE: &str = "m2m.db";
