//! `m2m revoke`: a token, or all tokens of an application, cannot be used any more.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::{RevokeApplicationTokens, RevokeToken, TokenRevocation};
use m2m_api::values::{JwtIdText, TokenText};
use m2m_api::{ApplicationName, NoBody, NoNames, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;

use crate::done::done;
use crate::management::Management;
use crate::options::ManagementOptions;
use crate::token_input;

/// Revoke a token, or all tokens of an application, as the operator.
///
/// A revoked token is inactive for APIs that ask the server about it, and is refused by the management API. APIs that verify tokens themselves accept
/// it until it expires. The revocation is kept until then.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RevokeOptions {
    /// Token to revoke, or response of a token endpoint. Without this argument, or with -, the token is read from standard input
    #[arg(conflicts_with_all = ["jti", "application"])]
    pub(crate) token: Option<String>,
    /// Revoke the token with this jti, which the audit log and the token itself have
    #[arg(long, value_name = "JTI", conflicts_with = "application")]
    pub(crate) jti: Option<JwtIdText>,
    /// Revoke all tokens that were issued to this application until now; it can request new ones
    #[arg(long, value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: Option<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m revoke \"$TOKEN\"
  m2m revoke --jti AAECAwQFBgcICQoLDA0ODw
  m2m revoke --application billing-job

These commands call the server that M2M_ISSUER names, with the credentials in
M2M_CLIENT_ID and M2M_CLIENT_SECRET. The options --issuer, --as and
--client-secret-file take precedence over these variables.";

/// The limit of every revocation.
const LOCAL: &str = "APIs that verify tokens themselves accept these tokens until they expire";

pub(super) fn revoke(options: &RevokeOptions, output: &Output) -> Result<(), Failure> {
    if let Some(application) = &options.application {
        return revoke_all(application, options, output);
    }
    let revocation = match &options.jti {
        Some(jti) => TokenRevocation {
            jti: Some(jti.clone()),
            ..TokenRevocation::default()
        },
        None => {
            let token = token_input::read(options.token.as_deref(), "m2m revoke \"$TOKEN\"")?;
            let token = TokenText::try_from(token).map_err(|error| {
                Failure::usage("the text is not a token").because(format!("it {error}"))
            })?;
            TokenRevocation {
                token: Some(token),
                ..TokenRevocation::default()
            }
        }
    };
    let management = Management::connect(&options.management.server)?;
    let answer = management.call::<RevokeToken>(&NoNames, &NoQuery {}, &revocation)?;
    match options.management.output {
        Format::Text => {
            let token = &answer.token;
            let of = token
                .client_id
                .as_deref()
                .map_or_else(String::new, |client_id| {
                    format!(" of {}", printable(client_id))
                });
            let (jti, until) = (printable(&token.jti), printable(&token.expires_at));
            // A jti alone does not show whether, and until when, there is a token.
            output.good(&match options.jti {
                Some(_) => format!("a token with the jti {jti}{of} is revoked; the revocation is kept until {until}"),
                None => format!("the token {jti}{of} is revoked; it would have expired at {until}"),
            });
            output.line(LOCAL);
        }
        Format::Json => done::<RevokeToken>(&answer, options.management.output, output),
    }
    Ok(())
}

/// Revokes the tokens that were issued to an application until now.
fn revoke_all(application: &str, options: &RevokeOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(application);
    let answer = management.call::<RevokeApplicationTokens>(&names, &NoQuery {}, &NoBody)?;
    match options.management.output {
        Format::Text => {
            output.good(&format!(
                "all tokens that were issued to {} until now are revoked",
                printable(&answer.client_id)
            ));
            output.line(LOCAL);
        }
        Format::Json => done::<RevokeApplicationTokens>(&answer, options.management.output, output),
    }
    Ok(())
}
