//! Paths, and the files that they led to when they were opened.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// A path, and the file or folder that it led to when it was opened.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    opened: FileId,
}

/// The identity of a file, independent of its name. On a system that does not report it, all files are the same, and only their absence
/// is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Place {
    /// Returns a path with the file that it leads to now.
    pub(super) fn of(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            opened: FileId::of(&std::fs::metadata(path)?),
        })
    }

    /// Returns a path with the file that was opened by it.
    pub(super) fn of_open(path: &Path, file: &File) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            opened: FileId::of(&file.metadata()?),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that the path still leads to the same file.
    ///
    /// # Errors
    ///
    /// A text that describes what happened to it.
    pub(super) fn check(&self) -> core::result::Result<(), Box<str>> {
        let shown = self.path.display();
        match std::fs::metadata(&self.path) {
            Ok(found) if FileId::of(&found) == self.opened => Ok(()),
            Ok(_) => Err(format!("{shown} was replaced").into()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(format!("{shown} was deleted or moved").into())
            }
            Err(error) => Err(format!("{shown} cannot be accessed: {error}").into()),
        }
    }
}

impl FileId {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }

    #[cfg(not(unix))]
    const fn of(_metadata: &Metadata) -> Self {
        Self {}
    }
}
