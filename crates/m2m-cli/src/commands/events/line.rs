//! An entry of a log as one line for people.

use m2m_admin::FieldChange;
use m2m_host::printable::printable;
use m2m_host::table::{member, text};
use serde_json::Value;

use super::log::Kind;

/// The line. Nothing in it steers a terminal.
pub(super) fn of(entry: &Value) -> String {
    let time = member(entry, "time");
    let line = if text(entry, "type") == Kind::Refusals.as_str() {
        let line = format!(
            "{time}  refused  {}  client {}",
            member(entry, "cause"),
            member(entry, "client_id")
        );
        with(
            line,
            entry,
            &[
                ("operation", "operation"),
                ("code", "code"),
                ("from", "address"),
                ("trace_id", "trace_id"),
            ],
        )
    } else {
        let line = format!(
            "{time}  {}  {} {:?}",
            member(entry, "action"),
            member(entry, "subject"),
            text(entry, "name")
        );
        with(
            line,
            entry,
            &[
                ("by", "actor"),
                ("from", "address"),
                ("trace_id", "trace_id"),
            ],
        )
    };
    let changes = changes(entry);
    let lines = core::iter::once(line).chain(changes);
    let lines: Vec<String> = lines.map(|line| printable(&line).into_owned()).collect();
    lines.join("\n")
}

/// What was changed, field by field, below the line.
fn changes(entry: &Value) -> Vec<String> {
    let side = |name: &str| entry.get(name).unwrap_or(&Value::Null);
    let (before, after) = (side("before"), side("after"));
    let mut lines: Vec<String> = FieldChange::of_event(before, after)
        .iter()
        .map(|change| format!("    {change}"))
        .collect();
    // Of secrets there is more to say than their number.
    if !before.is_null() && !after.is_null() && before.get("secrets") != after.get("secrets") {
        lines.push("    its secrets".to_owned());
    }
    lines
}

/// The line with what is known beside.
fn with(mut line: String, entry: &Value, members: &[(&str, &str)]) -> String {
    for (label, name) in members {
        let value = text(entry, name);
        if !value.is_empty() {
            line.push_str(&format!("  {label} {value}"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_says_when_what_and_by_whom() {
        let refusal = json!({
            "type": "refusal", "time": "2026-11-20T10:00:00Z", "cause": "secret-wrong",
            "client_id": "a\u{1b}b", "address": "192.0.2.7", "trace_id": "t-1",
        });
        assert_eq!(
            of(&refusal),
            "2026-11-20T10:00:00Z  refused  secret-wrong  client a\\u{1b}b  from 192.0.2.7  trace_id t-1"
        );
        let refusal = json!({
            "type": "refusal", "time": "2026-11-20T10:00:00Z", "cause": "scope-beyond-token",
            "client_id": "helpdesk", "address": null, "trace_id": "t-2",
            "operation": "addApiApplicationScope", "status": 403, "code": "SCOPE_BEYOND_TOKEN",
        });
        assert_eq!(
            of(&refusal),
            "2026-11-20T10:00:00Z  refused  scope-beyond-token  client helpdesk  operation addApiApplicationScope  code SCOPE_BEYOND_TOKEN  trace_id t-2"
        );
        let event = json!({
            "type": "audit", "time": "2026-11-20T10:00:01Z", "action": "updated",
            "subject": "application", "name": "billing-job", "actor": "m2m apply", "trace_id": null,
        });
        assert_eq!(
            of(&event),
            "2026-11-20T10:00:01Z  updated  application \"billing-job\"  by m2m apply"
        );
        let event = json!({
            "type": "audit", "time": "2026-11-20T10:00:01Z", "action": "updated",
            "subject": "application", "name": "billing-job", "actor": "boss",
            "before": { "enabled": true, "secrets": [] }, "after": { "enabled": false, "secrets": [{}] },
        });
        assert_eq!(
            of(&event),
            "2026-11-20T10:00:01Z  updated  application \"billing-job\"  by boss\n    enabled: true → false\n    its secrets"
        );
    }
}
