//! `m2m explain`: what an error means, what leads to it, and what to do about it.

use crate::cli::{ExplainOptions, Format};
use crate::error::Failure;
use crate::explanation::Explanation;
use crate::output::Output;
use m2m_authority::diagnose::nearest;

pub(super) fn explain(options: &ExplainOptions, output: &Output) -> Result<(), Failure> {
    let name = options.code.trim();
    let Some(explanation) = Explanation::of(name, options.profile) else {
        let failure = Failure::usage(format!(
            "{name:?} is no error code, no cause and no status that is known here"
        ));
        return Err(match nearest(name, Explanation::names()) {
            Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
            None => failure.help("codes are such as invalid_client, causes such as secret-wrong, statuses such as 401"),
        });
    };
    match options.output {
        Format::Text => print(&explanation, output),
        Format::Json => output.line(serde_json::to_string_pretty(&explanation).unwrap_or_default()),
    }
    Ok(())
}

fn print(explanation: &Explanation, output: &Output) {
    output.heading(&format!(
        "{} ({})",
        explanation.name,
        explanation.kind.as_str()
    ));
    output.line(format!("  {}", explanation.meaning));
    if let Some(answer) = &explanation.answer {
        output.heading(&format!(
            "\nThe caller sees, in the profile {}",
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
    list("Causes", explanation.causes, output);
    list("Fixes", explanation.fixes, output);
    if let Some(operator) = &explanation.operator {
        output.heading("\nWho has to act");
        output.line(format!("  {}", operator.fault));
        list("Causes, for the operator", operator.causes, output);
        list("Fixes, for the operator", operator.fixes, output);
    }
    if !explanation.exact_causes.is_empty() {
        output.heading(&format!(
            "\nExact causes, in the profile {}",
            explanation.profile
        ));
        for exact in &explanation.exact_causes {
            output.line(format!("  {:<32} {}", exact.cause, exact.meaning));
        }
    }
    output.line(format!("\nSource: {}", explanation.sources.join("; ")));
}

fn list(heading: &str, texts: &[&str], output: &Output) {
    output.heading(&format!("\n{heading}"));
    for text in texts {
        output.line(format!("  - {text}"));
    }
}
