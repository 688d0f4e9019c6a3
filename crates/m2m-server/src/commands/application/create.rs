//! `m2m application create`: a new application, with its secret shown once.

use serde_json::{Map, Value, json};

use super::super::apply::insert;
use super::super::done::payload;
use super::super::new_credentials::NewCredentials;
use super::authorize::allow;
use crate::cli::{ApplicationCreateOptions, Format};
use crate::error::Failure;
use crate::management::{ApiPath, Management};
use crate::output::Output;
use crate::printable::printable;
use crate::table::text;

pub(in crate::commands) fn create(
    options: &ApplicationCreateOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let answer = management.post(&ApiPath::of(["applications"]), Some(&body(options)))?;
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

/// What is asked for: what the options leave out is up to the server.
fn body(options: &ApplicationCreateOptions) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    set("name", Some(json!(options.name)));
    set("type", Some(json!("m2m")));
    set("client_id", text(&options.new_client_id));
    set("org_code", text(&options.organization));
    set(
        "client_type",
        options.client_type.map(|word| word.as_str().into()),
    );
    set("system_user", text(&options.system_user));
    set(
        "is_system_user_allowed",
        options.system_user_allowed.then_some(Value::Bool(true)),
    );
    set(
        "access_token_lifetime",
        options.token_lifetime.map(Value::from),
    );
    set("secret_sha256", text(&options.secret_sha256));
    Value::Object(body)
}
