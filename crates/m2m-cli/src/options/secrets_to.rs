//! The destination of the secrets that a command generates.

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_host::regular_file::is_standard_stream;

/// The place for the secrets that a command generates.
#[derive(Debug, Args)]
pub(crate) struct SecretsToOptions {
    /// New file (mode 0600) for new secrets, one JSON object per line; by default, and with -, new secrets are printed
    #[arg(long, value_name = "FILE")]
    secrets_to: Option<PathBuf>,
}

impl SecretsToOptions {
    /// Returns the file; nothing if secrets are shown.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.secrets_to
            .as_deref()
            .filter(|file| !is_standard_stream(file))
    }
}
