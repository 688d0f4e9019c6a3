//! `m2m api`: the APIs of a running server, and their scopes.

mod fields;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use m2m_api::operations::{
    ApiShown, ApiSummary, CreateApi, CreateApiScope, DeleteApi, DeleteApiScope, Expand, GetApi,
    ListApis, ListApisQuery, NewApi, NewScope, UpdateApi,
};
use m2m_api::values::{AudienceText, Given, Name, ScopeKey};
use m2m_api::{ApiName, ApiScopeName, NoBody, NoNames, NoQuery};
use m2m_authority::registry::Text;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, cell, print_record};

use crate::commands::api::fields::{ApiClear, ApiFields};
use crate::consent;
use crate::done::{document, done};
use crate::management::Management;
use crate::options::{ManagementOptions, bounded};

/// The commands for APIs.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiCommand {
    List(ApiListOptions),
    Show(ApiShowOptions),
    Create(ApiCreateOptions),
    Update(ApiUpdateOptions),
    Delete(ApiDeleteOptions),
    /// Manage the scopes of an API.
    #[command(subcommand, after_help = SCOPE_EXAMPLES)]
    Scope(ApiScopeCommand),
}

impl ApiCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list(options, output),
            Self::Show(options) => show(options, output),
            Self::Create(options) => create(options, output),
            Self::Update(options) => update(options, output),
            Self::Delete(options) => delete(options, output),
            Self::Scope(command) => command.run(output),
        }
    }
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
    /// Audience or id of the API
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Create an API.
#[derive(Debug, Args)]
#[command(after_help = CREATE_EXAMPLES)]
pub(crate) struct ApiCreateOptions {
    /// Display name
    #[arg(value_name = "NAME")]
    pub(crate) name: Name,
    /// Audience of the API's tokens, such as https://orders.example/api; cannot be changed later
    #[arg(value_name = "AUDIENCE")]
    pub(crate) audience: AudienceText,
    /// Scope that the API defines; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) fields: ApiFields,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Change an API. Fields without an option stay unchanged; the audience cannot be changed.
#[derive(Debug, Args)]
#[command(after_help = UPDATE_EXAMPLES, mut_group("fields", |fields| fields.required(true)))]
pub(crate) struct ApiUpdateOptions {
    /// Audience or id of the API
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// New name
    #[arg(long, value_name = "NAME", group = "fields")]
    pub(crate) name: Option<Name>,
    #[command(flatten)]
    pub(crate) fields: ApiFields,
    /// Field to clear; may be repeated
    #[arg(long, value_name = "FIELD", group = "fields")]
    pub(crate) clear: Vec<ApiClear>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Delete an API, and the authorizations of applications for the API.
#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub(crate) struct ApiDeleteOptions {
    /// Audience or id of the API
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// Skip the confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The commands for the scopes of an API.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiScopeCommand {
    Add(ApiScopeAddOptions),
    Remove(ApiScopeRemoveOptions),
}

impl ApiScopeCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Add(options) => add_scope(options, output),
            Self::Remove(options) => remove_scope(options, output),
        }
    }
}

/// Add a scope to an API.
#[derive(Debug, Args)]
#[command(after_help = SCOPE_ADD_EXAMPLES)]
pub(crate) struct ApiScopeAddOptions {
    /// Audience or id of the API
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// Scope to add
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: ScopeKey,
    /// Description for operators
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<Text<2000>>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Delete a scope of an API, and remove the scope from all applications.
#[derive(Debug, Args)]
#[command(after_help = SCOPE_REMOVE_EXAMPLES)]
pub(crate) struct ApiScopeRemoveOptions {
    /// Audience or id of the API
    #[arg(value_name = "API", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api: String,
    /// Scope to delete
    #[arg(value_name = "SCOPE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) scope: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m api list
  m2m api show https://orders.example/api
  m2m api create Reports https://reports.example/ --scope read:reports
  m2m api update https://orders.example/api --token-lifetime 600
  m2m api scope add https://orders.example/api cancel:orders

These commands call the server that M2M_ISSUER names, with the credentials in
M2M_CLIENT_ID and M2M_CLIENT_SECRET. The options --issuer, --as and
--client-secret-file take precedence over these variables.";

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
  m2m api create Reports https://reports.example/ --scope read:reports
  m2m api create Invoices https://invoices.example/ \\
    --token-lifetime 600 --signing-alg EdDSA";

const UPDATE_EXAMPLES: &str = "\
Examples:
  m2m api update https://orders.example/api --token-lifetime 600
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
  m2m api scope add https://orders.example/api cancel:orders \\
    --description 'Cancel orders'";

const SCOPE_REMOVE_EXAMPLES: &str = "\
Examples:
  m2m api scope remove https://orders.example/api cancel:orders";

pub(super) fn list(options: &ApiListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let apis = management.list::<ListApis>(ListApisQuery {
        expand: Some(Expand::Scopes),
        ..ListApisQuery::default()
    })?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "AUDIENCE", "SCOPES", "ID"]);
            let table = apis.iter().fold(table, |table, api| {
                table.with([
                    cell(&api.name),
                    cell(&api.audience),
                    scopes(api),
                    cell(&api.id),
                ])
            });
            table.print("there are no APIs", output);
        }
        Format::Json => output.json(&document(&apis)),
    }
    Ok(())
}

pub(super) fn show(options: &ApiShowOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApiName::new(&options.api);
    let api = management.call::<GetApi>(&names, &NoQuery {}, &NoBody)?.api;
    match options.management.output {
        Format::Text => show_text(&api, output),
        Format::Json => output.json(&document(&api)),
    }
    Ok(())
}

pub(super) fn create(options: &ApiCreateOptions, output: &Output) -> Result<(), Failure> {
    let mut body = NewApi::new(options.name.clone(), options.audience.clone());
    options.fields.set(&mut body)?;
    body.scopes = bounded("--scope", new_scopes(&options.scope)?)?;
    let management = Management::connect(&options.management.server)?;
    let answer = management.call::<CreateApi>(&NoNames, &NoQuery {}, &body)?;
    let name = options.name.as_str();
    match options.management.output {
        Format::Text => output.line(format!(
            "created {name:?}: id {}",
            printable(&answer.api.id)
        )),
        Format::Json => output.json(&document(&answer.api)),
    }
    Ok(())
}

pub(super) fn update(options: &ApiUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut change = options.fields.change(&options.clear)?;
    change.name = Given(options.name.clone());
    let management = Management::connect(&options.management.server)?;
    let names = ApiName::new(&options.api);
    let answer = management.call::<UpdateApi>(&names, &NoQuery {}, &change)?;
    done::<UpdateApi>(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn delete(options: &ApiDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("API", &options.api, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let names = ApiName::new(&options.api);
    let answer = management.call::<DeleteApi>(&names, &NoQuery {}, &NoBody)?;
    done::<DeleteApi>(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn add_scope(options: &ApiScopeAddOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let scope = NewScope {
        key: options.scope.clone(),
        description: options.description.clone(),
    };
    let names = ApiName::new(&options.api);
    let answer = management.call::<CreateApiScope>(&names, &NoQuery {}, &scope)?;
    done::<CreateApiScope>(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn remove_scope(
    options: &ApiScopeRemoveOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApiScopeName::new(&options.api, &options.scope);
    let answer = management.call::<DeleteApiScope>(&names, &NoQuery {}, &NoBody)?;
    done::<DeleteApiScope>(&answer, options.management.output, output);
    Ok(())
}

/// Returns the scopes of a new API. Each option may contain several.
fn new_scopes(options: &[String]) -> Result<Vec<NewScope>, Failure> {
    let scopes = options.iter().flat_map(|scopes| scopes.split_whitespace());
    scopes
        .map(|scope| {
            let key = scope.parse();
            let key = key.map_err(|error| Failure::usage(format!("--scope {scope:?} {error}")))?;
            Ok(NewScope {
                key,
                description: None,
            })
        })
        .collect()
}

fn show_text(api: &ApiShown, output: &Output) {
    print_record(api, &["applications", "scopes"], output);
    let scopes = Table::new(["SCOPE", "DESCRIPTION"]);
    let scopes = api.scopes.iter().fold(scopes, |table, scope| {
        table.with([cell(&scope.key), cell(&scope.description)])
    });
    scopes.print("it has no scopes", output);
    let applications = Table::new(["APPLICATION", "CLIENT ID", "ACTIVE", "ID"]);
    let applications = api
        .applications
        .iter()
        .fold(applications, |table, application| {
            table.with([
                cell(&application.name),
                cell(&application.client_id),
                cell(&application.is_active),
                cell(&application.id),
            ])
        });
    applications.print("no application is authorized for it", output);
}

/// Returns the keys of its scopes, or their number if there are many.
fn scopes(api: &ApiSummary) -> String {
    let scopes = api.scopes.as_deref().unwrap_or_default();
    let keys: Vec<&str> = scopes.iter().map(|scope| &*scope.key).collect();
    match keys.len() {
        0 => "-".to_owned(),
        1..=MAX_LISTED => keys.join(" "),
        many => format!("{many} scopes"),
    }
}

/// The maximum number of scopes that are listed. A line with more is not readable.
const MAX_LISTED: usize = 6;
