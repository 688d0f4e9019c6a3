//! `m2m secret`: the secrets of an application of a server that runs.

use serde_json::json;

use super::destination::Destination;
use super::done::{done, payload, warn};
use super::new_credentials::NewCredentials;
use crate::management::{ApiPath, Management};
use crate::options::{SecretListOptions, SecretRevokeOptions, SecretRotateOptions};
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, text};

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
