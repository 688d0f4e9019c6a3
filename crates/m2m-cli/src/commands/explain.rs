//! `m2m explain`: the meaning of an error, its causes, and the fixes.

use clap::Args;
use m2m_authority::diagnose::nearest;
use m2m_errors::Profile;
use m2m_explain::{Explanation, Input, Received, TaskAdvice};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use serde_json::json;

use crate::input;

/// Explain an error: its meaning, its causes, and the fixes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainOptions {
    /// OAuth error code, cause from a log, HTTP status, or the response of a server: a JSON body, a WWW-Authenticate
    /// header, or the whole response. Without this argument, or with -, the text is read from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Profile of the server that sent the response
    #[arg(long, value_name = "PROFILE", default_value_t = Profile::Rfc, value_parser = crate::options::profile())]
    pub(crate) profile: Profile,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

const EXAMPLES: &str = "\
Examples:
  m2m explain invalid_client             # an error code
  m2m explain secret-rotated-out         # a cause
  m2m explain 401                        # an HTTP status
  m2m explain --profile kinde invalid_request
  m2m explain 'Bearer error=\"insufficient_scope\", scope=\"read:orders\"'
  curl -si http://127.0.0.1:8080/oauth2/token -d a=b | m2m explain";

pub(super) fn explain(options: &ExplainOptions, output: &Output) -> Result<(), Failure> {
    let missing = || {
        Failure::usage("there is nothing to explain").help(
            "run m2m explain invalid_client, or pipe the response of a server to standard input",
        )
    };
    let text = input::read(options.text.as_deref(), MAX_INPUT_BYTES, missing)?;
    match Input::recognize(&text) {
        Input::Name("") => Err(missing()),
        Input::Name(name) => explain_name(name, options, output),
        Input::Received(received) => explain_received(&received, options, output),
    }
}

fn explain_name(name: &str, options: &ExplainOptions, output: &Output) -> Result<(), Failure> {
    let name = name.to_ascii_lowercase();
    let Some(explanation) = Explanation::of(&name, options.profile) else {
        let failure = Failure::usage(format!(
            "{name:?} is not a known error code, cause or HTTP status"
        ));
        return Err(with_nearest(failure, &name));
    };
    match options.output {
        Format::Text => print(&explanation, output),
        Format::Json => output.json(&explanation),
    }
    Ok(())
}

fn explain_received(
    received: &Received,
    options: &ExplainOptions,
    output: &Output,
) -> Result<(), Failure> {
    let explanations = Explanation::of_received(received, options.profile);
    if explanations.is_empty() {
        return Err(match &received.error {
            Some(error) => {
                let failure = Failure::usage(format!("{error:?} is not a known error code"));
                with_nearest(failure, error)
            }
            None => Failure::usage("the input contains no error").help(
                "pass an error code, a JSON body with `error`, a WWW-Authenticate header, or a whole response as curl -i prints it",
            ),
        });
    }
    match options.output {
        Format::Text => {
            print_received(received, options.profile, output);
            for explanation in &explanations {
                output.line("");
                print(explanation, output);
            }
        }
        Format::Json => {
            output.json(&json!({ "received": received, "explanations": explanations }));
        }
    }
    Ok(())
}

fn with_nearest(failure: Failure, name: &str) -> Failure {
    match nearest(name, Explanation::names()) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None => failure.help(
            "use an error code such as invalid_client, a cause such as secret-wrong, or a status such as 401",
        ),
    }
}

fn print_received(received: &Received, profile: Profile, output: &Output) {
    let Received {
        status,
        error,
        error_description,
        error_uri,
        trace_id,
        scheme,
        scope,
    } = received;
    output.heading("Response of the server");
    let status = status.map(|status| status.to_string());
    for (name, value) in [
        ("status", &status),
        ("scheme", scheme),
        ("error", error),
        ("error_description", error_description),
        ("error_uri", error_uri),
        ("scope", scope),
        ("trace_id", trace_id),
    ] {
        if let Some(value) = value {
            output.line(format!("  {name:<18} {}", printable(value)));
        }
    }
    if let Some(error) = error
        && Explanation::of(&error.to_ascii_lowercase(), profile).is_none()
    {
        output.line("  The error code is not known. The rest of the response is explained below.");
    }
    if trace_id.is_some() {
        output.line("  The log of the server has the exact cause under this trace_id.");
    }
}

fn print(explanation: &Explanation, output: &Output) {
    output.heading(&format!(
        "{} ({})",
        explanation.name,
        explanation.kind.as_str()
    ));
    if let Some(title) = explanation.title {
        output.line(format!("  {title}"));
    }
    output.line(format!("  {}", explanation.meaning));
    if let Some(answer) = &explanation.answer {
        output.heading(&format!(
            "\nResponse to the caller, in the profile {}",
            explanation.profile
        ));
        let error = answer
            .error
            .map(|error| format!(" {error}"))
            .unwrap_or_default();
        output.line(format!(
            "  {}{error}: {}",
            answer.status, answer.error_description
        ));
    }
    list("Likely causes, for the caller", explanation.causes, output);
    list("Fixes, for the caller", explanation.fixes, output);
    if let Some(operator) = &explanation.operator {
        output.heading("\nParty at fault");
        output.line(format!("  {}", operator.fault));
        list("Likely causes, for the operator", operator.causes, output);
        list("Fixes, for the operator", operator.fixes, output);
        if !operator.tasks.is_empty() {
            output.heading("\nOn a server of m2m");
        }
        operator.tasks.iter().for_each(|task| show(task, output));
        output.heading("\nRelated causes");
        let related = operator.related.iter();
        let related = related.map(|related| (related.cause, related.title));
        columns(&related.collect::<Vec<_>>(), output);
    }
    if !explanation.exact_causes.is_empty() {
        output.heading(&format!(
            "\nExact causes, in the profile {}",
            explanation.profile
        ));
        let exact = explanation.exact_causes.iter();
        let exact = exact.map(|exact| (exact.cause, exact.meaning));
        columns(&exact.collect::<Vec<_>>(), output);
    }
    output.line(format!("\nSource: {}", explanation.sources.join("; ")));
}

/// Prints a task on a server with a data directory, and on one with a registry file if that differs.
fn show(task: &TaskAdvice, output: &Output) {
    if let Some(text) = task.data_directory {
        output.line(format!("  - {text}"));
    }
    if let Some(command) = task.command {
        output.line(format!("    {command}"));
    }
    if let Some(text) = task.registry_file
        && !task.is_the_same_everywhere()
    {
        output.line(format!("  - With a registry file (--world): {text}"));
    }
}

/// Prints the ids of causes in one column, and a text about each in another.
fn columns(causes: &[(&str, &str)], output: &Output) {
    let width = causes
        .iter()
        .map(|(id, _)| id.len())
        .max()
        .unwrap_or_default();
    for (id, text) in causes {
        output.line(format!("  {id:<width$}  {text}"));
    }
}

fn list(heading: &str, texts: &[&str], output: &Output) {
    output.heading(&format!("\n{heading}"));
    for text in texts {
        output.line(format!("  - {text}"));
    }
}

/// The maximum size of the input, far more than a refusal has. Unit: bytes.
const MAX_INPUT_BYTES: usize = 64 * 1024;
