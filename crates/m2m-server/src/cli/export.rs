//! `m2m export`

use clap::Args;

use super::DataOptions;

/// Print the registry as world.toml.
///
/// Applying it changes nothing, and printing it again gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// With the hash of the latest secret of each application, so that applications keep their secrets elsewhere
    #[arg(long)]
    pub(crate) with_secret_hashes: bool,
}

const EXAMPLES: &str = "\
Examples:
  m2m export --data data > world.toml
  m2m export --data data --with-secret-hashes > world.toml";
