//! The server that a command calls, and the application as which it calls.

use std::path::PathBuf;

use clap::Args;
use clap::builder::Resettable;
use m2m_host::http_client::ConnectionOptions;
use m2m_host::output::Format;

use super::SecretText;

/// The server that a command calls, and the application as which the command calls.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server and credentials")]
pub(crate) struct ServerOptions {
    /// Issuer URL of the server to call; m2m serve reads its own issuer from M2M_SERVE_ISSUER
    #[arg(long, value_name = "URL", env = "M2M_ISSUER")]
    pub(crate) issuer: Option<String>,
    /// Client id of the application that calls the server
    #[arg(long, visible_alias = "as", value_name = "ID", env = "M2M_CLIENT_ID")]
    pub(crate) client_id: Option<String>,
    /// Client secret; other users can read flags in the process list, so prefer M2M_CLIENT_SECRET or --client-secret-file
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file")]
    pub(crate) client_secret: Option<SecretText>,
    /// File with the client secret, which may end with a line break, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// The secret in the environment. A separate argument, so that a flag takes precedence.
    #[arg(long, env = "M2M_CLIENT_SECRET", hide = true, hide_env_values = true)]
    pub(crate) client_secret_of_environment: Option<SecretText>,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
}

/// The options of every command that manages a running server.
#[derive(Debug, Args)]
pub(crate) struct ManagementOptions {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// Removes `--client-id` as a name of the caller, for commands in which it is the client id of another application.
pub(crate) fn only_as(argument: clap::Arg) -> clap::Arg {
    argument.long("as").visible_alias(Resettable::Reset)
}
