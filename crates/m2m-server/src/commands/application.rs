//! `m2m application`: the applications of a server that runs.

mod authorize;
mod create;
mod update;

use serde_json::Value;

use super::consent;
use super::done::{done, payload};
use crate::cli::{
    ApplicationDeleteOptions, ApplicationListOptions, ApplicationShowOptions, Format,
};
use crate::error::Failure;
use crate::management::{ApiPath, Management};
use crate::output::Output;
use crate::printable::printable;
use crate::table::{Table, member, print_record, records, text};

pub(super) use authorize::{authorize, deauthorize};
pub(super) use create::create;
pub(super) use update::update;

pub(super) fn list(options: &ApplicationListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["applications"])
        .with("sort", "name_asc")
        .with_some("search", options.search.as_deref())
        .with_some("organization", options.organization.as_deref());
    let applications = management.list(&path, "applications")?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "CLIENT ID", "ENABLED", "ORGANIZATION", "ID"]);
            let table = applications.iter().fold(table, |table, application| {
                table.with([
                    member(application, "name"),
                    member(application, "client_id"),
                    member(application, "is_enabled"),
                    member(application, "org_code"),
                    member(application, "id"),
                ])
            });
            table.print("there are no such applications", output);
        }
        Format::Json => output.json(&applications),
    }
    Ok(())
}

pub(super) fn show(options: &ApplicationShowOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let answer = management.get(&ApiPath::of(["applications", &options.application]))?;
    let application = payload(&answer, "application");
    match options.management.output {
        Format::Text => show_text(application, output),
        Format::Json => output.json(application),
    }
    Ok(())
}

pub(super) fn delete(options: &ApplicationDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("application", &options.application, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let answer = management.delete(&ApiPath::of(["applications", &options.application]))?;
    done(&answer, options.management.output, output);
    Ok(())
}

fn show_text(application: &Value, output: &Output) {
    print_record(application, MEMBERS, output);
    let apis = records(application, "apis");
    if apis.is_empty() {
        output.line("it is authorized for no API");
        return;
    }
    output.heading("May ask for");
    for api in apis {
        output.line(format!(
            "  {}  {}",
            printable(text(api, "audience")),
            printable(&member(api, "scopes"))
        ));
    }
}

/// What is shown of an application, in this order.
const MEMBERS: &[(&str, &str)] = &[
    ("name", "name"),
    ("client id", "client_id"),
    ("id", "id"),
    ("enabled", "is_enabled"),
    ("client type", "client_type"),
    ("organization", "org_code"),
    ("system user", "system_user"),
    ("system user allowed", "is_system_user_allowed"),
    ("token lifetime (s)", "access_token_lifetime"),
    ("not before", "not_before"),
    ("allowed addresses", "allowed_addresses"),
    ("token quota", "token_quota"),
    ("grant types", "grant_types"),
    ("authentication methods", "authentication_methods"),
    ("feature flags", "feature_flags"),
    ("properties", "properties"),
    ("token properties", "token_properties"),
    ("created", "created_on"),
    ("updated", "updated_on"),
];
