//! `m2m token`

use clap::{Args, ValueEnum};
use m2m_client::AuthenticationMethod;

use super::ServerOptions;
use m2m_host::output::Format;

/// Get a token and print it alone.
///
/// It is requested from the token endpoint that the metadata of the issuer name, of this server or any other. The secret is best
/// given as M2M_CLIENT_SECRET or in a file: a flag can be read by every user of the machine, in its list of processes.
///
/// Exits 0 with the token on standard output; 1 if the server refuses, and 3 if it cannot be reached, with nothing on standard
/// output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TokenOptions {
    /// The API that the token is for; several may be given. Without it the only one that the application is authorized for
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The scopes, parted by spaces; several may be given. Without it all that are assigned
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Where the credentials stand: in the Authorization header, or in the body
    #[arg(long, value_name = "METHOD", default_value = "basic")]
    pub(crate) auth_method: AuthMethod,
    /// How to print it: alone, or as JSON with type, expires_in and scope
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// Where the credentials stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthMethod {
    /// In an Authorization: Basic header, which every server takes
    Basic,
    /// In the body, for servers that take no header
    Post,
}

impl From<AuthMethod> for AuthenticationMethod {
    fn from(method: AuthMethod) -> Self {
        match method {
            AuthMethod::Basic => Self::ClientSecretBasic,
            AuthMethod::Post => Self::ClientSecretPost,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  export M2M_ISSUER=https://id.example M2M_CLIENT_ID=billing-job
  read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET
  curl -H \"Authorization: Bearer $(m2m token --audience https://orders.example/api)\" https://orders.example/orders
  m2m token --client-secret-file /run/secrets/billing-job --scope 'read:orders write:orders' --output json
  m2m token --issuer https://id.internal --ca-file internal-ca.pem";
