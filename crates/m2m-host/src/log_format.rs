//! The format of the log: JSON for programs, or text for people.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde_json::Value;

use crate::printable::{json_line, printable};

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Time, event, and the members of the object, for people.
    Text,
}

impl LogFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Json, Self::Text];

    /// Returns the name of the format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }

    /// Returns the format to use if none was chosen: text on a terminal, JSON elsewhere.
    pub fn of_standard_error() -> Self {
        match std::io::stderr().is_terminal() {
            true => Self::Text,
            false => Self::Json,
        }
    }

    /// Returns a line of the log in this format, without the line break.
    pub fn line(self, entry: &Value) -> String {
        match self {
            Self::Json => json_line(entry),
            Self::Text => text(entry),
        }
    }
}

/// Returns `TIME EVENT: MESSAGE name=value …`. Members without a value are left out.
fn text(entry: &Value) -> String {
    let member = |name: &str| entry.get(name).and_then(Value::as_str);
    let mut line = member("time").unwrap_or_default().to_owned();
    line.push(' ');
    line.push_str(member("event").unwrap_or_default());
    if let Some(message) = member("message") {
        line.push_str(": ");
        line.push_str(message);
    }
    let members = entry.as_object().into_iter().flatten();
    for (name, value) in members {
        let is_shown = !matches!(&**name, "time" | "event" | "message");
        let value = plain(value);
        if is_shown && !value.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(line, " {name}={}", quoted(&value));
        }
    }
    printable(&line).into_owned()
}

/// Returns a value without JSON punctuation that people do not need.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            values.join("; ")
        }
        // A fix has a text, and possibly a command. What follows the text makes its full stop superfluous.
        Value::Object(members) => match members.get("text") {
            Some(fix) => {
                let text = plain(fix);
                let text = text.strip_suffix('.').unwrap_or(&text);
                let command = members.get("command").map(plain).unwrap_or_default();
                match &*command {
                    "" => text.to_owned(),
                    command => format!("{text}: {command}"),
                }
            }
            None => {
                let members = members.iter();
                let members = members.map(|(name, value)| format!("{name} {}", plain(value)));
                members.collect::<Vec<_>>().join(", ")
            }
        },
    }
}

/// Quotes a value that would otherwise look like several.
fn quoted(value: &str) -> String {
    if value.contains([' ', '=', '"', '\n']) {
        format!("{value:?}")
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_one_document_in_one_line() {
        let entry = json!({"event": "notice", "message": "a\nb\u{202e}"});
        let line = LogFormat::Json.line(&entry);
        assert_eq!(line.lines().count(), 1);
        assert!(line.contains("\\u202e"), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), entry);
    }

    #[test]
    fn text_has_what_json_has_in_one_line_for_people() {
        let entry = json!({
            "time": "2027-01-15T08:00:00Z",
            "event": "diagnosed",
            "trace_id": "abc",
            "client_id": null,
            "evidence": ["one thing", "another"],
            "fixes": [{"text": "Try this.", "command": "m2m check"}, {"text": "Use https.", "command": null}, {"text": "or that"}],
        });
        assert_eq!(
            LogFormat::Text.line(&entry),
            "2027-01-15T08:00:00Z diagnosed evidence=\"one thing; another\" \
             fixes=\"Try this: m2m check; Use https; or that\" trace_id=abc"
        );
        let entry = json!({"time": "T", "event": "dropped", "dropped": {"a": 1, "b": 2}});
        assert_eq!(
            LogFormat::Text.line(&entry),
            "T dropped dropped=\"a 1, b 2\""
        );
        let entry = json!({"time": "T", "event": "notice", "message": "a\u{1b}[2J"});
        assert_eq!(LogFormat::Text.line(&entry), "T notice: a\\u{1b}[2J");
    }
}
