//! New files that only their owner may read.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Result, Write as _};
use std::path::{Path, PathBuf};

/// Writes a new file, readable only by its owner, so that it survives a loss of power. A reader sees the whole file or nothing.
///
/// # Errors
///
/// If it exists already, or cannot be written. A partial file is deleted.
pub fn create(path: &Path, content: &[u8]) -> Result<()> {
    let unfinished = unfinished(path);
    let finish = || {
        let mut file = options().create_new(true).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        // A hard link, since it does not replace an existing file as a rename does.
        std::fs::hard_link(&unfinished, path)
    };
    let finished = finish();
    let removed = std::fs::remove_file(&unfinished);
    finished.and(removed).and_then(|()| sync_folder_of(path))
}

/// Returns the name of a file while it is being written: hidden, and different for each process.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(format!(".tmp-{}-", std::process::id()));
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

/// Renames a file, replacing any file with the new name, so that the change survives a loss of power.
///
/// # Errors
///
/// If the file cannot be renamed.
pub fn replace(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to)?;
    sync_folder_of(to)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Writes the names in the folder of a file to the disk, so that they are as durable as the content of the file.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn is_for_its_owner_alone_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, b"one").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let error = create(&path, b"two").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
