//! The log: one line of JSON on standard error for each entry. Never a secret, never a token.

use m2m_authority::RecordedClientId;
use m2m_authority::flow::RefusedEvent;
use serde_json::{Value, json};

use super::Entry;
use crate::timestamp::rfc3339;
use crate::{clock, output};

/// Writes the entry.
pub(crate) fn log(entry: Entry) {
    output::log_line(&line(&entry));
}

fn line(entry: &Entry) -> Value {
    match entry {
        Entry::Refused(event) => refused(event),
        Entry::Diagnosed {
            trace_id,
            diagnosis,
        } => json!({
            "time": rfc3339(clock::now()),
            "event": "diagnosed",
            "trace_id": trace_id.to_string(),
            "cause": diagnosis.cause.id(),
            "evidence": diagnosis.evidence.iter().map(|evidence| evidence.text(rfc3339)).collect::<Vec<_>>(),
            "fixes": diagnosis.fixes.iter().map(|fix| json!({"text": &*fix.text, "command": fix.command.as_deref()})).collect::<Vec<_>>(),
        }),
        Entry::Stopped {
            issued,
            refused,
            dropped,
        } => json!({
            "time": rfc3339(clock::now()),
            "event": "stopped",
            "issued": issued,
            "refused": refused,
            "dropped": dropped,
        }),
    }
}

fn refused(event: &RefusedEvent) -> Value {
    let client_id = match &event.client_id {
        RecordedClientId::None => None,
        RecordedClientId::Known(_)
        | RecordedClientId::Unknown(_)
        | RecordedClientId::Withheld { .. } => Some(event.client_id.to_string()),
    };
    json!({
        "time": rfc3339(event.time),
        "event": "refused",
        "trace_id": event.trace_id.to_string(),
        "request_id": event.request_id.as_ref().map(|request_id| request_id.as_str()),
        "cause": event.cause.id(),
        "fault": event.cause.entry().fault.as_str(),
        "client_id": client_id,
        "address": event.address,
    })
}
