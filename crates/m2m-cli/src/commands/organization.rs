//! `m2m organization`: the organizations of a server that runs.

use serde_json::{Value, json};

use super::consent;
use super::done::{done, payload};
use crate::management::{ApiPath, Management};
use crate::options::{
    Fields as _, OrganizationCreateOptions, OrganizationDeleteOptions, OrganizationListOptions,
    OrganizationOptions, OrganizationUpdateOptions,
};
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, print_record, text};

pub(super) fn list(options: &OrganizationListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["organizations"]).with("sort", "name_asc");
    let organizations = management.list(&path, "organizations")?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "CODE", "SUSPENDED", "EXTERNAL ID"]);
            let table = organizations.iter().fold(table, |table, organization| {
                table.with([
                    member(organization, "name"),
                    member(organization, "code"),
                    member(organization, "is_suspended"),
                    member(organization, "external_id"),
                ])
            });
            table.print("there are no organizations", output);
        }
        Format::Json => output.json(&organizations),
    }
    Ok(())
}

pub(super) fn show(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["organization"]).with("code", &options.code);
    let mut organization = management.get(&path)?;
    // Its own code stands at the top level; the message beside it is about the answer.
    if let Some(members) = organization.as_object_mut() {
        members.remove("message");
    }
    match options.management.output {
        Format::Text => print_record(&organization, &[], output),
        Format::Json => output.json(&organization),
    }
    Ok(())
}

pub(super) fn create(options: &OrganizationCreateOptions, output: &Output) -> Result<(), Failure> {
    let mut members = options.fields.members(&[])?;
    members.insert("name".to_owned(), json!(options.name));
    if let Some(code) = &options.code {
        members.insert("code".to_owned(), json!(code));
    }
    let management = Management::connect(&options.management.server)?;
    let answer = management.post(&ApiPath::of(["organization"]), Some(&members.into()))?;
    let organization = payload(&answer, "organization");
    match options.management.output {
        Format::Text => output.line(format!(
            "made {:?}: code {}",
            options.name,
            printable(text(organization, "code"))
        )),
        Format::Json => output.json(organization),
    }
    Ok(())
}

pub(super) fn update(options: &OrganizationUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut members = options.fields.members(&options.clear)?;
    if let Some(name) = &options.name {
        members.insert("name".to_owned(), json!(name));
    }
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["organization", &options.code]);
    let answer = management.patch(&path, &members.into())?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn suspend(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    set(options, &json!({ "is_suspended": true }), output)
}

pub(super) fn resume(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    set(options, &json!({ "is_suspended": false }), output)
}

pub(super) fn delete(options: &OrganizationDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("organization", &options.code, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let answer = management.delete(&ApiPath::of(["organization", &options.code]))?;
    done(&answer, options.management.output, output);
    Ok(())
}

fn set(options: &OrganizationOptions, body: &Value, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let answer = management.patch(&ApiPath::of(["organization", &options.code]), body)?;
    done(&answer, options.management.output, output);
    Ok(())
}
