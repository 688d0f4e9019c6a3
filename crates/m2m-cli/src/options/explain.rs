//! `m2m explain`

use clap::Args;
use m2m_errors::Profile;

use m2m_host::output::Format;

/// Say what an error means, what leads to it, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainOptions {
    /// An error code of OAuth, a cause from a log, a status of HTTP, or what a server answered: a JSON body, a WWW-Authenticate
    /// header, or all of it. Without it, or with -, it is read from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// In the dialect of
    #[arg(long, value_name = "PROFILE", default_value_t = Profile::Rfc, value_parser = super::profile())]
    pub(crate) profile: Profile,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

const EXAMPLES: &str = "\
Examples:
  m2m explain invalid_client             an error code
  m2m explain secret-rotated-out         a cause
  m2m explain 401                        a status
  m2m explain --profile kinde invalid_request
  m2m explain 'Bearer error=\"insufficient_scope\", scope=\"read:orders\"'
  curl -si http://127.0.0.1:8080/oauth2/token -d grant_type=client_credentials | m2m explain";
