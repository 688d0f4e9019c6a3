//! The destination of the secrets that a command generates.

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_host::regular_file::is_standard_stream;

/// The place for the secrets that a command generates.
#[derive(Debug, Args)]
pub(crate) struct SecretsToOptions {
    /// Write new secrets to this new file (mode 0600), one JSON object per line, instead of showing them; - shows them
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
