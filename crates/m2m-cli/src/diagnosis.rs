//! A diagnosis as the management API returns it.

use m2m_api::operations::DiagnosisShown;
use m2m_errors::Cause;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::print_record;
use serde_json::Value;

/// Prints a diagnosis for people.
pub(crate) fn show(diagnosis: &DiagnosisShown, output: &Output) {
    output.heading(&printable(&diagnosis.cause));
    // A server of a later release may return causes that are unknown here.
    if let Ok(cause) = diagnosis.cause.parse::<Cause>() {
        output.line(cause.entry().operator);
    }
    print_record(
        diagnosis,
        &["cause", "evidence", "fixes", "number", "text"],
        output,
    );
    print_list("evidence", &sentences(&diagnosis.evidence), output);
    print_list("fixes", &sentences(&diagnosis.fixes), output);
}

/// Returns the entries of a list, each of which is a text, or has one, and possibly a command and an address.
fn sentences(entries: &[Value]) -> Vec<String> {
    let sentences = entries.iter().map(|entry| {
        if let Some(sentence) = entry.as_str() {
            return printable(sentence).into_owned();
        }
        let part = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let parts = ["text", "command", "href"].map(|name| printable(part(name)));
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    });
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}

fn print_list(heading: &str, lines: &[String], output: &Output) {
    if lines.is_empty() {
        return;
    }
    output.heading(heading);
    for line in lines {
        output.line(format!("  - {line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fix_is_a_text_or_has_one() {
        let fixes = [
            json!("wait\u{202e}"),
            json!({ "text": "set it", "command": "m2m apply", "href": null }),
            json!({}),
        ];
        assert_eq!(sentences(&fixes), ["wait\\u{202e}", "set it: m2m apply"]);
    }
}
