//! A folder of private keys: one PKCS#8 PEM file each, named for its algorithm and key id, such as `es256-2026-11.pem`.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_jwt::{Algorithm, Pkcs8Document, Signer as _, SigningKey};
use zeroize::Zeroizing;

use crate::error::Failure;

/// Reads all keys of a folder, in the order of their names. A folder that is not there has none.
///
/// # Errors
///
/// If a file `*.pem` is not named for an algorithm, can be read by others, or is no private key.
pub(super) fn read(folder: &Path) -> Result<Vec<SigningKey>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| read_key(file)).collect()
}

fn read_key(file: &Path) -> Result<SigningKey, Failure> {
    let (algorithm, key_id) = parse_name(file).ok_or_else(|| {
        Failure::usage(format!("{} is not named for a key", file.display()))
            .help("name it for its algorithm and key id, as in es256-2026-11.pem or rs256-1.pem")
    })?;
    refuse_open_file(file)?;
    let pem =
        Zeroizing::new(std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?);
    SigningKey::from_pkcs8_pem(algorithm, Some(key_id), &pem).map_err(|error| {
        Failure::usage(format!("{} is no {algorithm} key", file.display()))
            .because(error.to_string())
            .help("a key is one PKCS#8 block in PEM, as `openssl genpkey` writes it")
    })
}

/// The algorithm and the key id in the name of a file.
fn parse_name(file: &Path) -> Option<(Algorithm, &str)> {
    let (name, key_id) = file.file_stem()?.to_str()?.split_once('-')?;
    let algorithm = Algorithm::ALL
        .iter()
        .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))?;
    (!key_id.is_empty()).then_some((*algorithm, key_id))
}

/// Writes a new key, readable for its owner alone.
///
/// # Errors
///
/// If the folder cannot be made or the file cannot be written, or is there already.
pub(super) fn write(
    folder: &Path,
    key: &SigningKey,
    document: &Pkcs8Document,
) -> Result<(), Failure> {
    let file = folder.join(format!(
        "{}-{}.pem",
        key.algorithm().as_str().to_ascii_lowercase(),
        key.key_id()
    ));
    let unwritable = |error: std::io::Error| {
        Failure::usage(format!("cannot write {}", file.display()))
            .because(error.to_string())
            .help("serve without --keys, if keys need not outlast the process")
    };
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folders.mode(0o700);
        options.mode(0o600);
    }
    folders.create(folder).map_err(unwritable)?;
    let mut opened = options.open(&file).map_err(unwritable)?;
    opened
        .write_all(to_pem(document).as_bytes())
        .map_err(unwritable)?;
    opened.sync_all().map_err(unwritable)
}

/// PKCS#8 in PEM (RFC 7468, section 10).
fn to_pem(document: &Pkcs8Document) -> Zeroizing<String> {
    let letters = Zeroizing::new(STANDARD.encode(document.secret_der()));
    // Room for all of it at once, so that no copy is left behind in memory.
    let mut pem = Zeroizing::new(String::with_capacity(letters.len() * 2 + 64));
    pem.push_str("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = letters.as_str();
    while let Some((line, tail)) = rest
        .split_at_checked(rest.len().min(64))
        .filter(|(line, _)| !line.is_empty())
    {
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

#[cfg(unix)]
fn refuse_open_file(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = std::fs::metadata(file)
        .map_err(|error| unreadable(file, &error))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(
        Failure::usage(format!("{} can be read by others", file.display()))
            .because(format!(
                "its mode is {:03o}, and whoever has the key signs as this server",
                mode & 0o777
            ))
            .help(format!(
                "chmod 600 {}; and if somebody may have read it, make a new one",
                file.display()
            )),
    )
}

#[cfg(not(unix))]
fn refuse_open_file(_file: &Path) -> Result<(), Failure> {
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read {}", path.display())).because(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(name: &str, text: &str, mode: u32) -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    fn check(folder: &tempfile::TempDir, expected: &str) {
        let failure = read(folder.path()).unwrap_err().to_string();
        assert!(failure.contains(expected), "{failure}");
    }

    #[test]
    fn refuses_what_is_no_key_of_its_own() {
        check(
            &folder_with("es256-1.pem", "garbage", 0o600),
            "is no ES256 key",
        );
        check(
            &folder_with("es256-1.pem", "garbage", 0o640),
            "can be read by others",
        );
        check(
            &folder_with("key.pem", "garbage", 0o600),
            "is not named for a key",
        );
        check(
            &folder_with("hs256-1.pem", "garbage", 0o600),
            "is not named for a key",
        );
    }

    #[test]
    fn reads_past_other_files() {
        let folder = folder_with("README", "keys", 0o644);
        assert!(read(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn what_is_written_is_closed_to_others_and_read_back() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (key, document) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
        write(folder.path(), &key, &document).unwrap();
        let file = folder.path().join(format!("eddsa-{}.pem", key.key_id()));
        assert_eq!(
            std::fs::metadata(file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let read = read(folder.path()).unwrap();
        assert_eq!(read[0].public_jwk(), key.public_jwk());
    }
}
