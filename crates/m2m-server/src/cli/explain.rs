//! `m2m explain`

use clap::Args;
use m2m_errors::Profile;

use super::Format;

/// Say what an error means, what leads to it, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainOptions {
    /// An error code of OAuth, a cause from a log, or a status of HTTP
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
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
  m2m explain --profile kinde invalid_request";
