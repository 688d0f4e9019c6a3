//! `m2m export`

use clap::Args;

use super::{OptionalDataOptions, ServerOptions};

/// Print the registry as world.toml.
///
/// Applying it changes nothing, and printing it again gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    /// With the hash of the latest secret of each application, so that applications keep their secrets elsewhere
    #[arg(long)]
    pub(crate) with_secret_hashes: bool,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m export > world.toml                of a server that runs: M2M_ISSUER, M2M_CLIENT_ID, M2M_CLIENT_SECRET
  m2m export --data data > world.toml    of one that is stopped
  m2m export --data data --with-secret-hashes > world.toml";
