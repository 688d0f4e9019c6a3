//! `m2m token`

use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use m2m_client::AuthenticationMethod;
use zeroize::Zeroizing;

use super::{ConnectionOptions, Format};

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
    /// The issuer to get the token from
    #[arg(long, value_name = "URL", env = "M2M_ISSUER")]
    pub(crate) issuer: Option<String>,
    /// The client id of the application
    #[arg(long, value_name = "ID", env = "M2M_CLIENT_ID")]
    pub(crate) client_id: Option<String>,
    /// The secret of the application, for all to see in the list of processes; better: M2M_CLIENT_SECRET or --client-secret-file
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file")]
    pub(crate) client_secret: Option<SecretText>,
    /// A file with the secret, which may end with a line break; with - it is read from standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// The secret in the environment. An argument of its own, so that a flag goes before it.
    #[arg(long, env = "M2M_CLIENT_SECRET", hide = true, hide_env_values = true)]
    pub(crate) client_secret_of_environment: Option<SecretText>,
    /// The API that the token is for; several may be given. Without it the only one that the application is authorized for
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The scopes, parted by spaces; several may be given. Without it all that are assigned
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Where the credentials stand: in the Authorization header, or in the body
    #[arg(long, value_name = "METHOD", default_value = "basic")]
    pub(crate) auth_method: AuthMethod,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    /// How to print it: alone, or as JSON with type, expires_in and scope
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
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

/// A secret that was typed or set. `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct SecretText(pub(crate) Zeroizing<String>);

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

const EXAMPLES: &str = "\
Examples:
  export M2M_ISSUER=https://id.example M2M_CLIENT_ID=billing-job
  read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET
  curl -H \"Authorization: Bearer $(m2m token --audience https://orders.example/api)\" https://orders.example/orders
  m2m token --client-secret-file /run/secrets/billing-job --scope 'read:orders write:orders' --output json
  m2m token --issuer https://id.internal --ca-file internal-ca.pem";
