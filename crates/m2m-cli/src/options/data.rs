//! The options that commands on a data directory share.

use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};
use m2m_host::sealing::SealingSource;
use zeroize::Zeroizing;

/// The option that names the data directory.
#[derive(Debug, Args)]
pub(crate) struct DataOptions {
    /// Data directory of a stopped server
    #[arg(long, value_name = "DIR", env = "M2M_DATA", value_parser = path())]
    pub(crate) data: PathBuf,
}

/// The option that names the data directory, of commands that otherwise call a server.
#[derive(Debug, Args)]
pub(crate) struct OptionalDataOptions {
    /// Data directory of a stopped server, used instead of calling a running server. M2M_DATA is not read here, because
    /// it usually names the directory of a running server, which is locked
    #[arg(long, value_name = "DIR", value_parser = path())]
    data: Option<PathBuf>,
}

impl OptionalDataOptions {
    /// Returns the data directory. An empty name counts as absent.
    pub(crate) fn folder(&self) -> Option<&Path> {
        let folder = self.data.as_deref();
        folder.filter(|folder| !folder.as_os_str().is_empty())
    }
}

/// The options that name the sealing key.
#[derive(Debug, Args)]
pub(crate) struct SealingOptions {
    /// File with the sealing key, which encrypts private keys: 32 random bytes in base64. By default, the
    /// sealing key is in M2M_SEALING_KEY, or in sealing.key in the data directory; the file is created when first needed
    #[arg(long, value_name = "FILE", env = "M2M_SEALING_KEY_FILE", value_parser = path())]
    pub(crate) sealing_key_file: Option<PathBuf>,
    /// The sealing key itself. It comes from the environment only, since other users can read flags in the process list.
    #[arg(
        long,
        env = "M2M_SEALING_KEY",
        hide = true,
        hide_env_values = true,
        conflicts_with = "sealing_key_file"
    )]
    pub(crate) sealing_key: Option<SecretText>,
}

impl SealingOptions {
    /// Returns the source of the sealing key for a data directory. An empty variable counts as unset.
    pub(crate) fn source(&self, folder: &Path) -> SealingSource<'_> {
        let key = self.sealing_key.as_ref().map(SecretText::expose_secret);
        SealingSource::new(key, self.sealing_key_file.as_deref(), folder)
    }
}

/// A text that is never printed.
#[derive(Clone)]
pub(crate) struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Returns the text itself.
    pub(crate) fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Returns another copy of the text.
    pub(crate) fn copied(&self) -> Zeroizing<String> {
        self.0.clone()
    }
}

impl FromStr for SecretText {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Parses a path. An empty variable of the environment is not refused here; the user of the value treats it as absent.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}
