//! The check whether a directory can be used, without creating or changing anything.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::error::Failure;

/// Checks that this process can create files in the directory, or can create the directory.
///
/// # Errors
///
/// If it cannot, as far as this is known without trying.
pub fn usable(path: &Path) -> Result<(), Failure> {
    let cannot = |error: &Error| {
        Failure::of_io(
            format!("cannot use the directory {}", path.display()),
            error,
        )
        .into_usage()
    };
    // The nearest ancestor that exists decides.
    for ancestor in path.ancestors() {
        // A relative path ends with the working directory.
        let ancestor = if ancestor.as_os_str().is_empty() {
            Path::new(".")
        } else {
            ancestor
        };
        match std::fs::metadata(ancestor) {
            Ok(metadata) if metadata.is_dir() => {
                let readable = if ancestor == path {
                    std::fs::read_dir(path).map(drop)
                } else {
                    Ok(())
                };
                return readable
                    .and_then(|()| writable(ancestor))
                    .map_err(|error| cannot(&error));
            }
            Ok(_) => {
                let why = format!("{} is not a directory", ancestor.display());
                return Err(cannot(&Error::new(ErrorKind::NotADirectory, why)));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot(&error)),
        }
    }
    Ok(())
}

/// Checks that this process may create files in a directory.
#[cfg(unix)]
fn writable(folder: &Path) -> Result<(), Error> {
    use rustix::fs::{Access, access};

    // The kernel grants its administrator everything in /proc and /sys, and creates nothing there.
    #[cfg(target_os = "linux")]
    if [PROCFS, SYSFS].contains(&rustix::fs::statfs(folder)?.f_type) {
        return Err(Error::other("the kernel creates the files in it"));
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn writable(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(target_os = "linux")]
const PROCFS: rustix::fs::FsWord = rustix::fs::PROC_SUPER_MAGIC;

/// From `linux/magic.h`.
#[cfg(target_os = "linux")]
const SYSFS: rustix::fs::FsWord = 0x6265_6572;
