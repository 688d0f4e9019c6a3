//! How commands connect to servers.

use std::path::PathBuf;

use clap::Args;

/// How a command connects to a server.
#[derive(Debug, Default, Args)]
pub(crate) struct ConnectionOptions {
    /// A PEM file with certificates of authorities to trust beside those of this machine, for servers with a private one
    #[arg(long, value_name = "FILE", env = "M2M_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Let plain http leave this machine, though everybody on the way can read and change what it carries
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
}
