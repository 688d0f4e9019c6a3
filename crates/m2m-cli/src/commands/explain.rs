//! `m2m explain`: the meaning of an error, its causes, and the fixes.

use clap::Args;
use m2m_authority::diagnose::nearest;
use m2m_errors::Profile;
use m2m_explain::{Explanation, Form, Input, Received, Said, TaskAdvice};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use serde_json::json;

use crate::input;

/// Explain an error: its meaning, its causes, and the fixes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainOptions {
    /// OAuth error code, code of a provider such as AADSTS7000215, cause from a log, HTTP status, or the response of any
    /// server: a body, a WWW-Authenticate header, a whole response, or the output of curl -v. Without this argument, or
    /// with -, the text is read from standard input
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
  m2m explain '{\"errorCode\":\"E0000011\",\"errorSummary\":\"Invalid token provided\"}'
  m2m explain AADSTS7000222              # a code of a provider
  curl -si http://127.0.0.1:8080/oauth2/token -d a=b | m2m explain
  curl -sv http://127.0.0.1:8080/oauth2/token -d a=b 2>&1 | m2m explain";

pub(super) fn explain(options: &ExplainOptions, output: &Output) -> Result<(), Failure> {
    let missing = || {
        Failure::usage("there is nothing to explain").help(
            "run m2m explain invalid_client, or pipe the response of a server to standard input",
        )
    };
    let text = input::read(options.text.as_deref(), Input::MAX_BYTES, missing)?;
    match Input::recognize(&text) {
        Input::Name("") => Err(missing()),
        Input::Name(name) => explain_name(name, options, output),
        Input::Received(received) => explain_received(&received, options, output),
    }
}

fn explain_name(name: &str, options: &ExplainOptions, output: &Output) -> Result<(), Failure> {
    let name = name.to_ascii_lowercase();
    let Some(explanation) = Explanation::of(&name, options.profile) else {
        if is_trace_id(&name) {
            return Err(Failure::usage(format!("{name:?} is not an error"))
                .help(format!("this is a trace id: m2m diagnose {name}")));
        }
        if let Ok(status @ 100..400) = name.parse::<u16>() {
            return Err(Failure::usage(format!("the HTTP status {status} is not an error"))
                .help("pass the whole response, as curl -i prints it, or an error code such as invalid_client"));
        }
        // A long text may be a secret that was passed by mistake.
        let what = match name.len() {
            0..=MAX_REPEATED_BYTES => format!("{name:?}"),
            bytes => format!("the input of {bytes} bytes"),
        };
        let failure = Failure::usage(format!(
            "{what} is not a known error code, cause or HTTP status"
        ));
        return Err(with_nearest(failure, &name));
    };
    match options.output {
        Format::Text => print(&explanation, true, output),
        Format::Json => output.json(&explanation),
    }
    Ok(())
}

fn explain_received(
    received: &Received,
    options: &ExplainOptions,
    output: &Output,
) -> Result<(), Failure> {
    let Some(explanation) = Explanation::of_received(received, options.profile) else {
        return Err(match &received.error {
            Some(error) => {
                let failure = Failure::usage(format!("{error:?} is not a known error code"));
                with_nearest(failure, error)
            }
            None if received.is_token() => Failure::usage("the response is a token, not an error")
                .help("m2m jwt decode shows the contents of a token"),
            None => Failure::usage("the input contains no error").help(
                "pass an error code, the body of a response, a WWW-Authenticate header, or a whole response as curl -i prints it",
            ),
        });
    };
    match options.output {
        Format::Text => {
            print_received(received, options.profile, output);
            output.line("");
            print(&explanation, received.provider.is_none(), output);
        }
        Format::Json => {
            output.json(&json!({ "received": received, "explanations": [explanation] }));
        }
    }
    Ok(())
}

/// Returns true for 32 hexadecimal digits.
fn is_trace_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn with_nearest(failure: Failure, name: &str) -> Failure {
    failure.help(name_meant(name).unwrap_or_else(|| {
        "use an error code such as invalid_client, a cause such as secret-wrong, or a status such as 401"
            .to_owned()
    }))
}

/// Names the nearest known names, up to three.
fn name_meant(name: &str) -> Option<String> {
    let names: Vec<&str> = Explanation::names().collect();
    did_you_mean(name, &names)
}

/// Names the nearest of these names, up to three.
pub(super) fn did_you_mean(name: &str, names: &[&str]) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let mut found: Vec<&str> = Vec::new();
    while found.len() < 3 {
        let others = names.iter().copied();
        let others = others.filter(|other| !found.contains(other));
        let Some(next) = nearest(&name, others) else {
            break;
        };
        found.push(next);
    }
    (!found.is_empty()).then(|| format!("did you mean `{}`?", found.join("` or `")))
}

fn print_received(received: &Received, profile: Profile, output: &Output) {
    let Received {
        form,
        provider,
        status,
        error,
        error_description,
        error_uri,
        trace_id,
        scheme,
        scope,
        mistake,
        previous,
        said,
    } = received;
    output.heading("What was understood");
    let previous: Vec<String> = previous.iter().map(ToString::to_string).collect();
    let after = if previous.is_empty() {
        String::new()
    } else {
        format!(", after {}", previous.join(", "))
    };
    output.line(format!("  {:<18} {}{after}", "form", form.as_str()));
    let status = status.map(|status| status.to_string());
    let provider = provider.map(str::to_owned);
    for (name, value) in [
        ("looks like", &provider),
        ("status", &status),
        ("scheme", scheme),
        ("error", error),
        ("error_description", error_description),
        ("error_uri", error_uri),
        ("scope", scope),
        ("trace_id", trace_id),
    ] {
        if let Some(value) = value {
            wrapped(&format!("  {name:<18} "), &printable(value), output);
        }
    }
    if let Some(mistake) = mistake {
        wrapped("  ", &printable(mistake), output);
    }
    if let Some(error) = error
        && Explanation::of(&error.to_ascii_lowercase(), profile).is_none()
    {
        let nearest = name_meant(error).map_or_else(String::new, |nearest| format!(" {nearest}"));
        let nearest = nearest.replacen("did", "Did", 1);
        let text = format!(
            "The error code is not a registered one.{nearest} The rest of the input is explained below."
        );
        wrapped("  ", &text, output);
    }
    if trace_id.is_some() {
        let text = "The log of the server has the exact cause under this trace_id.";
        wrapped("  ", text, output);
    }
    let understood = [error, error_description, error_uri, trace_id];
    let is_new = |said: &&Said| {
        let mut values = understood.iter().copied().flatten();
        !values.any(|value| value == &said.value)
    };
    let said: Vec<&Said> = said.iter().filter(is_new).collect();
    if !said.is_empty() {
        let is_answered = received.status.is_some() || *form != Form::Curl;
        let speaker = if is_answered { "the server" } else { "curl" };
        output.heading(&format!("\nWhat {speaker} said"));
        for Said { name, value } in said {
            for (index, line) in value.lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                let name = printable(name);
                wrapped(&format!("  {name:<18} "), &printable(line), output);
            }
        }
    }
}

/// Prints the explanation, with the exact causes of m2m unless another server answered.
fn print(explanation: &Explanation, is_own: bool, output: &Output) {
    output.heading(&format!(
        "{} ({})",
        explanation.name,
        explanation.kind.as_str()
    ));
    if let Some(title) = explanation.title {
        output.line(format!("  {title}"));
    }
    wrapped("  ", explanation.meaning, output);
    if let Some(answer) = &explanation.answer {
        output.heading(&format!(
            "\nResponse to the caller, in the profile {}",
            explanation.profile
        ));
        let error = answer
            .error
            .map(|error| format!(" {error}"))
            .unwrap_or_default();
        let text = format!("{}{error}: {}", answer.status, answer.error_description);
        wrapped("  ", &text, output);
        if let Some(note) = answer.note {
            wrapped("  ", note, output);
        }
    }
    let [causes, fixes] = match explanation.has_one_advice() {
        true => ["Likely causes", "Fixes"],
        false => ["Likely causes, for the caller", "Fixes, for the caller"],
    };
    list(causes, &explanation.causes, output);
    list(fixes, &explanation.fixes, output);
    if let Some(operator) = &explanation.operator {
        output.heading("\nParty at fault");
        output.line(format!("  {}", operator.fault));
        if !explanation.has_one_advice() {
            list("Likely causes, for the operator", operator.causes, output);
            list("Fixes, for the operator", operator.fixes, output);
        }
        if !operator.tasks.is_empty() {
            output.heading("\nOn a server of m2m");
        }
        operator.tasks.iter().for_each(|task| show(task, output));
        output.heading("\nRelated causes");
        let related = operator.related.iter();
        let related = related.map(|related| (related.cause, related.title));
        columns(&related.collect::<Vec<_>>(), output);
    }
    if is_own && !explanation.exact_causes.is_empty() {
        output.heading(&format!(
            "\nExact causes, in the profile {}",
            explanation.profile
        ));
        let exact = explanation.exact_causes.iter();
        let exact = exact.map(|exact| (exact.cause, exact.meaning));
        columns(&exact.collect::<Vec<_>>(), output);
    }
    if !explanation.sources.is_empty() {
        output.line(format!("\nSource: {}", explanation.sources.join("; ")));
    }
}

/// Prints a task on a server with a data directory, and on one with a registry file if that differs.
fn show(task: &TaskAdvice, output: &Output) {
    if let Some(text) = task.data_directory {
        wrapped("  - ", text, output);
    }
    if let Some(command) = task.command {
        output.line(format!("    {command}"));
    }
    if let Some(text) = task.registry_file
        && !task.is_the_same_everywhere()
    {
        wrapped(
            "  - ",
            &format!("With a registry file (--world): {text}"),
            output,
        );
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
        wrapped(&format!("  {id:<width$}  "), text, output);
    }
}

fn list(heading: &str, texts: &[&str], output: &Output) {
    output.heading(&format!("\n{heading}"));
    for text in texts {
        wrapped("  - ", text, output);
    }
}

/// Prints the text behind the start of a line, and what does not fit below it, within the width of the terminal.
fn wrapped(start: &str, text: &str, output: &Output) {
    let columns = output.columns().unwrap_or(COLUMNS);
    output.line(lines(start, text, columns).join("\n"));
}

/// Breaks the text at spaces. A word that is longer than a line is not broken, so that it can be copied.
fn lines(start: &str, text: &str, columns: usize) -> Vec<String> {
    let indent = start.chars().count();
    let mut lines = Vec::new();
    let mut line = start.to_owned();
    let mut length = indent;
    for (index, word) in text.split(' ').enumerate() {
        let added = word.chars().count() + usize::from(index > 0);
        if length > indent && length + added > columns {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            length = indent;
        } else if index > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word.chars().count();
    }
    lines.push(line);
    lines
}

/// The width of the text if standard output is not a terminal.
const COLUMNS: usize = 80;

/// The maximum length of an unknown name that is repeated, more than the longest cause has. Unit: bytes.
const MAX_REPEATED_BYTES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k5_a_long_text_continues_below_its_start() {
        assert_eq!(
            lines("  - ", "one two three", 12),
            ["  - one two", "    three"]
        );
        assert_eq!(lines("  - ", "one two three", 17), ["  - one two three"]);
        assert_eq!(
            lines("  - ", "https://id.example a", 8),
            ["  - https://id.example", "    a"]
        );
        assert_eq!(lines("  - ", "", 8), ["  - "]);
    }

    #[test]
    fn k5_a_trace_id_is_32_hexadecimal_digits() {
        assert!(is_trace_id("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(!is_trace_id("invalid_client"));
    }
}
