//! `m2m application create`: a new application, with its secret shown once.

use serde_json::{Value, json};

use super::super::apply::insert;
use super::super::destination::Destination;
use super::super::done::payload;
use super::super::new_credentials::NewCredentials;
use crate::management::{ApiPath, Management};
use crate::options::{ApplicationCreateOptions, Fields as _};
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::text;

pub(in crate::commands) fn create(
    options: &ApplicationCreateOptions,
    output: &Output,
) -> Result<(), Failure> {
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
