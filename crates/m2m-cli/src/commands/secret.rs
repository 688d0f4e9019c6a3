//! `m2m secret`: the secrets of an application of a running server.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use m2m_api::operations::{
    ListApplicationSecrets, NewSecret, Overlap, RevokeApplicationSecret, RotateApplicationSecret,
    SecretRotation,
};
use m2m_api::values::{SecretSha256, Time};
use m2m_api::{ApplicationName, NoBody, NoQuery, SecretName};
use m2m_authority::registry::{InvalidPeriod, Period};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, cell};
use m2m_host::{clock, timestamp};

use crate::destination::Destination;
use crate::done::{document, done, warn};
use crate::management::Management;
use crate::new_credentials::NewCredentials;
use crate::options::{ManagementOptions, SecretsToOptions};

/// The commands for the secrets of an application.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    List(SecretListOptions),
    Rotate(SecretRotateOptions),
    Import(SecretImportOptions),
    Revoke(SecretRevokeOptions),
}

impl SecretCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list(options, output),
            Self::Rotate(options) => rotate(options, output),
            Self::Import(options) => import(options, output),
            Self::Revoke(options) => revoke(options, output),
        }
    }
}

/// List an application's secrets with their times of creation, last use and end, but without their values.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct SecretListOptions {
    /// Client id or id of the application
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Create a new secret for an application. The secret is shown only once; earlier secrets expire after the overlap.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub(crate) struct SecretRotateOptions {
    /// Client id or id of the application
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Time for which earlier secrets stay valid, such as 24h (units: s, m, h, d); 0 revokes all earlier secrets at once, including secrets in an earlier overlap
    #[arg(long, value_name = "DURATION", value_parser = overlap, default_value = "24h")]
    pub(crate) overlap: Overlap,
    #[command(flatten)]
    pub(crate) expiry: ExpiryOptions,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Import the hash of a secret that was generated elsewhere; earlier secrets expire after the overlap.
///
/// The server stores only the SHA-256 of a secret, without a slow hash, so that the secret itself must be impossible to guess: at least 128 bits from a random
/// number generator, such as the output of openssl rand -base64 32. Import no password that a person chose.
///
/// The hash is that of the exact bytes that the client sends as client_secret, without a line break at the end.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct SecretImportOptions {
    /// Client id or id of the application
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Base64 of the SHA-256 of the secret
    #[arg(long, value_name = "HASH")]
    pub(crate) sha256: SecretSha256,
    /// Time for which earlier secrets stay valid, such as 24h (units: s, m, h, d); 0 revokes all earlier secrets at once, including secrets in an earlier overlap
    #[arg(long, value_name = "DURATION", value_parser = overlap, default_value = "24h")]
    pub(crate) overlap: Overlap,
    #[command(flatten)]
    pub(crate) expiry: ExpiryOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The expiry of a new secret.
#[derive(Debug, Args)]
pub(crate) struct ExpiryOptions {
    /// Time after which the new secret expires, such as 90d (units: s, m, h, d). By default, it does not expire
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Period>,
    /// Time at which the new secret expires (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "expires_in")]
    expires_at: Option<Time>,
}

impl ExpiryOptions {
    /// Returns the time at which the new secret expires, if it does.
    fn at(&self) -> Option<Time> {
        let after = |period: Period| clock::now().saturating_add_seconds(period.as_seconds());
        self.expires_in.map(after).map(Time).or(self.expires_at)
    }
}

fn time(text: &str) -> Result<Time, String> {
    let time = timestamp::parse(text).map(Time);
    time.ok_or_else(|| "write a date, a time and an offset, as in 2026-11-20T00:00:00Z".to_owned())
}

/// Revoke a secret at once.
#[derive(Debug, Args)]
#[command(after_help = REVOKE_EXAMPLES)]
pub(crate) struct SecretRevokeOptions {
    /// Client id or id of the application
    #[arg(value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Id of the secret, from `m2m secret list`
    #[arg(value_name = "SECRET_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) secret: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

fn overlap(text: &str) -> Result<Overlap, String> {
    let seconds = match text {
        "0" | "0s" => 0,
        _ => text
            .parse()
            .map(Period::as_seconds)
            .map_err(|_: InvalidPeriod| "write a number and a unit: s, m, h or d, as in 24h")?,
    };
    Overlap::try_from(seconds).map_err(|_| "the maximum overlap is 30d".to_owned())
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m secret list billing-job
  m2m secret rotate billing-job --overlap 24h
  m2m secret revoke billing-job SECRET_ID
  m2m secret import billing-job \\
    --sha256 07dsKUVbIlU2M0ozmDM6omR8kQA+JqKrEkoRRrGqCHA=

A generated secret matches m2m_[A-Za-z0-9_-]{49}, and its last six characters
are a checksum, so that a secret scanner finds it: docs/guide/manage.md has the
rules.

These commands call the server that M2M_ISSUER names, with the credentials in
M2M_CLIENT_ID and M2M_CLIENT_SECRET. The options --issuer, --as and
--client-secret-file take precedence over these variables.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m secret list billing-job
  m2m secret list billing-job --output json";

const ROTATE_EXAMPLES: &str = "\
Examples:
  m2m secret rotate billing-job --overlap 24h --secrets-to billing-job.json
  m2m secret rotate billing-job --expires-in 90d
  m2m secret rotate billing-job --overlap 0 --output json";

const IMPORT_EXAMPLES: &str = "\
Examples:
  secret=$(openssl rand -base64 32)
  hash=$(printf %s \"$secret\" | openssl dgst -sha256 -binary | base64)
  m2m secret import billing-job --sha256 \"$hash\" --overlap 24h
  m2m secret import billing-job --expires-in 90d \\
    --sha256 07dsKUVbIlU2M0ozmDM6omR8kQA+JqKrEkoRRrGqCHA=";

const REVOKE_EXAMPLES: &str = "\
Examples:
  m2m secret revoke billing-job SECRET_ID";

pub(super) fn list(options: &SecretListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.application);
    let answer = management.call::<ListApplicationSecrets>(&names, &NoQuery {}, &NoBody)?;
    match options.management.output {
        Format::Text => {
            let table = Table::new([
                "ID",
                "STATE",
                "CREATED",
                "ENDS",
                "LAST USED",
                "ENDED BY",
                "REASON",
            ]);
            let table = answer.secrets.iter().fold(table, |table, secret| {
                table.with([
                    cell(&secret.id),
                    cell(&secret.state),
                    cell(&secret.created_at),
                    cell(&secret.ends_at),
                    cell(&secret.last_used_at),
                    cell(&secret.by),
                    cell(&secret.why),
                ])
            });
            table.print("it has no secrets", output);
        }
        Format::Json => output.json(&document(&answer.secrets)),
    }
    Ok(())
}

pub(super) fn rotate(options: &SecretRotateOptions, output: &Output) -> Result<(), Failure> {
    let application = &*options.application;
    let management = Management::connect(&options.management.server)?;
    let destination = Destination::of(options.secrets_to.file(), output)?;
    let names = ApplicationName::new(application);
    let rotation = SecretRotation {
        overlap_seconds: Some(options.overlap),
        expires_at: options.expiry.at(),
        secret_sha256: None,
    };
    let called = management.call::<RotateApplicationSecret>(&names, &NoQuery {}, &rotation);
    let secret = match called {
        Ok(answer) => answer.secret,
        Err(failure) => return Err(destination.give_up(failure, application)),
    };
    let credentials = NewCredentials {
        application,
        client_id: application,
        client_secret: secret.client_secret.as_deref().unwrap_or_default(),
    };
    let kept = destination.keep(&credentials);
    match options.management.output {
        Format::Text => {
            kept.tell(&credentials, output);
            tell_times(&secret, options.overlap, output);
        }
        Format::Json => {
            let mut secret = document(&secret);
            kept.hide_secret_of(&mut secret);
            output.json(&secret);
        }
    }
    kept.outcome(output, || {
        let shown = printable(application);
        vec![
            format!(
                "m2m secret revoke {shown} {} revokes it",
                printable(&secret.id)
            ),
            format!("m2m secret rotate {shown} --secrets-to FILE creates another one"),
        ]
    })
}

pub(super) fn import(options: &SecretImportOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.application);
    let rotation = SecretRotation {
        overlap_seconds: Some(options.overlap),
        expires_at: options.expiry.at(),
        secret_sha256: Some(options.sha256.clone()),
    };
    let answer = management.call::<RotateApplicationSecret>(&names, &NoQuery {}, &rotation)?;
    match options.management.output {
        Format::Text => {
            output.line(format!(
                "imported for {:?}: the secret with the id {} is valid from now on",
                options.application,
                printable(&answer.secret.id)
            ));
            tell_times(&answer.secret, options.overlap, output);
        }
        Format::Json => output.json(&document(&answer.secret)),
    }
    Ok(())
}

/// Prints when the new secret and the earlier ones end.
fn tell_times(secret: &NewSecret, overlap: Overlap, output: &Output) {
    if let Some(expires_at) = &secret.expires_at {
        output.line(format!("it expires at {}", printable(expires_at)));
    }
    if let Some(ends_at) = &secret.expires_at_of_previous {
        let ends_at = printable(ends_at);
        output.line(if overlap.get() == 0 {
            format!(
                "the earlier secrets ended at {ends_at}: callers that still use them are refused"
            )
        } else {
            format!("the earlier secrets stay valid until {ends_at}")
        });
    }
}

pub(super) fn revoke(options: &SecretRevokeOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = SecretName::new(&options.application, &options.secret);
    let answer = management.call::<RevokeApplicationSecret>(&names, &NoQuery {}, &NoBody)?;
    done::<RevokeApplicationSecret>(&answer, options.management.output, output);
    warn(answer.warning.as_deref(), output);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_has_a_unit_unless_it_is_zero() {
        let seconds = |text| overlap(text).map(Overlap::get);
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!((seconds("0"), seconds("0s")), (Ok(0), Ok(0)));
        for wrong in ["24", "1000000d", "-1h", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
