//! `m2m application authorize` and `deauthorize`: what an application may ask for.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_host::error::Failure;
use m2m_host::output::Output;
use serde_json::{Value, json};

use crate::done::done;
use crate::management::{ApiPath, Management};
use crate::options::ManagementOptions;

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

const AUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application authorize billing-job --audience https://orders.example/api
  m2m application authorize billing-job --audience https://orders.example/api --scope read:orders --scope write:orders";

const DEAUTHORIZE_EXAMPLES: &str = "\
Examples:
  m2m application deauthorize billing-job --audience https://orders.example/api --scope write:orders
  m2m application deauthorize billing-job --audience https://orders.example/api";

pub(super) fn authorize(
    options: &ApplicationAuthorizeOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let scopes = scopes(&options.scope);
    let answer = allow(&management, &options.application, &options.audience, scopes)?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(super) fn deauthorize(
    options: &ApplicationDeauthorizeOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let (application, audience) = (&options.application, &options.audience);
    let mut answer = None;
    for scope in scopes(&options.scope) {
        answer = Some(management.delete(&of_scope(audience, application, scope))?);
    }
    let answer = match answer {
        Some(answer) => answer,
        None => management.patch(
            &of_api(audience),
            &json!({ "applications": [{ "id": application, "operation": "delete" }] }),
        )?,
    };
    done(&answer, options.management.output, output);
    Ok(())
}

/// Authorizes an application for an API and for scopes of it, and gives the last answer.
///
/// # Errors
///
/// If the server cannot be reached, or refuses; what was done before stays.
fn allow<'s>(
    management: &Management,
    application: &str,
    audience: &str,
    scopes: impl Iterator<Item = &'s str>,
) -> Result<Value, Failure> {
    let connect = json!({ "applications": [{ "id": application }] });
    let mut answer = management.patch(&of_api(audience), &connect)?;
    for scope in scopes {
        answer = management.post(&of_scope(audience, application, scope), None)?;
    }
    Ok(answer)
}

fn of_api(audience: &str) -> ApiPath {
    ApiPath::of(["apis", audience, "applications"])
}

fn of_scope(audience: &str, application: &str, scope: &str) -> ApiPath {
    ApiPath::of([
        "apis",
        audience,
        "applications",
        application,
        "scopes",
        scope,
    ])
}

/// Each option may have several.
fn scopes(options: &[String]) -> impl Iterator<Item = &str> {
    options.iter().flat_map(|scopes| scopes.split_whitespace())
}
