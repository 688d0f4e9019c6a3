//! Files that an operator names, read up to a maximum size.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

/// A file that ends, as opposed to a device, which may not.
#[derive(Debug)]
pub struct RegularFile {
    file: File,
    metadata: Metadata,
}

impl RegularFile {
    /// Opens a file to read it, following links. If pipes are accepted, `-` is standard input; a file with that name is `./-`.
    ///
    /// # Errors
    ///
    /// If there is no such file, it cannot be opened, or it is of a kind that is not accepted.
    pub fn open(path: &Path, pipes: Pipes) -> Result<Self> {
        if pipes == Pipes::Taken && is_standard_stream(path) {
            return Self::standard_input();
        }
        // Checked before opening, because opening a pipe waits for a writer.
        let metadata = std::fs::metadata(path)?;
        let is_taken = metadata.is_file() || (pipes == Pipes::Taken && is_pipe(&metadata));
        if !is_taken {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "it is not a regular file",
            ));
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        Ok(Self { file, metadata })
    }

    /// Returns standard input, whatever it is. Only one of the files that a command reads can come from there.
    #[cfg(unix)]
    fn standard_input() -> Result<Self> {
        use std::os::fd::AsFd as _;

        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::Relaxed) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "standard input was already read for another argument",
            ));
        }
        let file = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
        let metadata = file.metadata()?;
        Ok(Self { file, metadata })
    }

    #[cfg(not(unix))]
    fn standard_input() -> Result<Self> {
        Err(Error::new(
            ErrorKind::Unsupported,
            "standard input is not supported here; name a file",
        ))
    }

    /// Returns the metadata of the open file, which its name may no longer lead to.
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Reads the whole content of the file, which may be a secret.
    ///
    /// # Errors
    ///
    /// If it is longer than `max_bytes`, or cannot be read.
    pub fn read(self, max_bytes: u32) -> Result<Zeroizing<Vec<u8>>> {
        let max_bytes = u64::from(max_bytes);
        let too_long = || {
            Error::new(
                ErrorKind::FileTooLarge,
                format!("it is longer than {max_bytes} bytes"),
            )
        };
        // One byte more than allowed distinguishes a file that is too long from one that just fits.
        let limit = max_bytes + 1;
        let expected = self.metadata.len().min(limit) + 1;
        let expected = match self.metadata.is_file() {
            true => expected,
            // The length of the data in a pipe is not known in advance.
            false => limit.min(MOST_OF_A_PIPE),
        };
        // Allocated at once, so that no copy of a secret is left behind in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(
            usize::try_from(expected).map_err(|_| too_long())?,
        ));
        self.file.take(limit).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= max_bytes) {
            Ok(bytes)
        } else {
            Err(too_long())
        }
    }
}

/// Returns the name of a file for messages.
pub fn shown(path: &Path) -> String {
    match is_standard_stream(path) {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// The treatment of pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipes {
    /// Pipes are accepted, for a file that the user names: a shell may create it, as in `<(curl …)`.
    Taken,
    /// Pipes are refused, for a file that is found in a folder: reading a pipe may block forever.
    Refused,
}

/// The memory reserved for the content of a pipe, more than secrets need. Unit: bytes.
const MOST_OF_A_PIPE: u64 = 8192;

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;

    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_metadata: &Metadata) -> bool {
    false
}

/// Returns true for `-`, which is standard input or output. A file of that name is `./-`.
pub fn is_standard_stream(file: &Path) -> bool {
    file == Path::new("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path, max_bytes: u32) -> std::result::Result<Vec<u8>, String> {
        RegularFile::open(path, Pipes::Refused)
            .and_then(|file| file.read(max_bytes))
            .map(|bytes| bytes.to_vec())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn reads_what_just_fits_and_refuses_a_byte_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).as_deref(), Ok(b"12345".as_slice()));
        assert_eq!(read(&path, 4), Err("it is longer than 4 bytes".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn refuses_pipes_folders_and_devices() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [&pipe, folder.path(), Path::new("/dev/zero")] {
            assert_eq!(read(path, 5), Err("it is not a regular file".to_owned()));
        }
    }
}
