//! `m2m application`: the applications of a server that runs.

mod authorize;
mod create;

use serde_json::{Value, json};

use super::consent;
use super::done::{done, payload};
use crate::management::{ApiPath, Management};
use crate::options::{
    ApplicationDeleteOptions, ApplicationListOptions, ApplicationShowOptions,
    ApplicationUpdateOptions, Fields as _,
};
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, print_record, records, text};

pub(super) use authorize::{authorize, deauthorize};
pub(super) use create::create;

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

pub(super) fn update(options: &ApplicationUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut members = options.fields.members(&options.clear)?;
    if let Some(name) = &options.name {
        members.insert("name".to_owned(), json!(name));
    }
    if options.enable || options.disable {
        members.insert("is_enabled".to_owned(), json!(options.enable));
    }
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["applications", &options.application]);
    let answer = management.patch(&path, &members.into())?;
    done(&answer, options.management.output, output);
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
    print_record(application, &["apis"], output);
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
