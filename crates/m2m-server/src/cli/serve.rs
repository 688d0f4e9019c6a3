//! `m2m serve`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use m2m_errors::Profile;

use super::ListeningOptions;

/// Serve tokens over a registry that is read from a file.
///
/// The file is read once, at the start; a file with a mistake in it starts nothing. Nothing is written but keys, and those
/// only with --keys.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeOptions {
    /// The file with APIs, organizations and applications
    #[arg(long, value_name = "FILE", env = "M2M_WORLD")]
    pub(crate) world: PathBuf,
    /// The folder with signing keys; missing ones are made there. Without it keys last as long as the process
    #[arg(long, value_name = "DIR", env = "M2M_KEYS")]
    pub(crate) keys: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR",
        env = "M2M_LISTEN",
        default_value = "127.0.0.1:8080",
        value_parser = super::listen_address
    )]
    pub(crate) listen: SocketAddr,
    /// The issuer identifier, which tokens and metadata carry; by default http:// and the address. Needed behind a proxy
    #[arg(long, value_name = "URL", env = "M2M_SERVE_ISSUER")]
    pub(crate) issuer: Option<String>,
    /// The dialect of answers
    #[arg(long, value_name = "PROFILE", env = "M2M_PROFILE", default_value_t = Profile::Rfc, value_parser = super::profile())]
    pub(crate) profile: Profile,
    /// A proxy in front of the server ends TLS, so that plain http may leave this machine
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Everything else about connections.
    #[command(flatten)]
    pub(crate) listening: ListeningOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m serve --world world.toml
  m2m serve --world world.toml --keys keys --profile kinde
  m2m serve --world world.toml --listen 0.0.0.0:8080 --behind-proxy --issuer https://id.example
  m2m serve --world world.toml --listen 0.0.0.0:443 --tls-cert id.pem --tls-key id.key --issuer https://id.example

A smallest world.toml:
  [[api]]
  name = \"Orders\"
  audience = \"https://orders.example/api\"
  scopes = [\"read:orders\"]

  [[application]]
  name = \"Billing job\"
  client_id = \"billing-job\"
  authorize = [{ audience = \"https://orders.example/api\", scopes = [\"read:orders\"] }]";
