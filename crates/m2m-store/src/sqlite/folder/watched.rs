//! A file that the content of the database depends on, though the store does not write it: the sealing key.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use m2m_authority::registry::SecretHash;
use zeroize::Zeroizing;

/// A file whose content has to stay as it was. Another file with the same content is accepted.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    hash: SecretHash,
    seen: Mutex<Seen>,
}

/// The properties of a file that change when it is written or replaced.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

impl Watched {
    /// Reads a file as it is now.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(super) fn new(path: &Path) -> Result<Self> {
        let (seen, hash) = read(path)?;
        Ok(Self {
            path: path.to_owned(),
            hash,
            seen: Mutex::new(seen),
        })
    }

    /// Checks that the content is as it was. It costs a `stat`, and one read after each change to the file.
    ///
    /// # Errors
    ///
    /// A text that describes what happened to the file.
    pub(super) fn check(&self) -> core::result::Result<(), Box<str>> {
        let shown = self.path.display();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = std::fs::metadata(&self.path);
        if found.is_ok_and(|found| Seen::of(&found) == *seen) {
            return Ok(());
        }
        match read(&self.path) {
            Ok((now, hash)) if hash.constant_time_eq(&self.hash).into() => {
                *seen = now;
                Ok(())
            }
            Ok(_) => Err(format!("{shown} was changed or replaced").into()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(format!("{shown} was deleted or moved").into())
            }
            Err(error) => Err(format!("{shown} cannot be read: {error}").into()),
        }
    }
}

impl Seen {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(metadata),
        }
    }
}

fn read(path: &Path) -> Result<(Seen, SecretHash)> {
    let file = File::open(path)?;
    let seen = Seen::of(&file.metadata()?);
    let mut content = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    file.take(u64::try_from(MAX_BYTES).unwrap_or(u64::MAX))
        .read_to_end(&mut content)?;
    Ok((seen, SecretHash::of(&content)))
}

/// The part of a file that is compared. A sealing key has 44 characters. Unit: bytes.
const MAX_BYTES: usize = 1_024;
