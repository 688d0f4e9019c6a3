//! Secrets that were made, in a file that only its owner can read.

use std::path::Path;

use m2m_admin::GeneratedCredentials;
use zeroize::Zeroizing;

use super::apply::described_credentials;
use crate::error::Failure;
use crate::private_file;

/// Writes credentials into a new file, one JSON object a line.
///
/// # Errors
///
/// If there is such a file, or it cannot be written.
pub(super) fn write(file: &Path, credentials: &[GeneratedCredentials]) -> Result<(), Failure> {
    let mut text = Zeroizing::new(String::new());
    for credentials in credentials {
        let line = Zeroizing::new(described_credentials(credentials, true).to_string());
        text.push_str(&line);
        text.push('\n');
    }
    private_file::create(file, text.as_bytes()).map_err(|error| {
        Failure::usage(format!("cannot write the secrets to {}", file.display()))
            .because(error.to_string())
            .because("nothing was changed")
            .help("name a file that is not there yet, in a folder that you may write to")
    })
}
