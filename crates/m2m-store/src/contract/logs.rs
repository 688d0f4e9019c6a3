//! Tests of the audit log, by each field of a query.

use super::{NOW, event};
use crate::{Action, Actor, AuditEvent, Backend, Change, EventQuery, Subject};

/// Tests the entries of the audit log, page by page.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn logs<B: Backend>(make: impl AsyncFn() -> B) {
    lists_events(&make().await).await;
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
    let at = |seconds| Some(NOW.saturating_add_seconds(seconds));
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
                since: at(2),
                ..all
            },
            &[5, 3, 2],
        ),
        (
            EventQuery {
                since: at(6),
                ..all
            },
            &[],
        ),
        (
            EventQuery {
                until: at(2),
                ..all
            },
            &[4, 2, 1],
        ),
        (
            EventQuery {
                since: at(2),
                until: at(3),
                ..all
            },
            &[3, 2],
        ),
        (
            EventQuery {
                until: at(0),
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
                since: at(1),
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
