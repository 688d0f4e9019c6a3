//! A diagnosis, as the management API tells it.

use m2m_errors::Cause;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{print_record, records, text};
use serde_json::Value;

/// Prints a diagnosis for people.
pub(crate) fn show(diagnosis: &Value, output: &Output) {
    let id = text(diagnosis, "cause");
    output.heading(&printable(id));
    // A server of a later release may know causes that are not known here.
    if let Ok(cause) = id.parse::<Cause>() {
        output.line(cause.entry().operator);
    }
    print_record(
        diagnosis,
        &["cause", "evidence", "fixes", "number", "text"],
        output,
    );
    let evidence = sentences(diagnosis, "evidence");
    print_list("evidence", &evidence, output);
    print_list("fixes", &fixes(diagnosis), output);
}

/// What to do about it, with the command where there is one.
pub(crate) fn fixes(document: &Value) -> Vec<String> {
    sentences(document, "fixes")
}

/// The entries of a list, each of which is a text, or has one, and perhaps a command and an address.
fn sentences(document: &Value, name: &str) -> Vec<String> {
    let sentences = records(document, name).iter().map(|entry| {
        if let Some(sentence) = entry.as_str() {
            return printable(sentence).into_owned();
        }
        let parts = ["text", "command", "href"].map(|part| printable(text(entry, part)));
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
        let document = json!({ "fixes": [
            "wait\u{202e}",
            { "text": "set it", "command": "m2m apply", "href": null },
            {},
        ] });
        assert_eq!(fixes(&document), ["wait\\u{202e}", "set it: m2m apply"]);
        assert!(fixes(&json!({ "fixes": 1 })).is_empty());
    }
}
