//! `m2m application authorize` and `deauthorize`: what an application may ask for.

use serde_json::{Value, json};

use super::super::done::done;
use crate::management::{ApiPath, Management};
use crate::options::{ApplicationAuthorizeOptions, ApplicationDeauthorizeOptions};
use m2m_host::error::Failure;
use m2m_host::output::Output;

pub(in crate::commands) fn authorize(
    options: &ApplicationAuthorizeOptions,
    output: &Output,
) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let scopes = scopes(&options.scope);
    let answer = allow(&management, &options.application, &options.audience, scopes)?;
    done(&answer, options.management.output, output);
    Ok(())
}

pub(in crate::commands) fn deauthorize(
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
