//! `m2m application create`: a new application, with its secret shown once.

use serde_json::{Value, json};

use super::super::apply::insert;
use super::super::destination::Destination;
use super::super::done::payload;
use super::super::new_credentials::NewCredentials;
use super::authorize::allow;
use crate::cli::{ApplicationCreateOptions, Fields as _, Format};
use crate::error::Failure;
use crate::management::{ApiPath, Management};
use crate::output::Output;
use crate::printable::printable;
use crate::table::text;

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
        // At once: nothing that goes wrong later may hide the secret.
        match &*client_secret {
            "" => output.line(format!(
                "made {:?}: client_id {}",
                options.name,
                printable(&client_id)
            )),
            _ => kept.tell(&credentials, output),
        }
    }
    let authorized = authorize(options, &management, &client_id);
    if format == Format::Json {
        if !options.authorize.is_empty() {
            insert(&mut application, "is_authorized", json!(authorized.is_ok()));
        }
        kept.hide_secret_of(&mut application);
        output.json(&application);
    }
    let shown = match &*client_secret {
        "" => Ok(()),
        _ => kept.outcome(output, || vec![credentials.replacement()]),
    };
    // A secret that is lost is worse than a scope that is missing.
    shown.and(authorized)
}

/// Authorizes the new application for what was asked for.
fn authorize(
    options: &ApplicationCreateOptions,
    management: &Management,
    client_id: &str,
) -> Result<(), Failure> {
    for authorization in &options.authorize {
        let scopes = authorization.scopes.iter().map(String::as_str);
        allow(management, client_id, &authorization.audience, scopes).map_err(|failure| {
            failure
                .because(
                    "the application was made, but is not authorized for all that was asked for",
                )
                .help(format!(
                    "m2m application authorize {} --audience {}",
                    printable(client_id),
                    authorization.audience
                ))
        })?;
    }
    Ok(())
}

/// The application that is created. What the options leave out is up to the server.
fn body(options: &ApplicationCreateOptions) -> Result<Value, Failure> {
    let mut members = options.fields.members(&[])?;
    members.insert("name".to_owned(), json!(options.name));
    members.insert("type".to_owned(), json!("m2m"));
    if let Some(client_id) = &options.new_client_id {
        members.insert("client_id".to_owned(), json!(client_id));
    }
    Ok(members.into())
}
