//! `m2m doctor`: each step from an issuer to an accepted token, and the step that fails.

mod clock;
mod examination;
mod metadata;
mod observed;
mod problem;
mod redaction;
mod step;
#[cfg(test)]
mod tests;
mod token;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use http::Uri;
use m2m_host::clock::now;
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::output::{Format, Output};
use m2m_host::runtime::runtime;
use m2m_jwt::IssuerProfile;
use oauth_proto::is_loopback_host;
use serde_json::json;

use super::token::{AuthMethod, request};
use crate::credentials::{credentials, issuer};
use crate::options::{ServerOptions, scopes, words};
use crate::token_input;

use examination::{Subject, examine};
use step::{Step, StepResult, Topic};
use token::Expected;

/// Find out why tokens of a server do not work: TLS, discovery, keys, the token request, the token, and the clocks.
///
/// Each step says what was tried, what came back, what it means and what to do. The server may be any OAuth server. Nothing is
/// changed on it, except that a token is requested.
///
/// Exits 0 if no step failed, 1 if a step failed, 2 if an option is wrong, and 3 if a server cannot be reached or has no metadata. With
/// --output json, standard output has the steps, except after 2.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DoctorOptions {
    /// Audience of the API that is to be called; may be repeated
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: Vec<String>,
    /// Identifier of the API, for servers that expect it as the parameter resource (RFC 8707); may be repeated
    #[arg(long, value_name = "URI", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) resource: Vec<String>,
    /// Scopes that the call needs, separated by spaces; may be repeated
    #[arg(long, value_name = "SCOPE", value_parser = scopes())]
    pub(crate) scope: Vec<String>,
    /// Organization that the call is about
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) organization: Option<String>,
    /// Token that is refused, instead of requesting one; or - for standard input
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Form of the access tokens of an issuer that does not follow RFC 9068
    #[arg(long, value_name = "PROFILE", value_parser = words(IssuerProfile::ALL, IssuerProfile::as_str))]
    pub(crate) issuer_profile: Option<IssuerProfile>,
    /// Location of the credentials in the request
    #[arg(long, value_name = "METHOD", default_value = "basic")]
    pub(crate) auth_method: AuthMethod,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  export M2M_ISSUER=https://id.example M2M_CLIENT_ID=billing-job
  read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET
  m2m doctor --audience https://orders.example/api --scope read:orders
  m2m doctor --issuer https://login.example.com/tenant --token \"$TOKEN\"
  m2m doctor --resource https://orders.example/api --output json";

pub(super) fn doctor(options: &DoctorOptions, output: &Output) -> Result<(), Failure> {
    let subject = subject(options)?;
    let http = HttpClient::new(&options.server.connection)?;
    let mut steps: Vec<Step> = Vec::new();
    let mut printed = 0;
    let report = |step: Step| {
        // Steps that were left out for one reason are one line, which is complete when the next step is reported.
        let is_same = steps.last().is_some_and(|last| last.is_left_out_as(&step));
        if options.output == Format::Text && !is_same {
            step::print(steps.get(printed..).unwrap_or_default(), output);
            printed = steps.len();
        }
        steps.push(step);
    };
    runtime()?.block_on(examine(subject, http.transport(), now, report));
    match options.output {
        Format::Text => {
            step::print(steps.get(printed..).unwrap_or_default(), output);
            close(&steps, output);
        }
        Format::Json => {
            let result = steps.iter().map(|step| step.result).max();
            output.json(&json!({ "result": result, "steps": steps }));
        }
    }
    outcome(&steps)
}

/// Prints the result of all steps, if none failed.
fn close(steps: &[Step], output: &Output) {
    let is_failed = steps.iter().any(|step| step.result == StepResult::Failed);
    let is_examined = steps
        .iter()
        .any(|step| step.topic == Topic::Decoding && step.result != StepResult::NotTried);
    match (is_failed, is_examined) {
        (true, _) => {}
        (false, true) => output.good("no step failed"),
        (false, false) => output.notice(
            "note: no token was examined; to request one, use --client-id and M2M_CLIENT_SECRET",
        ),
    }
}

fn subject(options: &DoctorOptions) -> Result<Subject, Failure> {
    let issuer = issuer(&options.server)?;
    let token = match &options.token {
        Some(token) => Some(token_input::read(
            Some(token),
            "m2m doctor --token \"$TOKEN\"",
        )?),
        None => None,
    };
    let has_credentials = options.server.client_id.is_some()
        || options.server.client_secret.is_some()
        || options.server.client_secret_of_environment.is_some()
        || options.server.client_secret_file.is_some();
    let credentials = match token.is_none() && has_credentials {
        true => Some(credentials(&options.server)?),
        false => None,
    };
    let scopes: Vec<String> = options
        .scope
        .iter()
        .flat_map(|scopes| scopes.split_whitespace())
        .map(str::to_owned)
        .collect();
    let audiences = [&*options.audience, &*options.resource].concat();
    let uri: Option<Uri> = issuer.as_str().parse().ok();
    let is_local = uri
        .as_ref()
        .and_then(Uri::host)
        .is_some_and(is_loopback_host);
    let is_exposed = options.server.connection.allow_plain_http && !is_local;
    Ok(Subject {
        request: request(&options.audience, &options.resource, &options.scope),
        request_text: request_text(options, &scopes),
        expected: Expected {
            issuer: issuer.as_str().to_owned(),
            audiences,
            scopes: scopes
                .into_iter()
                .filter(|scope| is_of_token(scope))
                .collect(),
            organization: options.organization.clone(),
            issuer_profile: options.issuer_profile,
        },
        issuer,
        credentials,
        method: options.auth_method.into(),
        is_exposed,
        token,
    })
}

/// Returns false for the scope by which Entra is asked for an API, and which its tokens do not have.
fn is_of_token(scope: &str) -> bool {
    !scope.ends_with("/.default")
}

fn request_text(options: &DoctorOptions, scopes: &[String]) -> String {
    let parts = [
        ("audience", options.audience.join(" ")),
        ("resource", options.resource.join(" ")),
        ("scope", scopes.join(" ")),
    ];
    let named = parts.iter().filter(|(_, value)| !value.is_empty());
    named
        .map(|(name, value)| format!(", {name} {value}"))
        .collect()
}

/// Returns an error if a step failed. It names the steps, and the commands that explain the causes.
fn outcome(steps: &[Step]) -> Result<(), Failure> {
    let failed: Vec<&Step> = steps
        .iter()
        .filter(|step| step.result == StepResult::Failed)
        .collect();
    let names: Vec<&str> = failed.iter().map(|step| step.topic.as_str()).collect();
    let what = match &*names {
        [] => return Ok(()),
        [name] => format!("the step {name} failed"),
        names => format!("{} steps failed: {}", names.len(), names.join(", ")),
    };
    let mut problems = failed.iter().flat_map(|step| &step.problems);
    let is_unreachable = problems.any(problem::Problem::is_unreachable);
    let failure = match is_unreachable {
        true => Failure::unreachable(what),
        false => Failure::refused(what),
    };
    let mut causes: Vec<&str> = failed
        .iter()
        .flat_map(|step| &step.problems)
        .filter_map(problem::Problem::cause)
        .collect();
    causes.dedup();
    Err(causes.iter().fold(failure, |failure, cause| {
        failure.help(format!("m2m explain {cause} explains it, with its fixes"))
    }))
}
