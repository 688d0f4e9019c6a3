//! `m2m application create`: a new application, with its secret shown once.

use clap::Args;
use m2m_api::operations::{CreateApplication, NewApplication, NewAuthorization};
use m2m_api::values::{ClientIdText, Name, ScopeKey, TooMany};
use m2m_api::{NoNames, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::application::fields::ApplicationFields;
use crate::destination::Destination;
use crate::done::{document, insert};
use crate::management::Management;
use crate::new_credentials::NewCredentials;
use crate::options::{ManagementOptions, SecretsToOptions, bounded, only_as};

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
    #[arg(value_name = "NAME")]
    pub(crate) name: Name,
    /// Its client id; by default one is made
    #[arg(long = "client-id", value_name = "ID")]
    pub(crate) new_client_id: Option<ClientIdText>,
    #[command(flatten)]
    pub(crate) fields: ApplicationFields,
    /// An API that it may get tokens for, by its audience, and the scopes of it; several may be given
    #[arg(long, value_name = "AUDIENCE[=SCOPE SCOPE…]", value_parser = authorization)]
    pub(crate) authorize: Vec<NewAuthorization>,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

fn authorization(text: &str) -> Result<NewAuthorization, String> {
    // An audience is a URL, and may have an equals sign in its query; a scope rarely has one.
    let (audience, scopes) = text.rsplit_once('=').unwrap_or((text, ""));
    if audience.is_empty() {
        return Err(
            "write the audience of an API first, as in https://orders.example/api=read:orders"
                .to_owned(),
        );
    }
    let audience = audience
        .parse()
        .map_err(|error| format!("{audience:?} {error}"))?;
    let scopes = scopes
        .split_whitespace()
        .map(|scope| scope.parse().map_err(|error| format!("{scope:?} {error}")));
    let scopes: Vec<ScopeKey> = scopes.collect::<Result<_, _>>()?;
    Ok(NewAuthorization {
        audience,
        scopes: scopes
            .try_into()
            .map_err(|error: TooMany| error.to_string())?,
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
    let name = options.name.as_str();
    let management = Management::connect(&options.management.server)?;
    let destination = match &body.secret_sha256 {
        // Nobody has to be told a secret that was made elsewhere.
        Some(_) => Destination::unused(),
        None => Destination::of(options.secrets_to.file(), output)?,
    };
    let application = match management.call::<CreateApplication>(&NoNames, &NoQuery {}, &body) {
        Ok(answer) => answer.application,
        Err(failure) => {
            let client_id = options.new_client_id.as_ref().map(ClientIdText::as_str);
            return Err(destination.give_up(failure, client_id.unwrap_or(name)));
        }
    };
    let Some(client_secret) = &application.client_secret else {
        match options.management.output {
            Format::Text => output.line(format!(
                "made {name:?}: client_id {}",
                printable(&application.client_id)
            )),
            Format::Json => output.json(&shown(options, &application)),
        }
        return Ok(());
    };
    let credentials = NewCredentials {
        application: name,
        client_id: &application.client_id,
        client_secret,
    };
    let kept = destination.keep(&credentials);
    match options.management.output {
        Format::Text => kept.tell(&credentials, output),
        Format::Json => {
            let mut shown = shown(options, &application);
            kept.hide_secret_of(&mut shown);
            output.json(&shown);
        }
    }
    kept.outcome(output, || vec![credentials.replacement()])
}

/// The application that was created, as JSON.
fn shown(options: &ApplicationCreateOptions, application: &impl Serialize) -> Value {
    let mut shown = document(application);
    if !options.authorize.is_empty() {
        insert(&mut shown, "is_authorized", json!(true));
    }
    shown
}

/// The application that is to be created. What the options leave out is up to the server.
fn body(options: &ApplicationCreateOptions) -> Result<NewApplication, Failure> {
    let mut body = NewApplication::new(options.name.clone());
    options.fields.set(&mut body)?;
    body.client_id.clone_from(&options.new_client_id);
    body.apis = bounded("--authorize", options.authorize.clone())?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_is_an_audience_and_perhaps_scopes() {
        let read = |text| {
            authorization(text).map(|read| {
                let scopes: Vec<&str> = read.scopes.iter().map(ScopeKey::as_str).collect();
                (read.audience.to_string(), scopes.join(","))
            })
        };
        let both = |audience: &str, scopes: &str| Ok((audience.to_owned(), scopes.to_owned()));
        assert_eq!(read("https://a.example"), both("https://a.example", ""));
        assert_eq!(
            read("https://a.example?b=c=read  write"),
            both("https://a.example?b=c", "read,write")
        );
        for wrong in ["=read", "", "a b=read", "https://a.example=\"read\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
