//! `m2m apply`

use std::path::PathBuf;

use clap::Args;

use super::{OptionalDataOptions, SecretsToOptions, ServerOptions};
use m2m_host::output::Format;

/// Make the registry say what a file says.
///
/// Prints what it does, and does it in one transaction; a second time there is nothing to do. An application is the one with its
/// client_id, else the only one of its name. Without secret_sha256 an application keeps its secrets, and a new one gets a secret
/// that is shown once. What is not in the file stays, unless --prune is given.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApplyOptions {
    /// The file with APIs, organizations and applications; - is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take away what is not in the file, except the management API and the last applications that manage the server
    #[arg(long)]
    pub(crate) prune: bool,
    /// Do not ask before something is taken away
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m apply -f world.toml --dry-run
  m2m apply -f world.toml --secrets-to secrets.jsonl
  m2m apply -f world.toml --data data --secrets-to secrets.jsonl
  m2m apply -f world.toml --data data --prune --yes --output json

Without --data the file is applied to the server that M2M_ISSUER names, in the name of M2M_CLIENT_ID with M2M_CLIENT_SECRET. With
--data the server is stopped meanwhile, since one process at a time has a data directory, which is made if it is not there.";
