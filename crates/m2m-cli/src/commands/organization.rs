//! `m2m organization`: the organizations of a server that runs.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use m2m_api::operations::{
    CreateOrganization, DeleteOrganization, GetOrganization, GetOrganizationQuery,
    ListOrganizations, ListOrganizationsQuery, NewOrganization, OrganizationChange,
    UpdateOrganization, UpdateOrganizationQuery,
};
use m2m_api::values::{Given, Key, Name, Patch, PathKey};
use m2m_api::{NoBody, NoNames, NoQuery, Order, OrganizationName};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, cell, print_record};

use crate::consent;
use crate::done::{document, done};
use crate::management::Management;
use crate::options::{ManagementOptions, clear};

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
    #[arg(value_name = "NAME")]
    pub(crate) name: Name,
    /// Its code, which tokens carry and which does not change; by default one is made
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<PathKey>,
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
    pub(crate) name: Option<Name>,
    #[command(flatten)]
    pub(crate) fields: OrganizationFields,
    /// Field to clear; may be given several times
    #[arg(long, value_name = "FIELD", group = "fields")]
    pub(crate) clear: Vec<OrganizationClear>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The fields of an organization that can be set when it is created and afterwards.
///
/// One more field is a member here, a line of `set!` and, where an organization may lack it, a word of [`OrganizationClear`].
#[derive(Debug, Args)]
#[group(id = "fields")]
pub(crate) struct OrganizationFields {
    /// Identifier in another system
    #[arg(long, value_name = "ID")]
    external_id: Option<Name>,
    /// A short name for people
    #[arg(long, value_name = "HANDLE")]
    handle: Option<Key>,
}

/// A field that an organization may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrganizationClear {
    ExternalId,
    Handle,
}

/// Sets the members that the body of a new organization and that of a change have in common.
macro_rules! set {
    ($body:expr, $fields:expr) => {{
        let (body, fields) = ($body, $fields);
        body.external_id = Patch::set_or_keep(fields.external_id.clone());
        body.handle = Patch::set_or_keep(fields.handle.clone());
    }};
}

impl OrganizationFields {
    fn set(&self, organization: &mut NewOrganization) {
        set!(organization, self);
    }

    fn change(&self, cleared: &[OrganizationClear]) -> Result<OrganizationChange, Failure> {
        let mut change = OrganizationChange::default();
        set!(&mut change, self);
        for field in cleared {
            match field {
                OrganizationClear::ExternalId => clear(&mut change.external_id)?,
                OrganizationClear::Handle => clear(&mut change.handle)?,
            }
        }
        Ok(change)
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
    let organizations = management.list::<ListOrganizations>(ListOrganizationsQuery {
        sort: Some(Order::NameAsc),
        ..ListOrganizationsQuery::default()
    })?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "CODE", "SUSPENDED", "EXTERNAL ID"]);
            let table = organizations.iter().fold(table, |table, organization| {
                table.with([
                    cell(&organization.name),
                    cell(&organization.code),
                    cell(&organization.is_suspended),
                    cell(&organization.external_id),
                ])
            });
            table.print("there are no organizations", output);
        }
        Format::Json => output.json(&document(&organizations)),
    }
    Ok(())
}

pub(super) fn show(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    let code = options.code.parse();
    let code = code.map_err(|error| Failure::usage(format!("{:?} {error}", options.code)))?;
    let management = Management::connect(&options.management.server)?;
    let query = GetOrganizationQuery { code, expand: None };
    let organization = management.call::<GetOrganization>(&NoNames, &query, &NoBody)?;
    match options.management.output {
        Format::Text => print_record(&organization, &[], output),
        Format::Json => output.json(&document(&organization)),
    }
    Ok(())
}

pub(super) fn create(options: &OrganizationCreateOptions, output: &Output) -> Result<(), Failure> {
    let mut body = NewOrganization::new(options.name.clone());
    body.code.clone_from(&options.code);
    options.fields.set(&mut body);
    let management = Management::connect(&options.management.server)?;
    let answer = management.call::<CreateOrganization>(&NoNames, &NoQuery {}, &body)?;
    let organization = answer.organization;
    match options.management.output {
        Format::Text => output.line(format!(
            "made {:?}: code {}",
            options.name.as_str(),
            printable(&organization.code)
        )),
        Format::Json => output.json(&document(&organization)),
    }
    Ok(())
}

pub(super) fn update(options: &OrganizationUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut change = options.fields.change(&options.clear)?;
    change.name = Given(options.name.clone());
    make(&options.code, &change, &options.management, output)
}

pub(super) fn suspend(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    set_suspended(options, true, output)
}

pub(super) fn resume(options: &OrganizationOptions, output: &Output) -> Result<(), Failure> {
    set_suspended(options, false, output)
}

pub(super) fn delete(options: &OrganizationDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("organization", &options.code, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let names = OrganizationName::new(&options.code);
    let answer = management.call::<DeleteOrganization>(&names, &NoQuery {}, &NoBody)?;
    done::<DeleteOrganization>(&answer, options.management.output, output);
    Ok(())
}

fn set_suspended(
    options: &OrganizationOptions,
    is_suspended: bool,
    output: &Output,
) -> Result<(), Failure> {
    let change = OrganizationChange {
        is_suspended: is_suspended.into(),
        ..OrganizationChange::default()
    };
    make(&options.code, &change, &options.management, output)
}

/// Makes a change of an organization.
fn make(
    code: &str,
    change: &OrganizationChange,
    options: &ManagementOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.server)?;
    let (names, query) = (
        OrganizationName::new(code),
        UpdateOrganizationQuery::default(),
    );
    let answer = management.call::<UpdateOrganization>(&names, &query, change)?;
    done::<UpdateOrganization>(&answer, options.output, output);
    Ok(())
}
