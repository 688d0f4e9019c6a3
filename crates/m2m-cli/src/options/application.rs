//! `m2m application`

mod create;
mod fields;
mod update;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::{DataOptions, ManagementOptions};
use m2m_host::output::Format;

pub(crate) use create::ApplicationCreateOptions;
pub(crate) use fields::{ApplicationClear, ApplicationFields};
pub(crate) use update::ApplicationUpdateOptions;

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationCommand {
    List(ApplicationListOptions),
    Show(ApplicationShowOptions),
    Create(ApplicationCreateOptions),
    Update(ApplicationUpdateOptions),
    Delete(ApplicationDeleteOptions),
    Authorize(ApplicationAuthorizeOptions),
    Deauthorize(ApplicationDeauthorizeOptions),
    ResetManagement(ResetManagementOptions),
}

/// List applications.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct ApplicationListOptions {
    /// Only those with this text in their name or client id
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only those of the organization with this code
    #[arg(long, value_name = "CODE")]
    pub(crate) organization: Option<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Show an application, and what it may ask for.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ApplicationShowOptions {
    /// Its client id, or its id
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Take an application away. Its tokens work until they end.
#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub(crate) struct ApplicationDeleteOptions {
    /// Its client id, or its id
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Do not ask before
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Let an application ask for tokens for an API, and for scopes of it.
#[derive(Debug, Args)]
#[command(after_help = AUTHORIZE_EXAMPLES)]
pub(crate) struct ApplicationAuthorizeOptions {
    /// Its client id, or its id
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// The API, by its audience or its id
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// A scope that it may ask for, beside those that it may already; several may be given
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Let an application no longer ask for scopes of an API, or for tokens for it at all.
#[derive(Debug, Args)]
#[command(after_help = DEAUTHORIZE_EXAMPLES)]
pub(crate) struct ApplicationDeauthorizeOptions {
    /// Its client id, or its id
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// The API, by its audience or its id
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// A scope that it may no longer ask for; several may be given. Without it the API itself
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Make a new secret for the application that manages the server, when the last one is lost.
///
/// Its other secrets end now; it is enabled, freed of address blocks, quota and organization, and authorized for all of the
/// management API. If there is no such application it is made. The credentials go to first-credentials in the data directory, a file
/// of mode 0600 whose lines a shell can read: set -a; . data/first-credentials
#[derive(Debug, Args)]
#[command(after_help = RESET_EXAMPLES)]
pub(crate) struct ResetManagementOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// Write the credentials as a JSON object into this new file, of mode 0600, instead; - shows them
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets_to: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m application list --search billing
  m2m application show billing-job
  m2m application create 'Billing job' --client-id billing-job --authorize 'https://orders.example/api=read:orders'
  m2m application update billing-job --disable
  m2m application authorize billing-job --audience https://orders.example/api --scope write:orders
  m2m application reset-management --data data

All but reset-management call a server that runs: M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET, or the options of that name.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m application list
  m2m application list --search billing --output json
  m2m application list --organization org_acme";

const SHOW_EXAMPLES: &str = "\
Examples:
  m2m application show billing-job
  m2m application show my.trusted.app/service --output json";

const DELETE_EXAMPLES: &str = "\
Examples:
  m2m application delete billing-job
  m2m application delete billing-job --yes";

const AUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application authorize billing-job --audience https://orders.example/api
  m2m application authorize billing-job --audience https://orders.example/api --scope read:orders --scope write:orders";

const DEAUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application deauthorize billing-job --audience https://orders.example/api --scope write:orders
  m2m application deauthorize billing-job --audience https://orders.example/api";

const RESET_EXAMPLES: &str = "\
Examples:
  m2m application reset-management --data data
  m2m application reset-management --data data --secrets-to - --output json";
