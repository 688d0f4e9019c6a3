//! The log: one line of JSON on standard error for each entry. Never a secret, never a token.

use std::sync::mpsc::channel;
use std::time::Duration;

use m2m_authority::RecordedClientId;
use m2m_authority::diagnose::{Diagnosis, Evidence, Fix};
use m2m_authority::flow::RefusedEvent;
use m2m_store::{Access, Settled};
use serde_json::{Value, json};

use super::{Dropped, Entry};
use crate::store_health::StoreNews;
use crate::timestamp::rfc3339;
use crate::{clock, output};

/// Writes the entry.
pub(crate) fn log(entry: Entry) {
    output::log_line(&line(&entry));
}

/// Writes the last entry, but does not wait for long: a pipe that nobody reads must not keep the process.
pub(crate) fn log_last(entry: Entry) {
    let (writing, written) = channel::<()>();
    // Without a thread the line is lost, and nothing else.
    let _ = std::thread::Builder::new()
        .name("last line".to_owned())
        .spawn(move || {
            log(entry);
            drop(writing);
        });
    let _ = written.recv_timeout(LAST_LINE_TIME);
}

/// How long the last line may take.
const LAST_LINE_TIME: Duration = Duration::from_secs(1);

fn line(entry: &Entry) -> Value {
    match entry {
        Entry::Refused(event) => refused(event),
        Entry::Diagnosed {
            trace_id,
            diagnosis: found,
        } => {
            let Diagnosis {
                cause,
                evidence,
                fixes,
                ..
            } = found;
            json!({
                "time": rfc3339(clock::now()),
                "event": "diagnosed",
                "trace_id": trace_id.to_string(),
                "cause": cause.id(),
                "evidence": texts(evidence),
                "fixes": steps(fixes),
            })
        }
        Entry::TestToken { event, operator } => json!({
            "time": rfc3339(event.time),
            "event": "issued",
            "door": TEST,
            "operator": &**operator,
            "client_id": &*event.client_id,
            "audiences": event.audiences.iter().map(|audience| &**audience).collect::<Vec<_>>(),
        }),
        Entry::Issued { client_id, tokens } => json!({
            "time": rfc3339(clock::now()),
            "event": "issued",
            "client_id": client_id,
            "tokens": tokens,
        }),
        Entry::IssuedToOthers {
            applications,
            tokens,
        } => json!({
            "time": rfc3339(clock::now()),
            "event": "issued",
            "other_applications": applications,
            "tokens": tokens,
        }),
        Entry::Store(StoreNews::Failed {
            access,
            error,
            more,
        }) => json!({
            "time": rfc3339(clock::now()),
            "event": "store_failed",
            "kind": error.kind().as_str(),
            "access": match access {
                Access::Read => "read",
                Access::Write => "write",
            },
            "why": error.to_string(),
            "more": more,
        }),
        Entry::Store(StoreNews::Settled(Settled {
            trace_id,
            name,
            made,
            ..
        })) => json!({
            "time": rfc3339(clock::now()),
            "event": "change_settled",
            "trace_id": trace_id.map(|trace_id| trace_id.to_string()),
            "name": name,
            "made": made,
        }),
        Entry::Dropped(dropped) => json!({
            "time": rfc3339(clock::now()),
            "event": "dropped",
            "dropped": counts(dropped),
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
            "dropped": counts(dropped),
        }),
    }
}

/// What was found out of a refusal, as the store keeps it.
pub(super) fn diagnosis(diagnosis: &Diagnosis) -> Value {
    json!({
        "cause": diagnosis.cause.id(),
        "evidence": texts(&diagnosis.evidence),
        "fixes": steps(&diagnosis.fixes),
    })
}

fn texts(evidence: &[Evidence]) -> Vec<String> {
    let texts = evidence.iter().map(|evidence| evidence.text(rfc3339));
    texts.collect()
}

fn steps(fixes: &[Fix]) -> Vec<Value> {
    let step = |fix: &Fix| json!({"text": &*fix.text, "command": fix.command.as_deref()});
    fixes.iter().map(step).collect()
}

fn counts(dropped: &Dropped) -> Value {
    json!({
        "of_known_clients": dropped.of_known_clients,
        "of_others": dropped.of_others,
        "diagnoses": dropped.diagnoses,
        "unkept": dropped.unkept,
    })
}

fn refused(event: &RefusedEvent) -> Value {
    let client_id =
        (event.client_id != RecordedClientId::None).then(|| event.client_id.to_string());
    let mut line = json!({
        "time": rfc3339(event.time),
        "event": "refused",
        "trace_id": event.trace_id.to_string(),
        "request_id": event.request_id.as_ref().map(|request_id| request_id.as_str()),
        "cause": event.cause.id(),
        "fault": event.cause.entry().fault.as_str(),
        "client_id": client_id,
        "address": event.address,
    });
    if let (Some(operator), Some(line)) = (&event.operator, line.as_object_mut()) {
        line.insert("door".to_owned(), TEST.into());
        line.insert("operator".to_owned(), (**operator).into());
    }
    line
}

/// The door of a request that an operator made in the name of an application.
const TEST: &str = "test";
