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
    let shown = folder.display();
    match error {
        StoreError::InUse => Failure::refused(format!("the data directory {shown} is in use"))
            .because("another process has it: a server, or a command that is not done yet")
            .help("stop the server, or wait for the command, and try again: one process at a time has a data directory")
            .help("apply, export, key list and the commands of applications and APIs call a running server instead, without --data: M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET name it"),
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
                .help("--data DIR (M2M_DATA) names a folder, which is made where it is missing; a file such as world.toml is served by --world FILE (M2M_WORLD), or goes into a data directory by `m2m apply -f FILE --data DIR`")
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
            .because("a data directory has to be writable, even to be read")
            .help(format!("mount its file system for writing, or use a copy: cp -a {shown} COPY")),
        StoreError::Unopened {
            file,
            why,
            obstacle: Some(Obstacle::Denied),
        } => Failure::usage(format!("this user may not open {file}"))
            .because(&**why)
            .help(format!("run the command as the owner of {shown}, who alone may look into it")),
        StoreError::Unopened {
            file,
            why,
            obstacle: None,
        } => Failure::usage(format!("cannot open {file}")).because(&**why),
        StoreError::Lost { trace, .. } => {
            let failure = Failure::refused(format!("the registry in {shown} is lost"))
                .because(error.to_string())
                .because("nothing was created or changed")
                .help("restore a backup: of the folder, or of m2m.db alone")
                .help(format!("to begin again without applications, with new signing keys and another manager, remove the folder: rm -r {shown}"));
            if &**trace == SEALING_KEY_FILE {
                failure.help("a sealing key that you made for a new folder is not kept in it: name it by --sealing-key-file FILE (M2M_SEALING_KEY_FILE)")
            } else {
                failure
            }
        }
        StoreError::Foreign { .. } => Failure::refused(format!(
            "the database in {shown} is not the one that belongs there"
        ))
        .because(error.to_string())
        .because("nothing was changed")
        .help("put back the database of this folder, or restore a backup of the folder: m2m.db together with m2m.db-wal, if there is one")
        .help("if it is to take the place of the other, remove m2m.id and hand over the sealing key that it was used with"),
        StoreError::Displaced { .. } => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("put the files back to where they were, and end what moves or deletes them"),
        StoreError::Unknown { why } => Failure::refused("it is not known whether the change was made")
            .because(format!("the disk failed at the moment of the commit: {why}"))
            .help(format!("once the disk works, look whether it is there before you try again: m2m export --data {shown}")),
        StoreError::Full { why } => full(shown, why),
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
        // Errors that a later release of the store adds have texts that need no explanation.
        | _ => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("see whether the disk works, and whether another program holds the database"),
    }
}

/// Returns the failure for a change that was not committed.
pub fn not_committed(error: &CommitError, folder: &Path) -> Failure {
    match error {
        CommitError::Store(error) => failure(error, folder),
        CommitError::Conflict | CommitError::Unaudited | CommitError::Inconsistent { .. } | _ => {
            Failure::refused(error.to_string()).because("nothing was changed")
        }
    }
}

/// Returns the failure for an operation on keys.
pub fn keys_unchanged(error: &KeyError, folder: &Path) -> Failure {
    match error {
        KeyError::KeyIdTaken { .. } => Failure::refused(error.to_string())
            .because("a verifier finds the key of a token by the key id; nothing was changed")
            .help("give it another one: --kid KID"),
        KeyError::Retired { .. } => Failure::refused(error.to_string())
            .because("nothing was changed")
            .help("import another key, or let the server make one: m2m key rotate"),
        KeyError::Commit(error) => not_committed(error, folder),
        KeyError::Refused(_) | _ => Failure::refused(error.to_string()),
    }
}

/// Returns the failure for a bootstrap.
pub fn unmanaged(error: &BootstrapError, folder: &Path) -> Failure {
    match error {
        BootstrapError::Commit(error) => not_committed(error, folder),
        BootstrapError::ClientIdTaken { .. } | BootstrapError::Misfit(_) | _ => {
            Failure::refused(error.to_string()).because("nothing was changed")
        }
    }
}

/// Returns the failure for a change that gives new credentials to the application that manages the server.
pub fn not_kept(unchanged: Unchanged, folder: &Path) -> Failure {
    match unchanged {
        Unchanged::Unwritten(failure) => failure,
        Unchanged::Commit(error) => not_committed(&error, folder).because(format!(
            "the credentials in {} are in force only if the change was made",
            folder.join(first_credentials::FILE).display()
        )),
    }
}

/// Returns the failure for a full disk, at the start or later.
fn full(folder: impl Display, why: &str) -> Failure {
    Failure::refused(format!("the disk of {folder} is full"))
        .because(why)
        .because("nothing was changed")
        .help("free some room on its file system, or name a folder on another")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_file_that_cannot_be_opened_is_told_with_the_reason_and_what_helps() {
        for (obstacle, what, help, exit) in [
            (
                Some(Obstacle::Full),
                "the disk of d is full",
                "free some room",
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
