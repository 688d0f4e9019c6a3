//! `m2m api`: the APIs of a server that runs, and their scopes.

use serde_json::{Value, json};

use super::consent;
use super::done::{done, payload};
use crate::management::{ApiPath, Management};
use crate::options::{
    ApiCreateOptions, ApiDeleteOptions, ApiListOptions, ApiScopeAddOptions, ApiScopeRemoveOptions,
    ApiShowOptions, ApiUpdateOptions, Fields as _,
};
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, print_record, records, text};

pub(super) fn list(options: &ApiListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["apis"]).with("expand", "scopes");
    let apis = management.list(&path, "apis")?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "AUDIENCE", "SCOPES", "ID"]);
            let table = apis.iter().fold(table, |table, api| {
                table.with([
                    member(api, "name"),
                    member(api, "audience"),
                    scopes(api),
                    member(api, "id"),
                ])
            });
            table.print("there are no APIs", output);
        }
        Format::Json => output.json(&apis),
    }
    Ok(())
}

pub(super) fn show(options: &ApiShowOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let answer = management.get(&ApiPath::of(["apis", &options.api]))?;
    let api = payload(&answer, "api");
    match options.management.output {
        Format::Text => show_text(api, output),
        Format::Json => output.json(api),
    }
    Ok(())
}

pub(super) fn create(options: &ApiCreateOptions, output: &Output) -> Result<(), Failure> {
    let mut members = options.fields.members(&[])?;
    members.insert("name".to_owned(), json!(options.name));
    members.insert("audience".to_owned(), json!(options.audience));
    let management = Management::connect(&options.management.server)?;
    let answer = management.post(&ApiPath::of(["apis"]), Some(&members.into()))?;
    let api = payload(&answer, "api");
    let id = text(api, "id");
    let scopes = options.scope.iter();
    for scope in scopes.flat_map(|scopes| scopes.split_whitespace()) {
        let path = ApiPath::of(["apis", id, "scopes"]);
        management
            .post(&path, Some(&json!({ "key": scope })))
            .map_err(|failure| {
                failure
                    .because("the API was made, but not all of its scopes")
                    .help(format!("m2m api scope add {} {scope}", options.audience))
            })?;
    }
    match options.management.output {
        Format::Text => output.line(format!("made {:?}: id {}", options.name, printable(id))),
        Format::Json => output.json(api),
    }
    Ok(())
}

pub(super) fn update(options: &ApiUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut members = options.fields.members(&options.clear)?;
    if let Some(name) = &options.name {
        members.insert("name".to_owned(), json!(name));
    }
    let management = Management::connect(&options.management.server)?;
    let answer = management.patch(&ApiPath::of(["apis", &options.api]), &members.into())?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn delete(options: &ApiDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("API", &options.api, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let answer = management.delete(&ApiPath::of(["apis", &options.api]))?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn add_scope(options: &ApiScopeAddOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let body = match &options.description {
        Some(description) => json!({ "key": options.scope, "description": description }),
        None => json!({ "key": options.scope }),
    };
    let path = ApiPath::of(["apis", &options.api, "scopes"]);
    let answer = management.post(&path, Some(&body))?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn remove_scope(
    options: &ApiScopeRemoveOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["apis", &options.api, "scopes", &options.scope]);
    let answer = management.delete(&path)?;
    done(&answer, options.management.output, output);
    Ok(())
}

fn show_text(api: &Value, output: &Output) {
    print_record(api, &["applications", "scopes"], output);
    let scopes = Table::new(["SCOPE", "DESCRIPTION"]);
    let scopes = records(api, "scopes").iter().fold(scopes, |table, scope| {
        table.with([member(scope, "key"), member(scope, "description")])
    });
    scopes.print("it has no scopes", output);
    let applications = Table::new(["APPLICATION", "ACTIVE", "ID"]);
    let applications =
        records(api, "applications")
            .iter()
            .fold(applications, |table, application| {
                table.with([
                    member(application, "name"),
                    member(application, "is_active"),
                    member(application, "id"),
                ])
            });
    applications.print("no application is authorized for it", output);
}

/// The keys of its scopes, or their number where they are many.
fn scopes(api: &Value) -> String {
    let keys: Vec<&str> = records(api, "scopes")
        .iter()
        .map(|scope| text(scope, "key"))
        .collect();
    match keys.len() {
        0 => "-".to_owned(),
        1..=MOST_LISTED => keys.join(" "),
        many => format!("{many} scopes"),
    }
}

/// More scopes make a line that nobody reads.
const MOST_LISTED: usize = 6;
