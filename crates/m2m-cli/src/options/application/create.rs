//! `m2m application create`

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::super::server::only_as;
use super::super::{ManagementOptions, SecretsToOptions};
use super::ApplicationFields;

/// Make an application. Its secret is shown once.
///
/// In this command --client-id is that of the new application; the one in whose name it is made is M2M_CLIENT_ID, or --as.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    mut_arg("client_id", only_as),
    // So that the name may stand behind it.
    mut_arg("is_system_user_allowed", |allowed| allowed.require_equals(true))
)]
pub(crate) struct ApplicationCreateOptions {
    /// Its name
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// Its client id; by default one is made
    #[arg(long = "client-id", value_name = "ID")]
    pub(crate) new_client_id: Option<String>,
    #[command(flatten)]
    pub(crate) fields: ApplicationFields,
    /// An API that it may get tokens for, by its audience, and the scopes of it; several may be given
    #[arg(long, value_name = "AUDIENCE[=SCOPE SCOPE…]", value_parser = authorization)]
    pub(crate) authorize: Vec<AuthorizationText>,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// An API and scopes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationText {
    /// The audience of the API.
    pub(crate) audience: String,
    /// The scopes.
    pub(crate) scopes: Vec<String>,
}

fn authorization(text: &str) -> Result<AuthorizationText, String> {
    // An audience is a URL, and may have an equals sign in its query; a scope rarely has one.
    let (audience, scopes) = text.rsplit_once('=').unwrap_or((text, ""));
    if audience.is_empty() {
        return Err(
            "write the audience of an API first, as in https://orders.example/api=read:orders"
                .to_owned(),
        );
    }
    Ok(AuthorizationText {
        audience: audience.to_owned(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
    })
}

const EXAMPLES: &str = "\
Examples:
  m2m application create 'Billing job' --authorize 'https://orders.example/api=read:orders write:orders'
  m2m application create 'Billing job' --client-id billing-job --secrets-to billing-job.json
  m2m application create 'Billing job' --client-id billing-job --organization org_acme --token-lifetime 600 --token-quota 1000/1h
  m2m application create Trusted --client-id my.trusted.app/service --system-user svc.integration --system-user-allowed
  m2m application create Nightly --secret-sha256 \"$(printf %s \"$SECRET\" | openssl dgst -sha256 -binary | base64)\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_is_an_audience_and_perhaps_scopes() {
        let read = |text| authorization(text).map(|read| (read.audience, read.scopes.join(",")));
        let both = |audience: &str, scopes: &str| Ok((audience.to_owned(), scopes.to_owned()));
        assert_eq!(read("https://a.example"), both("https://a.example", ""));
        assert_eq!(
            read("https://a.example?b=c=read  write"),
            both("https://a.example?b=c", "read,write")
        );
        assert!(read("=read").is_err());
    }
}
