//! `m2m organization`: the organizations of a server that runs.

use serde_json::{Map, Value, json};

use super::consent;
use super::done::{done, payload};
use crate::cli::{
    Format, OrganizationCreateOptions, OrganizationDeleteOptions, OrganizationListOptions,
    OrganizationOptions, OrganizationUpdateOptions,
};
use crate::error::Failure;
use crate::management::{ApiPath, Management};
use crate::output::Output;
use crate::printable::printable;
use crate::table::{Table, member, print_record, text};

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
    match options.management.output {
        Format::Text => print_record(&organization, MEMBERS, output),
        Format::Json => {
            // Its own code stands at the top level; the message beside it is about the answer.
            if let Some(members) = organization.as_object_mut() {
                members.remove("message");
            }
            output.json(&organization);
        }
    }
    Ok(())
}

pub(super) fn create(options: &OrganizationCreateOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let body = body(
        Some(&options.name),
        options.external_id.as_ref(),
        options.handle.as_ref(),
    );
    let answer = management.post(&ApiPath::of(["organization"]), Some(&body))?;
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
    let management = Management::connect(&options.management.server)?;
    let body = body(
        options.name.as_ref(),
        options.external_id.as_ref(),
        options.handle.as_ref(),
    );
    let answer = management.patch(&ApiPath::of(["organization", &options.code]), &body)?;
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

fn body(name: Option<&String>, external_id: Option<&String>, handle: Option<&String>) -> Value {
    let members = [
        ("name", name),
        ("external_id", external_id),
        ("handle", handle),
    ];
    let members: Map<String, Value> = members
        .into_iter()
        .filter_map(|(member, value)| Some((member.to_owned(), json!(value?))))
        .collect();
    members.into()
}

/// What is shown of an organization, in this order.
const MEMBERS: &[(&str, &str)] = &[
    ("name", "name"),
    ("code", "code"),
    ("handle", "handle"),
    ("external id", "external_id"),
    ("suspended", "is_suspended"),
    ("created", "created_on"),
];
