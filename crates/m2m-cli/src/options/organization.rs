//! `m2m organization`

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use super::ManagementOptions;
use super::members::Fields;

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
