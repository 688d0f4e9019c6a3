//! `m2m serve`

use clap::Args;

use super::SettingOptions;

/// Serve tokens.
///
/// Every option can be given as a variable as well, M2M_LISTEN for --listen (but M2M_SERVE_ISSUER for --issuer), and in the TOML
/// file that --config names, as listen = "…". Flags come first, then variables, then the file.
///
/// At the first start of a data directory the credentials of the application that manages it are written to first-credentials in it,
/// mode 0600: set -a; . data/first-credentials. The log, on standard error, names the file and has no secret.
///
/// With --world the file is read once, at the start; a file with a mistake in it starts nothing. Nothing is written but keys, and
/// those only with --keys.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) settings: SettingOptions,
    /// For tests: how long callers may take for anything. Unit: milliseconds
    #[arg(long, value_name = "MILLISECONDS", hide = true)]
    pub(crate) caller_time_ms: Option<u32>,
}

const EXAMPLES: &str = "\
Examples:
  m2m serve --data data                  what m2m apply has brought into the folder
  m2m serve --world world.toml
  m2m serve --world world.toml --keys keys --profile kinde
  m2m serve --world world.toml --listen 0.0.0.0:8080 --behind-proxy --issuer https://id.example
  m2m serve --world world.toml --listen 0.0.0.0:443 --tls-cert id.pem --tls-key id.key --issuer https://id.example
  m2m serve --config m2m.toml            m2m config check tells what is in it

A smallest world.toml:
  [[api]]
  name = \"Orders\"
  audience = \"https://orders.example/api\"
  scopes = [\"read:orders\"]

  [[application]]
  name = \"Billing job\"
  client_id = \"billing-job\"
  authorize = [{ audience = \"https://orders.example/api\", scopes = [\"read:orders\"] }]";
