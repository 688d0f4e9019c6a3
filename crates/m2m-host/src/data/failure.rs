//! Errors of the store in the form in which operators read them: the reason and a fix.

use core::fmt::Display;
use std::path::Path;

use m2m_admin::{BootstrapError, KeyError};
use m2m_store::{CommitError, Obstacle, SEALING_KEY_FILE, StoreError};

use crate::error::Failure;
use crate::first_credentials::{self, Unchanged};
use crate::sealing;

/// Returns the failure for a store error.
pub fn failure(error: &StoreError, folder: &Path) -> Failure {
    described(error, folder).caused_by(error.cause())
}

fn described(error: &StoreError, folder: &Path) -> Failure {
    let shown = folder.display();
    match error {
        StoreError::InUse => Failure::refused(format!("the data directory {shown} is in use"))
            .because("another process uses it: a server, or a command that is still running")
            .help("stop the server, or wait for the command, then try again: only one process at a time can use a data directory")
            .help("or call the running server: apply, export, key list and the commands for applications and APIs do so without --data; M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET name the server"),
        StoreError::NewerSchema { found, known } => Failure::refused(format!(
            "the data directory {shown} was used by a newer release of m2m"
        ))
        .because(format!(
            "its schema has version {found}, and this release supports versions up to {known}; nothing was changed"
        ))
        .help("use that release or a later one, or restore a copy of the directory from before the upgrade"),
        StoreError::UnreleasedSchema { found } => Failure::refused(format!(
            "the data directory {shown} was created by a version of m2m from before its first release"
        ))
        .because(format!(
            "its schema has version {found}, which this release does not migrate; nothing was changed"
        ))
        .help("run `(umask 077; m2m export --data DIR --with-secret-hashes > exported.toml)` with the version that created it, then `m2m apply -f exported.toml --data NEW_DIR` with this one")
        .help("signing keys, the audit log, and all secrets of each application but the newest are not transferred"),
        StoreError::Unopened { .. } if folder.is_file() => {
            Failure::usage(format!("cannot open {shown}"))
                .because("it is a file, not a directory")
                .help("set --data DIR (M2M_DATA) to a directory, which is created if it is missing; a file such as world.toml is served with --world FILE (M2M_WORLD), or applied to a data directory with `m2m apply -f FILE --data DIR`")
        }
        StoreError::Unopened {
            obstacle: Some(Obstacle::Full),
            why,
            ..
        } => full(shown, why),
        StoreError::Unopened {
            file,
            why,
            obstacle: Some(Obstacle::ReadOnly),
        } => Failure::usage(format!("cannot write to {file}"))
            .because(&**why)
            .because("a data directory must be writable, even for commands that only read it")
            .help(format!("mount its file system read-write, or use a copy: cp -a {shown} COPY")),
        StoreError::Unopened {
            file,
            why,
            obstacle: Some(Obstacle::Denied),
        } => Failure::usage(format!("this user may not open {file}"))
            .because(&**why)
            .help(format!("run the command as the owner of {shown}, the only user with access to it")),
        StoreError::Unopened {
            file,
            why,
            obstacle: None,
        } => Failure::usage(format!("cannot open {file}")).because(&**why),
        StoreError::Lost { trace, .. } => {
            let failure = Failure::refused(format!("the registry in {shown} is lost"))
                .because(error.to_string())
                .because("nothing was created or changed")
                .help("restore a backup of the directory, or of m2m.db alone")
                .help(format!("to start over without applications, with new signing keys and a new manager, delete the directory: rm -r {shown}"));
            if &**trace == SEALING_KEY_FILE {
                failure.help("if you created the sealing key for a new data directory, move it elsewhere, and set --sealing-key-file FILE (M2M_SEALING_KEY_FILE)")
            } else {
                failure
            }
        }
        StoreError::Foreign { .. } => Failure::refused(format!(
            "the database in {shown} does not belong to this data directory"
        ))
        .because(error.to_string())
        .because("nothing was changed")
        .help("put back the database of this directory, or restore a backup of it: m2m.db together with m2m.db-wal, if there is one")
        .help("to use this database instead, delete m2m.id, and provide the sealing key that it was used with"),
        StoreError::Displaced { .. } => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("put the files back, and stop the program that moves or deletes them"),
        StoreError::Unknown { why } => Failure::refused("it is not known whether the change was made")
            .because(format!("the disk failed at the moment of the commit: {why}"))
            .help(format!("once the disk works, check whether the change was made before you try again: m2m export --data {shown}")),
        StoreError::Full { why } => full(shown, why),
        StoreError::WrongSealingKey { kid } => Failure::refused(format!(
            "the private keys in {shown} are sealed with another sealing key"
        ))
        .because(format!("the sealing key cannot decrypt the key {kid}"))
        .help(sealing::PROVIDE_SEALING_KEY)
        .help(sealing::IF_LOST),
        StoreError::Damaged { .. } => Failure::refused(error.to_string())
            .help("restore a backup of the data directory, and keep this one for analysis"),
        StoreError::Busy
        | StoreError::Failed { .. }
        | StoreError::TooManyRevocations
        // Errors that a later release of the store adds have texts that need no explanation.
        | _ => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("check whether the disk works, and whether another program uses the database"),
    }
}

/// Returns the failure for a change that was not committed.
pub fn not_committed(error: &CommitError, folder: &Path) -> Failure {
    match error {
        CommitError::Store(error) => failure(error, folder),
        CommitError::Conflict | CommitError::Unaudited | CommitError::Inconsistent { .. } | _ => {
            Failure::refused(error.to_string())
                .because("nothing was changed")
                .caused_by(error.cause())
        }
    }
}

/// Returns the failure for an operation on keys.
pub fn keys_unchanged(error: &KeyError, folder: &Path) -> Failure {
    let failure = match error {
        KeyError::KeyIdTaken { .. } => Failure::refused(error.to_string())
            .because("a verifier finds the key of a token by the key id; nothing was changed")
            .help("choose another key id: --kid KID"),
        KeyError::Retired { .. } => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("import another key, or have the server create one: m2m key rotate"),
        KeyError::Commit(error) => not_committed(error, folder),
        KeyError::Refused(_) | _ => Failure::refused(error.to_string()),
    };
    failure.caused_by(error.cause())
}

/// Returns the failure for a bootstrap.
pub fn unmanaged(error: &BootstrapError, folder: &Path) -> Failure {
    let failure = match error {
        BootstrapError::Commit(error) => not_committed(error, folder),
        BootstrapError::ClientIdTaken { .. } | BootstrapError::Misfit(_) | _ => {
            Failure::refused(error.to_string()).because("nothing was changed")
        }
    };
    failure.caused_by(error.cause())
}

/// Returns the failure for a change that gives new credentials to the application that manages the server.
pub fn not_kept(unchanged: Unchanged, folder: &Path) -> Failure {
    match unchanged {
        Unchanged::Unwritten(failure) => failure,
        Unchanged::Commit(error) => not_committed(&error, folder).because(format!(
            "the credentials in {} are valid only if the change was made",
            folder.join(first_credentials::FILE).display()
        )),
    }
}

/// Returns the failure for a full disk, at the start or later.
fn full(folder: impl Display, why: &str) -> Failure {
    Failure::refused(format!("the disk of {folder} is full"))
        .because(why)
        .because("nothing was changed")
        .help("free some space on its file system, or use a directory on another one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_file_that_cannot_be_opened_is_reported_with_the_reason_and_a_fix() {
        for (obstacle, what, help, exit) in [
            (
                Some(Obstacle::Full),
                "the disk of d is full",
                "free some space",
                Exit::Refused,
            ),
            (
                Some(Obstacle::ReadOnly),
                "cannot write to d/m2m.lock",
                "cp -a d COPY",
                Exit::Usage,
            ),
            (
                Some(Obstacle::Denied),
                "this user may not open d/m2m.lock",
                "as the owner of d",
                Exit::Usage,
            ),
            (None, "cannot open d/m2m.lock", "", Exit::Usage),
        ] {
            let error = StoreError::Unopened {
                file: "d/m2m.lock".into(),
                why: "the reason".into(),
                obstacle,
            };
            let failure = failure(&error, Path::new("d"));
            let text = failure.to_string();
            for part in [what, "why: the reason", help] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert_eq!(failure.exit(), exit, "{text}");
        }
    }
}
