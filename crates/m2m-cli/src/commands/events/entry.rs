//! An entry of a log: a refusal or a change, as JSON and as one line for people.

use jiff::Timestamp;
use m2m_admin::FieldChange;
use m2m_api::operations::{DiagnosisShown, EventShown};
use m2m_authority::audit::Action;
use m2m_host::printable::printable;
use m2m_host::table::cell;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::done::{document, insert};

/// An entry of a log.
#[derive(Debug)]
pub(super) enum Entry {
    /// A request that was refused.
    Refusal(Box<DiagnosisShown>),
    /// A change of the registry.
    Audit(Box<EventShown>),
}

impl Entry {
    /// Returns the number of the entry in its log.
    pub(super) fn number(&self) -> u64 {
        match self {
            Self::Refusal(refusal) => refusal.number.unwrap_or_default(),
            Self::Audit(event) => event.number,
        }
    }

    /// Returns the position of the entry among those of all logs: its time, then its number.
    pub(super) fn position(&self) -> (Option<Timestamp>, u64) {
        let time = match self {
            Self::Refusal(refusal) => &refusal.time,
            Self::Audit(event) => &event.time,
        };
        (time.parse().ok(), self.number())
    }

    /// Returns the entry as JSON, with its log as `type`.
    pub(super) fn document(&self) -> Value {
        let (kind, mut document) = match self {
            Self::Refusal(refusal) => ("refusal", document(refusal)),
            Self::Audit(event) => ("audit", document(event)),
        };
        insert(&mut document, "type", json!(kind));
        document
    }

    /// Returns the line for people, with the changed fields below it. Control characters are escaped.
    pub(super) fn line(&self) -> String {
        let lines = match self {
            Self::Refusal(refusal) => vec![line_of_refusal(refusal)],
            Self::Audit(event) => {
                let mut lines = vec![line_of_event(event)];
                lines.extend(changes(event));
                lines
            }
        };
        let lines: Vec<_> = lines.iter().map(|line| printable(line)).collect();
        lines.join("\n")
    }
}

impl From<DiagnosisShown> for Entry {
    fn from(refusal: DiagnosisShown) -> Self {
        Self::Refusal(refusal.into())
    }
}

impl From<EventShown> for Entry {
    fn from(event: EventShown) -> Self {
        Self::Audit(event.into())
    }
}

fn line_of_refusal(refusal: &DiagnosisShown) -> String {
    let line = format!(
        "{}  refused  {}  client {}",
        refusal.time,
        refusal.cause,
        cell(&refusal.client_id)
    );
    with(
        line,
        [
            ("operation", refusal.operation.as_deref()),
            ("code", refusal.code.as_deref()),
            ("from", refusal.address.as_deref()),
            ("trace_id", Some(&refusal.trace_id)),
        ],
    )
}

fn line_of_event(event: &EventShown) -> String {
    let line = format!(
        "{}  {}  {} {:?}",
        event.time, event.action, event.subject, event.name
    );
    with(
        line,
        [
            ("by", Some(&*event.actor)),
            ("from", event.address.as_deref()),
            ("trace_id", event.trace_id.as_deref()),
        ],
    )
}

/// Returns the differences of a record, field by field. For a warning, returns what expires and when.
fn changes(event: &EventShown) -> Vec<String> {
    let (before, after) = (side(event.before.as_deref()), side(event.after.as_deref()));
    if event.action == Action::Expiring.as_str() {
        let members = after.as_object().into_iter().flatten();
        let members = members.map(|(name, value)| format!("    {name}: {}", cell(value)));
        return members.collect();
    }
    let mut lines: Vec<String> = FieldChange::of_event(&before, &after)
        .iter()
        .map(|change| format!("    {change}"))
        .collect();
    // The number of secrets alone does not show every change of them.
    if !before.is_null() && !after.is_null() && before.get("secrets") != after.get("secrets") {
        lines.push("    secrets changed".to_owned());
    }
    lines
}

fn side(record: Option<&RawValue>) -> Value {
    record
        .and_then(|record| serde_json::from_str(record.get()).ok())
        .unwrap_or_default()
}

/// Appends the known values with their labels to a line.
fn with<const N: usize>(mut line: String, known: [(&str, Option<&str>); N]) -> String {
    for (label, value) in known {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            line.push_str(&format!("  {label} {value}"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(more: &Value) -> Entry {
        let mut document = json!({
            "number": 1, "trace_id": "t-1", "time": "2026-11-20T10:00:00Z", "cause": "secret-wrong", "text": "",
            "client_id": null, "address": null, "request_id": null, "evidence": [], "fixes": [],
        });
        for (name, value) in more.as_object().unwrap() {
            insert(&mut document, name, value.clone());
        }
        Entry::Refusal(serde_json::from_value(document).unwrap())
    }

    fn event(more: &Value) -> Entry {
        let mut document = json!({
            "number": 1, "time": "2026-11-20T10:00:01Z", "actor": "m2m apply", "trace_id": null, "address": null,
            "action": "updated", "subject": "application", "name": "billing-job", "before": null, "after": null,
        });
        for (name, value) in more.as_object().unwrap() {
            insert(&mut document, name, value.clone());
        }
        Entry::Audit(serde_json::from_str(&document.to_string()).unwrap())
    }

    #[test]
    fn a_line_has_the_time_the_change_and_its_author() {
        let known = json!({ "client_id": "a\u{1b}b", "address": "192.0.2.7" });
        assert_eq!(
            refusal(&known).line(),
            "2026-11-20T10:00:00Z  refused  secret-wrong  client a\\u{1b}b  from 192.0.2.7  trace_id t-1"
        );
        let of_management = json!({
            "cause": "scope-beyond-token", "client_id": "helpdesk", "trace_id": "t-2",
            "operation": "addApiApplicationScope", "status": 403, "code": "SCOPE_BEYOND_TOKEN",
        });
        assert_eq!(
            refusal(&of_management).line(),
            "2026-11-20T10:00:00Z  refused  scope-beyond-token  client helpdesk  operation addApiApplicationScope  code SCOPE_BEYOND_TOKEN  trace_id t-2"
        );
        assert_eq!(
            event(&json!({})).line(),
            "2026-11-20T10:00:01Z  updated  application \"billing-job\"  by m2m apply"
        );
        let change = json!({
            "actor": "boss",
            "before": { "enabled": true, "secrets": [] }, "after": { "enabled": false, "secrets": [{}] },
        });
        assert_eq!(
            event(&change).line(),
            "2026-11-20T10:00:01Z  updated  application \"billing-job\"  by boss\n    enabled: true → false\n    secrets changed"
        );
    }

    #[test]
    fn a_warning_has_what_expires_and_when() {
        let warning = json!({
            "action": "expiring", "actor": "m2m serve (expiry)",
            "after": { "kind": "secret", "secret_id": "1", "expires_at": "2026-11-23T00:00:00Z", "within": "3d" },
        });
        let line = event(&warning).line();
        assert!(
            line.starts_with("2026-11-20T10:00:01Z  expiring  application \"billing-job\"  by m2m serve (expiry)\n"),
            "{line}"
        );
        for detail in [
            "kind: secret",
            "secret_id: 1",
            "expires_at: 2026-11-23T00:00:00Z",
            "within: 3d",
        ] {
            assert!(line.contains(&format!("\n    {detail}")), "{line}");
        }
    }

    #[test]
    fn entries_are_in_the_order_in_which_they_happened() {
        let mut entries = [
            event(&json!({ "number": 9, "time": "2026-11-20T10:00:02Z" })),
            refusal(&json!({ "number": 2, "time": "2026-11-20T11:00:01+01:00" })),
            event(&json!({ "number": 1, "time": "2026-11-20T10:00:01Z" })),
        ];
        entries.sort_by_cached_key(Entry::position);
        let numbers: Vec<_> = entries.iter().map(Entry::number).collect();
        assert_eq!(numbers, [1, 2, 9]);
    }
}
