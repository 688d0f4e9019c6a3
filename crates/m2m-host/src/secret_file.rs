//! A secret in a file of its own.

use std::path::Path;

use m2m_errors::Cause;
use zeroize::Zeroizing;

use crate::error::Failure;
use crate::regular_file::{Pipes, RegularFile, shown};

/// Reads the only line of this file, or of standard input for `-`. A line break at its end is not part of the secret.
///
/// # Errors
///
/// If it cannot be read, is not text, or has more than one line.
pub fn read(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let what = || format!("cannot read the secret in {}", shown(file));
    let cannot = |why: &str| Failure::mistake(Cause::FileUnusable, what()).because(why);
    let bytes = RegularFile::open(file, Pipes::Taken)
        .and_then(|file| file.read(MAX_SECRET_BYTES.into()))
        .map_err(|error| Failure::of_io(what(), &error))?;
    let text = core::str::from_utf8(&bytes).map_err(|_| cannot("it is not text"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) {
        return Err(cannot("it has more than one line").help("write only the secret to it"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// The maximum size of a secret, far more than any has. Unit: bytes.
const MAX_SECRET_BYTES: u16 = 4096;
