//! The input of a command: an argument, or standard input.

use std::io::{ErrorKind, IsTerminal as _};
use std::path::Path;

use m2m_host::error::Failure;
use m2m_host::regular_file::{Pipes, RegularFile};

/// Returns the argument; if it is absent or `-`, reads standard input.
///
/// # Errors
///
/// If it is longer than `max_bytes`, or cannot be read. If the argument is absent and standard input is a terminal, the failure is
/// `missing`.
pub(crate) fn read(
    argument: Option<&str>,
    max_bytes: usize,
    missing: impl FnOnce() -> Failure,
) -> Result<String, Failure> {
    let too_long = || Failure::usage(format!("the input is longer than {max_bytes} bytes"));
    match argument {
        Some(text) if text != "-" => {
            return if text.len() > max_bytes {
                Err(too_long())
            } else {
                Ok(text.to_owned())
            };
        }
        None if std::io::stdin().is_terminal() => return Err(missing()),
        Some(_) | None => {}
    }
    let limit = u32::try_from(max_bytes).unwrap_or(u32::MAX);
    let bytes = RegularFile::open(Path::new("-"), Pipes::Taken).and_then(|input| input.read(limit));
    let bytes = bytes.map_err(|error| {
        if error.kind() == ErrorKind::FileTooLarge {
            too_long()
        } else {
            Failure::of_io("cannot read standard input", &error)
        }
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
