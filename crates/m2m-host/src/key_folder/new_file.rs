//! New private keys, in a folder that other servers may use at the same time, and that a crash may interrupt.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Result, Write as _};
use std::path::Path;

use crate::error::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_jwt::Pkcs8Document;
use zeroize::Zeroizing;

/// A folder that is locked for writing keys until this is dropped.
#[derive(Debug)]
#[must_use = "the folder is free again when this is dropped"]
pub(super) struct LockedFolder {
    _lock: File,
}

impl LockedFolder {
    /// Creates the folder if it is missing, and waits until no other server creates keys in it, which takes as long as creating the keys.
    ///
    /// # Errors
    ///
    /// If the folder cannot be created or written.
    pub(super) fn lock(folder: &Path) -> std::result::Result<Self, Failure> {
        let mut folders = DirBuilder::new();
        folders.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            folders.mode(0o700);
        }
        let lock = || {
            folders.create(folder)?;
            let lock = private().create(true).open(folder.join(".lock"))?;
            lock.lock()?;
            Ok(lock)
        };
        match lock() {
            Ok(lock) => Ok(Self { _lock: lock }),
            Err(error) => Err(unwritable(folder, &error)),
        }
    }
}

/// Writes a new key, readable only by its owner, under this name. A reader of the folder sees the whole file or nothing.
///
/// # Errors
///
/// If the file cannot be written, or exists already.
pub(super) fn write(
    folder: &Path,
    name: &str,
    document: &Pkcs8Document,
) -> std::result::Result<(), Failure> {
    let file = folder.join(name);
    let unfinished = folder.join(format!(".tmp-{name}"));
    let finish = || {
        let mut opened = private().create_new(true).open(&unfinished)?;
        opened.write_all(to_pem(document).as_bytes())?;
        opened.sync_all()?;
        // A hard link, since it does not replace an existing file as a rename does.
        std::fs::hard_link(&unfinished, &file)
    };
    let finished = finish();
    let removed = std::fs::remove_file(&unfinished);
    finished
        .and(removed)
        .and_then(|()| sync_folder(folder))
        .map_err(|error| unwritable(&file, &error))
}

/// Returns the options for opening a file that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Writes the names in a folder to the disk, so that they are as durable as the contents of the files.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of_io(format!("cannot write {}", path.display()), error)
        .help("or serve without --keys (M2M_KEYS), which generates new keys at each start")
}

/// Converts to PKCS#8 in PEM (RFC 7468, section 10).
fn to_pem(document: &Pkcs8Document) -> Zeroizing<String> {
    let letters = Zeroizing::new(STANDARD.encode(document.secret_der()));
    // Allocated at once, so that no copy is left behind in memory.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_folder::directory;
    use m2m_jwt::{Algorithm, SigningKey};
    use std::os::unix::fs::PermissionsExt as _;

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_written_key_is_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let (key, document) = SigningKey::generate(Algorithm::EdDsa, Some("1")).unwrap();
        write(folder.path(), "eddsa-1.pem", &document).unwrap();
        let metadata = std::fs::metadata(folder.path().join("eddsa-1.pem")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        let read = directory::read(folder.path()).unwrap();
        assert_eq!(read[0].key.public_jwk(), key.public_jwk());
        assert_eq!(names(folder.path()), ["eddsa-1.pem"]);
    }

    #[test]
    fn no_key_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("eddsa-1.pem");
        std::fs::write(&file, "older").unwrap();
        let (_, document) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
        let failure = write(folder.path(), "eddsa-1.pem", &document).unwrap_err();
        assert!(failure.to_string().contains("eddsa-1.pem"), "{failure}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "older");
        assert_eq!(names(folder.path()), ["eddsa-1.pem"]);
    }
}
