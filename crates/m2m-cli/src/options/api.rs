//! `m2m api`

mod fields;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::ManagementOptions;

pub(crate) use fields::{ApiClear, ApiFields};

/// What to do with APIs.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiCommand {
    List(ApiListOptions),
    Show(ApiShowOptions),
    Create(ApiCreateOptions),
    Update(ApiUpdateOptions),
    Delete(ApiDeleteOptions),
    /// Look after the scopes of an API.
    #[command(subcommand, after_help = SCOPE_EXAMPLES)]
    Scope(ApiScopeCommand),
}

/// List APIs.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct ApiListOptions {
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Show an API, its scopes, and the applications that are authorized for it.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ApiShowOptions {
    /// Its audience, or its id
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Make an API that tokens can be got for.
#[derive(Debug, Args)]
#[command(after_help = CREATE_EXAMPLES)]
pub(crate) struct ApiCreateOptions {
    /// Its name
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// What tokens for it have as their audience: a URL
    #[arg(value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// A scope of it; several may be given
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) fields: ApiFields,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Change an API. What is not named stays as it is; its audience does not change.
#[derive(Debug, Args)]
#[command(after_help = UPDATE_EXAMPLES, mut_group("fields", |fields| fields.required(true)))]
pub(crate) struct ApiUpdateOptions {
    /// Its audience, or its id
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// Another name
    #[arg(long, value_name = "NAME", group = "fields")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) fields: ApiFields,
    /// Field to clear; may be given several times
    #[arg(long, value_name = "FIELD", group = "fields")]
    pub(crate) clear: Vec<ApiClear>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Take an API away, and with it what applications may ask of it.
#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub(crate) struct ApiDeleteOptions {
    /// Its audience, or its id
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// Do not ask before
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// What to do with the scopes of an API.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiScopeCommand {
    Add(ApiScopeAddOptions),
    Remove(ApiScopeRemoveOptions),
}

/// Add a scope to an API.
#[derive(Debug, Args)]
#[command(after_help = SCOPE_ADD_EXAMPLES)]
pub(crate) struct ApiScopeAddOptions {
    /// The audience of the API, or its id
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// The scope
    #[arg(value_name = "SCOPE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) scope: String,
    /// What it allows
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Take a scope of an API away, from applications too.
#[derive(Debug, Args)]
#[command(after_help = SCOPE_REMOVE_EXAMPLES)]
pub(crate) struct ApiScopeRemoveOptions {
    /// The audience of the API, or its id
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// The scope
    #[arg(value_name = "SCOPE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) scope: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m api list
  m2m api show https://orders.example/api
  m2m api create Orders https://orders.example/api --scope read:orders --scope write:orders
  m2m api update https://orders.example/api --token-lifetime 600
  m2m api scope add https://orders.example/api cancel:orders --description 'Cancel orders'

They call a server that runs: M2M_ISSUER, M2M_CLIENT_ID and M2M_CLIENT_SECRET, or the options of that name.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m api list
  m2m api list --output json";

const SHOW_EXAMPLES: &str = "\
Examples:
  m2m api show https://orders.example/api
  m2m api show https://orders.example/api --output json";

const CREATE_EXAMPLES: &str = "\
Examples:
  m2m api create Orders https://orders.example/api --scope read:orders --scope write:orders
  m2m api create Reports https://reports.example/ --token-lifetime 600 --signing-alg EdDSA";

const UPDATE_EXAMPLES: &str = "\
Examples:
  m2m api update https://orders.example/api --name 'Orders and returns' --token-lifetime 600
  m2m api update https://orders.example/api --introspection-client billing-job
  m2m api update https://orders.example/api --clear introspection-clients";

const DELETE_EXAMPLES: &str = "\
Examples:
  m2m api delete https://orders.example/api
  m2m api delete https://orders.example/api --yes";

const SCOPE_EXAMPLES: &str = "\
Examples:
  m2m api scope add https://orders.example/api cancel:orders
  m2m api scope remove https://orders.example/api cancel:orders";

const SCOPE_ADD_EXAMPLES: &str = "\
Examples:
  m2m api scope add https://orders.example/api cancel:orders --description 'Cancel orders'";

const SCOPE_REMOVE_EXAMPLES: &str = "\
Examples:
  m2m api scope remove https://orders.example/api cancel:orders";
