//! The log: one line of JSON on standard error for each entry. It contains no secrets and no tokens.

use std::borrow::Cow;
use std::sync::mpsc::channel;
use std::time::Duration;

use m2m_authority::{RecordedClientId, RequestId, redacted};
use m2m_explain::{evidence_text, observations};
use m2m_host::timestamp::rfc3339;
use m2m_host::{clock, output};
use m2m_store::{AuditEvent, Settled};
use serde_json::{Value, json};

use crate::{Dropped, Entry, Refused, StoreReport, Summary};

/// Writes the entry.
pub fn log(entry: Entry) {
    output::log_line(&line(&entry));
}

/// Writes the last entry, but does not wait for long: a pipe that is not read must not keep the process.
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

/// The time within which the last line has to be written.
const LAST_LINE_TIME: Duration = Duration::from_secs(1);

/// Returns the line of an entry.
pub(crate) fn line(entry: &Entry) -> Value {
    match entry {
        Entry::Refused(event) => refused(event),
        Entry::Summary(counted) => summary(counted),
        Entry::Changed(event) => changed(event),
        Entry::ChangedOthers { last, more } => json!({
            "time": rfc3339(last.time),
            "event": "changed",
            "actor": redacted(&last.actor.name),
            "trace_id": last.actor.trace_id.map(|trace_id| trace_id.to_string()),
            "other_records": more,
        }),
        Entry::Diagnosed {
            trace_id,
            diagnosis,
            remedies,
        } => {
            let evidence = observations(diagnosis).into_iter();
            json!({
                "time": rfc3339(clock::now()),
                "event": "diagnosed",
                "trace_id": trace_id.to_string(),
                "cause": diagnosis.cause.id(),
                "client_id": diagnosis.client_id.as_deref().map(redacted),
                "evidence": evidence.map(|observation| observation.text).collect::<Vec<_>>(),
                "fixes": remedies,
            })
        }
        Entry::TestToken { event, operator } => json!({
            "time": rfc3339(event.time),
            "event": "issued",
            "test_token": true,
            "operator": &**operator,
            "client_id": &*event.client_id,
            "audiences": event.audiences.iter().map(|audience| &**audience).collect::<Vec<_>>(),
        }),
        Entry::Issued(total) => json!({
            "time": rfc3339(clock::now()),
            "event": "issued",
            "client_id": total.client_id,
            "tokens": total.tokens,
            "reused": Some(total.reused).filter(|reused| *reused > 0),
            "beyond_quota": Some(total.beyond_quota).filter(|beyond| *beyond > 0),
            // A token for each call costs the caller a request, and the server a signature, that a kept token saves.
            "asks_often": total.is_frequent().then_some(true),
            "ignored": total.ignored.map(|it| evidence_text(&it.into())),
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
        Entry::Store(StoreReport::Failed {
            access,
            error,
            more,
        }) => json!({
            "time": rfc3339(clock::now()),
            "event": "store_failed",
            "kind": error.kind().as_str(),
            "access": access.as_str(),
            "why": error.to_string(),
            "more": more,
        }),
        Entry::Store(StoreReport::Settled(Settled {
            trace_id,
            name,
            made,
            ..
        })) => json!({
            "time": rfc3339(clock::now()),
            "event": "change_settled",
            "trace_id": trace_id.map(|trace_id| trace_id.to_string()),
            "name": redacted(name),
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

fn counts(dropped: &Dropped) -> Value {
    json!({
        "of_known_clients": dropped.of_known_clients,
        "of_others": dropped.of_others,
        "diagnoses": dropped.diagnoses,
        "unkept": dropped.unkept,
        "lines": dropped.lines,
    })
}

fn refused(refused: &Refused) -> Value {
    let event = &refused.event;
    let client_id = (event.client_id != RecordedClientId::None)
        .then(|| redacted(&event.client_id.to_string()).into_owned());
    let mut line = json!({
        "time": rfc3339(event.time),
        "event": "refused",
        "trace_id": event.trace_id.to_string(),
        "request_id": clean(event.request_id.as_ref()).map(RequestId::as_str),
        "cause": event.cause.id(),
        "fault": event.cause.entry().fault.as_str(),
        "client_id": client_id,
        "address": event.address,
    });
    if let (Some(operator), Some(line)) = (&event.operator, line.as_object_mut()) {
        line.insert("test_token".to_owned(), true.into());
        line.insert("operator".to_owned(), redacted(operator).into());
    }
    if let (Some(operation), Some(line)) = (&refused.operation, line.as_object_mut()) {
        line.insert("operation".to_owned(), operation.operation.into());
        line.insert("status".to_owned(), operation.status.into());
        line.insert("code".to_owned(), (*operation.code).into());
        line.insert("why".to_owned(), operation.reason.as_deref().into());
    }
    line
}

/// Returns the name of a request, unless it is a credential.
pub(crate) fn clean(request_id: Option<&RequestId>) -> Option<&RequestId> {
    request_id.filter(|request_id| matches!(redacted(request_id.as_str()), Cow::Borrowed(_)))
}

fn summary(summary: &Summary) -> Value {
    json!({
        "time": rfc3339(clock::now()),
        "event": "refused",
        "cause": summary.cause.id(),
        "fault": summary.cause.entry().fault.as_str(),
        "client_id": summary.client_id.as_deref().map(redacted),
        "addresses": summary.block.map_or_else(|| "other".to_owned(), |block| block.to_string()),
        "caller": summary.caller.as_str(),
        "count": summary.count,
    })
}

fn changed(event: &AuditEvent) -> Value {
    json!({
        "time": rfc3339(event.time),
        "event": "changed",
        "action": event.action.as_str(),
        "subject": event.subject.as_str(),
        "name": redacted(&event.name),
        "actor": redacted(&event.actor.name),
        "trace_id": event.actor.trace_id.map(|trace_id| trace_id.to_string()),
        "address": event.actor.address,
    })
}
