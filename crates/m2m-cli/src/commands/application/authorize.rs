//! `m2m application authorize` and `deauthorize`: the APIs and scopes that an application may request tokens for.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::{
    AddApiApplicationScope, ApplicationsChange, AuthorizationChange, ConnectionChange,
    RemoveApiApplicationScope, UpdateApiApplications,
};
use m2m_api::{ApiApplicationScopeName, ApiName, NoBody, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::Output;

use crate::done::done;
use crate::management::Management;
use crate::options::{ManagementOptions, bounded};

/// Authorize an application for an API, and assign scopes.
#[derive(Debug, Args)]
#[command(after_help = AUTHORIZE_EXAMPLES)]
pub(crate) struct ApplicationAuthorizeOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Audience or id of the API
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// Scope to add to the scopes already assigned; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Remove an application's authorization for an API, or only some scopes.
#[derive(Debug, Args)]
#[command(after_help = DEAUTHORIZE_EXAMPLES)]
pub(crate) struct ApplicationDeauthorizeOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Audience or id of the API
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// Scope to remove; may be repeated. Without this option, the whole authorization is removed
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const AUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application authorize billing-job --audience https://orders.example/api
  m2m application authorize billing-job --audience https://orders.example/api \\
    --scope read:orders --scope write:orders";

const DEAUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application deauthorize billing-job --scope write:orders \\
    --audience https://orders.example/api
  m2m application deauthorize billing-job --audience https://orders.example/api";

pub(super) fn authorize(
    options: &ApplicationAuthorizeOptions,
    output: &Output,
) -> Result<(), Failure> {
    let change = change(&options.application, None)?;
    let management = Management::connect(&options.management.server)?;
    let (format, audience) = (options.management.output, &options.audience);
    let names = ApiName::new(audience);
    let connected = management.call::<UpdateApiApplications>(&names, &NoQuery {}, &change)?;
    let mut last = None;
    for scope in scopes(&options.scope) {
        let names = ApiApplicationScopeName::new(audience, &options.application, scope);
        last = Some(management.call::<AddApiApplicationScope>(&names, &NoQuery {}, &NoBody)?);
    }
    match last {
        Some(answer) => done::<AddApiApplicationScope>(&answer, format, output),
        None => done::<UpdateApiApplications>(&connected, format, output),
    }
    Ok(())
}

pub(super) fn deauthorize(
    options: &ApplicationDeauthorizeOptions,
    output: &Output,
) -> Result<(), Failure> {
    if !options.scope.is_empty() && scopes(&options.scope).next().is_none() {
        return Err(Failure::usage("--scope is empty, and nothing was changed")
            .help("name a scope, or leave out --scope to remove the whole authorization"));
    }
    let change = change(&options.application, Some(AuthorizationChange::Delete))?;
    let management = Management::connect(&options.management.server)?;
    let (format, audience) = (options.management.output, &options.audience);
    let mut last = None;
    for scope in scopes(&options.scope) {
        let names = ApiApplicationScopeName::new(audience, &options.application, scope);
        last = Some(management.call::<RemoveApiApplicationScope>(&names, &NoQuery {}, &NoBody)?);
    }
    if let Some(answer) = last {
        done::<RemoveApiApplicationScope>(&answer, format, output);
        return Ok(());
    }
    let names = ApiName::new(audience);
    let answer = management.call::<UpdateApiApplications>(&names, &NoQuery {}, &change)?;
    done::<UpdateApiApplications>(&answer, format, output);
    Ok(())
}

/// Returns the change of the applications of an API that authorizes one application, or removes its authorization.
fn change(
    application: &str,
    operation: Option<AuthorizationChange>,
) -> Result<ApplicationsChange, Failure> {
    let id = application.parse();
    let id = id.map_err(|error| Failure::usage(format!("{application:?} {error}")))?;
    Ok(ApplicationsChange {
        applications: bounded("APPLICATION", vec![ConnectionChange { id, operation }])?,
    })
}

/// Returns the scopes in the options. Each option may contain several.
fn scopes(options: &[String]) -> impl Iterator<Item = &str> {
    options.iter().flat_map(|scopes| scopes.split_whitespace())
}
