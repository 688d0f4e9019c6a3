//! Tests of the audit log and the log of refused requests, by each field of a query.

use m2m_authority::TraceId;
use m2m_errors::Cause;

use super::{NOW, event};
use crate::{
    Action, Actor, AuditEvent, Backend, Change, EventQuery, RefusalQuery, Refused, Subject,
    UsageBatch,
};

/// Tests the entries of the logs, page by page.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn logs<B: Backend>(make: impl AsyncFn() -> B) {
    lists_events(&make().await).await;
    lists_refusals(&make().await).await;
}

async fn lists_events(backend: &impl Backend) {
    let made = |seconds, actor: &str, subject, name: &str| AuditEvent {
        time: NOW.saturating_add_seconds(seconds),
        actor: Actor::command(actor),
        action: Action::Updated,
        subject,
        ..event(name)
    };
    let events = vec![
        made(1, "m2m apply", Subject::Application, "a"),
        made(2, "operator", Subject::Api, "a"),
        made(3, "operator", Subject::Application, "b"),
        // A clock was set back.
        made(1, "m2m apply", Subject::Application, "a"),
        made(5, "m2m apply", Subject::Maintenance, "on"),
    ];
    let change = Change {
        writes: Vec::new(),
        events: events.clone(),
    };
    let version = super::version(backend).await;
    backend.commit(version, change).await.expect("a change");
    let all = EventQuery {
        most: 9,
        ..EventQuery::default()
    };
    let told = backend.events(all).await.expect("events").entries;
    let numbers: Vec<u64> = told.iter().rev().map(|event| event.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let entries: Vec<_> = told.iter().rev().map(|event| event.entry.clone()).collect();
    assert_eq!(entries, events);

    let [.., second, third, _, _] = *numbers else {
        panic!("expected five events, found {numbers:?}");
    };
    let since = |seconds| Some(NOW.saturating_add_seconds(seconds));
    for (query, expected) in [
        (EventQuery { most: 0, ..all }, &[][..]),
        (EventQuery { most: 2, ..all }, &[5, 4]),
        (
            EventQuery {
                subject: Some(Subject::Application),
                ..all
            },
            &[4, 3, 1],
        ),
        (
            EventQuery {
                subject: Some(Subject::Key),
                ..all
            },
            &[],
        ),
        (
            EventQuery {
                name: Some("a"),
                ..all
            },
            &[4, 2, 1],
        ),
        (
            EventQuery {
                name: Some("A"),
                ..all
            },
            &[],
        ),
        (
            EventQuery {
                actor: Some("operator"),
                ..all
            },
            &[3, 2],
        ),
        (
            EventQuery {
                since: since(2),
                ..all
            },
            &[5, 3, 2],
        ),
        (
            EventQuery {
                since: since(6),
                ..all
            },
            &[],
        ),
        (
            EventQuery {
                before: Some(third),
                ..all
            },
            &[2, 1],
        ),
        (
            EventQuery {
                after: Some(third),
                ..all
            },
            &[5, 4],
        ),
        (
            EventQuery {
                after: Some(second),
                before: Some(third + 1),
                ..all
            },
            &[3],
        ),
        (
            EventQuery {
                before: Some(u64::MAX),
                after: Some(0),
                ..all
            },
            &[5, 4, 3, 2, 1],
        ),
        (
            EventQuery {
                after: Some(u64::MAX),
                ..all
            },
            &[],
        ),
        (
            EventQuery {
                subject: Some(Subject::Application),
                name: Some("a"),
                actor: Some("m2m apply"),
                since: since(1),
                before: Some(third),
                ..all
            },
            &[1],
        ),
    ] {
        let found = backend.events(query).await.expect("events").entries;
        let positions = found.iter().map(|event| {
            1 + numbers
                .iter()
                .position(|own| *own == event.number)
                .unwrap_or(99)
        });
        assert_eq!(positions.collect::<Vec<_>>(), expected, "{query:?}");
    }
}

async fn lists_refusals(backend: &impl Backend) {
    let refused = |number, seconds, client: Option<&str>, cause| Refused {
        trace_id: TraceId::from_random([number; 16]),
        request_id: None,
        time: NOW.saturating_add_seconds(seconds),
        cause,
        client_id: client.map(Into::into),
        address: Some([192, 0, 2, number].into()),
        diagnosis: (number == 1).then(|| "{}".into()),
    };
    let refusals = vec![
        refused(1, 1, Some("a"), Cause::SecretWrong),
        refused(2, 2, Some("b"), Cause::SecretWrong),
        refused(3, 1, Some("a"), Cause::ScopeNotAssigned),
        refused(4, 4, None, Cause::ClientUnknown),
        refused(5, 5, Some("a"), Cause::SecretWrong),
    ];
    // In several batches, as they arrive.
    for refused in refusals.chunks(2) {
        let batch = UsageBatch {
            refused: refused.to_vec(),
            ..UsageBatch::default()
        };
        backend.add_usage(batch).await.expect("room");
    }
    let all = RefusalQuery {
        most: 9,
        ..RefusalQuery::default()
    };
    let told = backend.refusals(all).await.expect("refusals").entries;
    let numbers: Vec<u64> = told.iter().rev().map(|refusal| refusal.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let entries: Vec<_> = told.iter().rev().map(|told| told.entry.clone()).collect();
    assert_eq!(entries, refusals);

    let [_, second, _, fourth, _] = *numbers else {
        panic!("expected five refusals, found {numbers:?}");
    };
    let since = |seconds| Some(NOW.saturating_add_seconds(seconds));
    for (query, expected) in [
        (RefusalQuery { most: 0, ..all }, &[][..]),
        (RefusalQuery { most: 1, ..all }, &[5]),
        (
            RefusalQuery {
                client_id: Some("a"),
                ..all
            },
            &[5, 3, 1],
        ),
        (
            RefusalQuery {
                client_id: Some(""),
                ..all
            },
            &[],
        ),
        (
            RefusalQuery {
                cause: Some(Cause::SecretWrong),
                ..all
            },
            &[5, 2, 1],
        ),
        (
            RefusalQuery {
                cause: Some(Cause::ClientUnknown),
                ..all
            },
            &[4],
        ),
        (
            RefusalQuery {
                since: since(2),
                ..all
            },
            &[5, 4, 2],
        ),
        (
            RefusalQuery {
                since: since(9),
                ..all
            },
            &[],
        ),
        (
            RefusalQuery {
                before: Some(second),
                ..all
            },
            &[1],
        ),
        (
            RefusalQuery {
                after: Some(fourth),
                ..all
            },
            &[5],
        ),
        (
            RefusalQuery {
                client_id: Some("a"),
                cause: Some(Cause::SecretWrong),
                since: since(1),
                after: Some(second),
                ..all
            },
            &[5],
        ),
    ] {
        let found = backend.refusals(query).await.expect("refusals").entries;
        let positions = found.iter().map(|told| {
            1 + numbers
                .iter()
                .position(|own| *own == told.number)
                .unwrap_or(99)
        });
        assert_eq!(positions.collect::<Vec<_>>(), expected, "{query:?}");
    }
}
