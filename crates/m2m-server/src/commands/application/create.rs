//! `m2m application create`: a new application, with its secret shown once.

use serde_json::{Value, json};

use super::super::apply::insert;
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
    let answer = management.post(&ApiPath::of(["applications"]), Some(&body))?;
    let mut application = payload(&answer, "application").clone();
    let client_id = text(&application, "client_id").to_owned();
    let format = options.management.output;
    if format == Format::Text {
        // At once: nothing that goes wrong later may hide the secret.
        show(options, &application, output);
    }
    let authorized = authorize(options, &management, &client_id);
    if format == Format::Json {
        if !options.authorize.is_empty() {
            insert(&mut application, "is_authorized", json!(authorized.is_ok()));
        }
        output.json(&application);
    }
    authorized
}

fn show(options: &ApplicationCreateOptions, application: &Value, output: &Output) {
    let client_id = text(application, "client_id");
    match text(application, "client_secret") {
        "" => output.line(format!(
            "made {:?}: client_id {}",
            options.name,
            printable(client_id)
        )),
        client_secret => NewCredentials {
            application: &options.name,
            client_id,
            client_secret,
        }
        .show_once(output),
    }
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
