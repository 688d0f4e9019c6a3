//! `m2m secret`

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use m2m_authority::registry::{InvalidPeriod, Period};

use super::{ManagementOptions, SecretsToOptions};

/// What to do with the secrets of an application.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    List(SecretListOptions),
    Rotate(SecretRotateOptions),
    Revoke(SecretRevokeOptions),
}

/// List the secrets of an application: when they were made, used and ended, never their values.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct SecretListOptions {
    /// The client id of the application, or its id
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Create another secret for an application. It is shown once; the secrets before it expire after the overlap.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub(crate) struct SecretRotateOptions {
    /// The client id of the application, or its id
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// How long the earlier secrets stay valid: a number and s, m, h or d; 0 revokes them now, also those of an earlier overlap
    #[arg(long, value_name = "DURATION", value_parser = seconds, default_value = "24h")]
    pub(crate) overlap: u64,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// End a secret at once.
#[derive(Debug, Args)]
#[command(after_help = REVOKE_EXAMPLES)]
pub(crate) struct SecretRevokeOptions {
    /// The client id of the application, or its id
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// The id of the secret, as `m2m secret list` shows it
    #[arg(value_name = "SECRET_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) secret: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

fn seconds(text: &str) -> Result<u64, String> {
    if text == "0" {
        return Ok(0);
    }
    text.parse()
        .map(Period::as_seconds)
        .map_err(|_: InvalidPeriod| "write a number and a unit: s, m, h or d, as in 24h".to_owned())
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m secret list billing-job
  m2m secret rotate billing-job --overlap 24h
  m2m secret revoke billing-job SECRET_ID

They call a server that runs: M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET, or the options of that name.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m secret list billing-job
  m2m secret list billing-job --output json";

const ROTATE_EXAMPLES: &str = "\
Examples:
  m2m secret rotate billing-job --overlap 24h --secrets-to billing-job.json
  m2m secret rotate billing-job --overlap 0 --output json";

const REVOKE_EXAMPLES: &str = "\
Examples:
  m2m secret revoke billing-job SECRET_ID";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_has_a_unit_unless_it_is_none() {
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!(seconds("0"), Ok(0));
        assert!(seconds("24").is_err());
    }
}
