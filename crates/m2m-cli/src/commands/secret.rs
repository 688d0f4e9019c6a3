//! `m2m secret`: the secrets of an application of a server that runs.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use m2m_authority::registry::{InvalidPeriod, Period};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, text};
use serde_json::json;

use crate::destination::Destination;
use crate::done::{done, payload, warn};
use crate::management::{ApiPath, Management};
use crate::new_credentials::NewCredentials;
use crate::options::{ManagementOptions, SecretsToOptions};

/// What to do with the secrets of an application.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    List(SecretListOptions),
    Rotate(SecretRotateOptions),
    Revoke(SecretRevokeOptions),
}

impl SecretCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command could not do its work.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list(options, output),
            Self::Rotate(options) => rotate(options, output),
            Self::Revoke(options) => revoke(options, output),
        }
    }
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

pub(super) fn list(options: &SecretListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["applications", &options.application, "secrets"]);
    let secrets = management.all(&path, "secrets")?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["ID", "STATE", "CREATED", "ENDS", "LAST USED", "BY", "WHY"]);
            let table = secrets.iter().fold(table, |table, secret| {
                table.with([
                    member(secret, "id"),
                    member(secret, "state"),
                    member(secret, "created_at"),
                    member(secret, "ends_at"),
                    member(secret, "last_used_at"),
                    member(secret, "by"),
                    member(secret, "why"),
                ])
            });
            table.print("it has no secrets", output);
        }
        Format::Json => output.json(&secrets),
    }
    Ok(())
}

pub(super) fn rotate(options: &SecretRotateOptions, output: &Output) -> Result<(), Failure> {
    let application = &*options.application;
    let management = Management::connect(&options.management.server)?;
    let destination = Destination::of(options.secrets_to.file(), output)?;
    let path = ApiPath::of(["applications", application, "secrets"]);
    let body = json!({ "overlap_seconds": options.overlap });
    let answer = match management.post(&path, Some(&body)) {
        Ok(answer) => answer,
        Err(failure) => return Err(destination.give_up(failure, application)),
    };
    let mut secret = payload(&answer, "secret").clone();
    let made = text(&secret, "client_secret").to_owned();
    let credentials = NewCredentials {
        application,
        client_id: application,
        client_secret: &made,
    };
    let kept = destination.keep(&credentials);
    match options.management.output {
        Format::Text => {
            kept.tell(&credentials, output);
            let ends_at = text(&secret, "expires_at_of_previous");
            if !ends_at.is_empty() {
                let ends_at = printable(ends_at);
                output.line(if options.overlap == 0 {
                    format!("the secrets before have ended, at {ends_at}: who still uses them is refused")
                } else {
                    format!("the secrets before work on until {ends_at}")
                });
            }
        }
        Format::Json => {
            kept.hide_secret_of(&mut secret);
            output.json(&secret);
        }
    }
    warn(&answer, output);
    kept.outcome(output, || {
        let shown = printable(application);
        vec![
            format!(
                "m2m secret revoke {shown} {} ends it",
                printable(text(&secret, "id"))
            ),
            format!("m2m secret rotate {shown} --secrets-to FILE makes another one"),
        ]
    })
}

pub(super) fn revoke(options: &SecretRevokeOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of([
        "applications",
        &options.application,
        "secrets",
        &options.secret,
    ]);
    let answer = management.delete(&path)?;
    done(&answer, options.management.output, output);
    Ok(())
}

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
