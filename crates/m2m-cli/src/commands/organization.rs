//! `m2m organization`: the organizations of a server that runs.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, member, print_record, text};
use serde::Serialize;
use serde_json::{Value, json};

use crate::consent;
use crate::done::{done, payload};
use crate::management::{ApiPath, Management};
use crate::options::{Fields, ManagementOptions};

/// What to do with organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    List(OrganizationListOptions),
    Create(OrganizationCreateOptions),
    Update(OrganizationUpdateOptions),
    /// Show an organization.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(OrganizationOptions),
    /// Give the applications of an organization no tokens any more.
    #[command(after_help = SUSPEND_EXAMPLES)]
    Suspend(OrganizationOptions),
    /// Give the applications of a suspended organization tokens again.
    #[command(after_help = RESUME_EXAMPLES)]
    Resume(OrganizationOptions),
    Delete(OrganizationDeleteOptions),
}

impl OrganizationCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command could not do its work.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list(options, output),
            Self::Show(options) => show(options, output),
            Self::Create(options) => create(options, output),
            Self::Update(options) => update(options, output),
            Self::Suspend(options) => suspend(options, output),
            Self::Resume(options) => resume(options, output),
            Self::Delete(options) => delete(options, output),
        }
    }
}

/// List organizations.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct OrganizationListOptions {
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// An organization that there is.
#[derive(Debug, Args)]
pub(crate) struct OrganizationOptions {
    /// Its code
    #[arg(value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) code: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Make an organization.
#[derive(Debug, Args)]
#[command(after_help = CREATE_EXAMPLES)]
pub(crate) struct OrganizationCreateOptions {
    /// Its name
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// Its code, which tokens carry and which does not change; by default one is made
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) fields: OrganizationFields,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Change an organization. What is not named stays as it is.
#[derive(Debug, Args)]
#[command(after_help = UPDATE_EXAMPLES, mut_group("fields", |fields| fields.required(true)))]
pub(crate) struct OrganizationUpdateOptions {
    /// Its code
    #[arg(value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) code: String,
    /// Another name
    #[arg(long, value_name = "NAME", group = "fields")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) fields: OrganizationFields,
    /// Field to clear; may be given several times
    #[arg(long, value_name = "FIELD", group = "fields")]
    pub(crate) clear: Vec<OrganizationClear>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The fields of an organization that can be set when it is created and afterwards.
#[derive(Debug, Args, Serialize)]
#[group(id = "fields")]
pub(crate) struct OrganizationFields {
    /// Identifier in another system
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// A short name for people
    #[arg(long, value_name = "HANDLE")]
    handle: Option<String>,
}

/// A field that an organization may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrganizationClear {
    ExternalId,
    Handle,
}

impl Fields for OrganizationFields {
    type Clear = OrganizationClear;

    fn cleared(field: OrganizationClear) -> (&'static str, Value) {
        match field {
            OrganizationClear::ExternalId => ("external_id", Value::Null),
            OrganizationClear::Handle => ("handle", Value::Null),
        }
    }
}

/// Take an organization away.
#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub(crate) struct OrganizationDeleteOptions {
    /// Its code
    #[arg(value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) code: String,
    /// Do not ask before
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m organization list
  m2m organization create Acme --code org_acme --external-id crm-4711
  m2m organization suspend org_acme

They call a server that runs: M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET, or the options of that name.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m organization list
  m2m organization list --output json";

const SHOW_EXAMPLES: &str = "\
Examples:
  m2m organization show org_acme";

const CREATE_EXAMPLES: &str = "\
Examples:
  m2m organization create Acme
  m2m organization create Acme --code org_acme --external-id crm-4711 --handle acme";

const UPDATE_EXAMPLES: &str = "\
Examples:
  m2m organization update org_acme --name 'Acme and Sons'
  m2m organization update org_acme --clear external-id";

const SUSPEND_EXAMPLES: &str = "\
Examples:
  m2m organization suspend org_acme";

const RESUME_EXAMPLES: &str = "\
Examples:
  m2m organization resume org_acme";

const DELETE_EXAMPLES: &str = "\
Examples:
  m2m organization delete org_acme
  m2m organization delete org_acme --yes";

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
