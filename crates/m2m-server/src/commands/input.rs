//! What a command reads: an argument, or standard input.

use std::io::{IsTerminal as _, Read as _};

use crate::error::Failure;

/// The argument; where there is none or it is `-`, standard input.
///
/// # Errors
///
/// If it is longer than `max_bytes`, cannot be read, or nobody would ever write it: there is no argument, and standard input is a
/// terminal at which `missing` is said instead.
pub(super) fn read(
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
    let mut bytes = Vec::new();
    // One byte more than is allowed tells what is too long from what just fits.
    let limit = u64::try_from(max_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage("cannot read standard input").because(error.to_string()))?;
    if bytes.len() > max_bytes {
        return Err(too_long());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
