//! A folder of private keys: one PKCS#8 PEM file each.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::key_help::{Half, key_help};
use crate::regular_file::{Pipes, RegularFile};
use m2m_authority::registry::KeyState;
use m2m_errors::Cause;
use m2m_jwt::{Signer as _, SigningKey};

use super::file_name;

/// A key in a folder.
#[derive(Debug)]
pub(super) struct StoredKey {
    /// The path of its file.
    pub(super) file: PathBuf,
    /// The state in the name of the file.
    pub(super) state: KeyState,
    /// The key.
    pub(super) key: SigningKey,
}

/// Reads all keys of a folder, in the order of their names. A missing folder has none.
///
/// # Errors
///
/// If others can write into the folder; if a file `*.pem` does not have the name of a key file, can be read by others, or is not a private
/// key; if two keys have the same id, or two of one algorithm would sign.
pub(super) fn read(folder: &Path) -> Result<Vec<StoredKey>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    refuse_open_folder(folder)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if file_name::is_for_key(&path) {
            files.push(path);
        }
    }
    files.sort();
    let mut keys: Vec<StoredKey> = Vec::with_capacity(files.len());
    for file in files {
        let key = read_key(file)?;
        if let Some(other) = keys.iter().find(|other| is_same_id(other, &key)) {
            return Err(same_id(other, &key));
        }
        if let Some(other) = keys.iter().find(|other| both_sign(other, &key)) {
            return Err(two_sign(other, &key));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn read_key(path: PathBuf) -> Result<StoredKey, Failure> {
    let name = file_name::parse(&path).ok_or_else(|| {
        let what = format!("{} does not have the name of a key file", path.display());
        Failure::mistake(Cause::KeyFileMisnamed, what).help(
            "name it after its algorithm and key id, as in es256-2026-11.pem, or es256-2026-12.next.pem for a key that does not sign yet",
        )
    })?;
    let unreadable = |error: Error| unreadable(&path, &error);
    let file = RegularFile::open(&path, Pipes::Refused).map_err(unreadable)?;
    refuse_open_file(&path, &file)?;
    let bytes = file.read(MAX_KEY_BYTES).map_err(unreadable)?;
    let key = SigningKey::from_pkcs8_pem(name.algorithm, Some(name.key_id), &*bytes);
    let key = key.map_err(|error| {
        let what = format!("{} is not a key for {}", path.display(), name.algorithm);
        Failure::mistake(error.cause(), what)
            .because(error.to_string())
            .help(key_help(error, &path, &bytes, Half::Private))
    })?;
    Ok(StoredKey {
        state: name.state,
        key,
        file: path,
    })
}

fn is_same_id(one: &StoredKey, other: &StoredKey) -> bool {
    one.key.key_id() == other.key.key_id()
}

fn both_sign(one: &StoredKey, other: &StoredKey) -> bool {
    one.state == KeyState::Active
        && other.state == KeyState::Active
        && one.key.algorithm() == other.key.algorithm()
}

fn same_id(one: &StoredKey, other: &StoredKey) -> Failure {
    let (one, own) = (one.file.display(), other.file.display());
    Failure::mistake(Cause::KeyFileMisnamed, format!("{one} and {own} have the same key id"))
    .because(format!(
        "a verifier finds the key of a token by the key id, here {:?}",
        other.key.key_id()
    ))
    .help("rename one of them; the key id is the part of the name between the algorithm and .pem, .next.pem or .retiring.pem")
}

fn two_sign(one: &StoredKey, other: &StoredKey) -> Failure {
    let (one, own) = (one.file.display(), other.file.display());
    Failure::mistake(Cause::KeyFileMisnamed, format!("{one} and {own} would both sign"))
    .because(format!(
        "only one key can sign for {}, and it is not clear which one is meant",
        other.key.algorithm()
    ))
    .help("rename the one that is to sign later to ….next.pem: it is announced, so that verifiers have it before it signs")
    .help("or rename the one that has signed so far to ….retiring.pem: it is announced until its last token has expired")
}

#[cfg(unix)]
fn refuse_open_folder(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = std::fs::metadata(folder).map_err(|error| unreadable(folder, &error))?;
    let mode = metadata.permissions().mode();
    if mode & 0o022 == 0 {
        return Ok(());
    }
    let folder = folder.display();
    Err(Failure::mistake(
        Cause::FileOpenToOthers,
        format!("other users can write to {folder}"),
    )
    .because(format!(
        "its mode is {:03o}, and anyone who adds a key there can sign tokens of this server",
        mode & 0o777
    ))
    .help(format!(
        "run chmod go-w {folder}, and check that all keys in it are yours"
    )))
}

#[cfg(unix)]
fn refuse_open_file(path: &Path, file: &RegularFile) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file.metadata().permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::mistake(
        Cause::FileOpenToOthers,
        format!("{path} can be read by others"),
    )
    .because(format!(
        "its mode is {:03o}, and anyone who has the key can sign tokens of this server",
        mode & 0o777
    ))
    .help(format!(
        "run chmod 600 {path}; if others may have read the key, replace it"
    )))
}

#[cfg(not(unix))]
fn refuse_open_folder(_folder: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_file(_path: &Path, _file: &RegularFile) -> Result<(), Failure> {
    Ok(())
}

fn unreadable(path: &Path, error: &Error) -> Failure {
    Failure::of_io(format!("cannot read {}", path.display()), error)
}

/// The maximum size of a key file, far more than the PEM of an RSA key of 8,192 bits. Unit: bytes.
const MAX_KEY_BYTES: u32 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_folder::new_file;
    use m2m_jwt::Algorithm;
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    #[track_caller]
    fn check(folder: &Path, expected: &[&str]) {
        let failure = read(folder).unwrap_err().to_string();
        for expected in expected {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    fn folder_with(name: &str, text: &str, mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        folder
    }

    /// Returns a folder with a new key of each algorithm in a file of this name.
    fn folder_of(files: &[(Algorithm, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (algorithm, file) in files {
            let (_, document) = SigningKey::generate(*algorithm, None).unwrap();
            new_file::write(folder.path(), file, &document).unwrap();
        }
        folder
    }

    #[test]
    fn refuses_files_that_are_not_keys_of_the_server() {
        for (name, mode, expected) in [
            (
                "es256-1.pem",
                0o600,
                ["is not a key for ES256", "m2m explain key-malformed"],
            ),
            (
                "es256-1.pem",
                0o640,
                ["can be read by others", "m2m explain file-open-to-others"],
            ),
            (
                "key.pem",
                0o600,
                [
                    "does not have the name of a key file",
                    "m2m explain key-file-misnamed",
                ],
            ),
            (
                "hs256-1.pem",
                0o600,
                [
                    "does not have the name of a key file",
                    "m2m explain key-file-misnamed",
                ],
            ),
        ] {
            check(folder_with(name, "garbage", mode).path(), &expected);
        }
        let long = "a".repeat(1024 * 1024);
        let folder = folder_with("es256-1.pem", &long, 0o600);
        check(folder.path(), &["es256-1.pem", "longer than 65536 bytes"]);
    }

    #[test]
    fn refuses_files_that_are_not_regular() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("es256-1.pem");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        check(
            folder.path(),
            &[
                "es256-1.pem",
                "not a regular file",
                "m2m explain file-unusable",
            ],
        );
    }

    #[test]
    fn refuses_a_folder_that_others_write_into() {
        for (mode, is_refused) in [(0o720, true), (0o702, true), (0o1777, true), (0o755, false)] {
            let folder = folder_of(&[(Algorithm::Es256, "es256-1.pem")]);
            set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            let read = read(folder.path());
            assert_eq!(read.is_err(), is_refused, "{mode:o}");
            if let Err(failure) = read {
                assert!(failure.to_string().contains("chmod go-w"), "{failure}");
            }
        }
    }

    #[test]
    fn refuses_two_that_would_sign_with_help_to_rename_them() {
        let folder = folder_of(&[
            (Algorithm::Es256, "es256-b.pem"),
            (Algorithm::Es256, "es256-a.pem"),
        ]);
        check(
            folder.path(),
            &[
                "es256-a.pem",
                "es256-b.pem",
                ".next.pem",
                ".retiring.pem",
                "m2m explain key-file-misnamed",
            ],
        );
    }

    #[test]
    fn refuses_one_key_id_for_two_keys() {
        let folder = folder_of(&[
            (Algorithm::EdDsa, "eddsa-1.next.pem"),
            (Algorithm::Es256, "es256-1.pem"),
        ]);
        check(
            folder.path(),
            &[
                "eddsa-1.next.pem",
                "es256-1.pem",
                "the same key id",
                "\"1\"",
            ],
        );
    }

    #[test]
    fn reads_past_other_files_and_what_a_crash_left() {
        let folder = folder_of(&[(Algorithm::Es256, "es256-1.pem")]);
        for name in ["README", ".tmp-es256-2.pem", ".lock"] {
            std::fs::write(folder.path().join(name), "half a k").unwrap();
        }
        assert_eq!(read(folder.path()).unwrap().len(), 1);
    }
}
