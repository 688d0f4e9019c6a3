//! `m2m application create`: a new application, with its secret shown once.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::text;
use serde_json::{Value, json};

use crate::commands::application::fields::ApplicationFields;
use crate::destination::Destination;
use crate::done::{insert, payload};
use crate::management::{ApiPath, Management};
use crate::new_credentials::NewCredentials;
use crate::options::{Fields as _, ManagementOptions, SecretsToOptions, only_as};

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

pub(super) fn create(options: &ApplicationCreateOptions, output: &Output) -> Result<(), Failure> {
    let body = body(options)?;
    let management = Management::connect(&options.management.server)?;
    let destination = match body.get("secret_sha256") {
        // Nobody has to be told a secret that was made elsewhere.
        Some(_) => Destination::unused(),
        None => Destination::of(options.secrets_to.file(), output)?,
    };
    let answer = match management.post(&ApiPath::of(["applications"]), Some(&body)) {
        Ok(answer) => answer,
        Err(failure) => {
            let name = options.new_client_id.as_deref().unwrap_or(&options.name);
            return Err(destination.give_up(failure, name));
        }
    };
    let mut application = payload(&answer, "application").clone();
    let client_id = text(&application, "client_id").to_owned();
    let client_secret = text(&application, "client_secret").to_owned();
    let credentials = NewCredentials {
        application: &options.name,
        client_id: &client_id,
        client_secret: &client_secret,
    };
    let kept = destination.keep(&credentials);
    let format = options.management.output;
    if format == Format::Text {
        match &*client_secret {
            "" => output.line(format!(
                "made {:?}: client_id {}",
                options.name,
                printable(&client_id)
            )),
            _ => kept.tell(&credentials, output),
        }
    }
    if format == Format::Json {
        if !options.authorize.is_empty() {
            insert(&mut application, "is_authorized", json!(true));
        }
        kept.hide_secret_of(&mut application);
        output.json(&application);
    }
    match &*client_secret {
        "" => Ok(()),
        _ => kept.outcome(output, || vec![credentials.replacement()]),
    }
}

/// The application that is created. What the options leave out is up to the server.
fn body(options: &ApplicationCreateOptions) -> Result<Value, Failure> {
    let mut members = options.fields.members(&[])?;
    members.insert("name".to_owned(), json!(options.name));
    members.insert("type".to_owned(), json!("m2m"));
    if let Some(client_id) = &options.new_client_id {
        members.insert("client_id".to_owned(), json!(client_id));
    }
    if !options.authorize.is_empty() {
        let apis = options.authorize.iter().map(|authorization| {
            json!({ "audience": authorization.audience, "scopes": authorization.scopes })
        });
        members.insert("apis".to_owned(), apis.collect());
    }
    Ok(members.into())
}

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
