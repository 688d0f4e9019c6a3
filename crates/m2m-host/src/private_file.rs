//! New files that nobody but their owner may read.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Result, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file that is not there yet, readable for its owner alone, so that it survives a loss of power. Whoever looks sees all of it or
/// nothing.
///
/// # Errors
///
/// If it is there already, or cannot be written. What was begun is taken away.
pub fn create(path: &Path, content: &[u8]) -> Result<()> {
    let unfinished = unfinished(path);
    let finish = || {
        let mut file = options().create_new(true).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        // A link, since that does not replace another file as a new name does.
        std::fs::hard_link(&unfinished, path)
    };
    let finished = finish();
    let removed = std::fs::remove_file(&unfinished);
    finished.and(removed).and_then(|()| sync_folder_of(path))
}

/// What a file is called until it is whole: hidden, and as no other process calls it.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(format!(".tmp-{}-", std::process::id()));
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

/// Gives a file another name, in the place of what had it, so that it survives a loss of power.
///
/// # Errors
///
/// If it cannot be done.
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

/// Makes the names in the folder of a file as lasting as what is in it.
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
