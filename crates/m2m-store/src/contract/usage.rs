//! Tests of counts and notes.

use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use super::{NOW, application, commit, delete, put, stored};
use crate::{
    Backend, Diagnosed, Filter, IssuedCount, List, Refused, ScopeTimes, ScopeUse, SecretUse, Sort,
    UsageBatch, Write,
};

/// Tests that counts add up, applications, secrets and scopes show the time of their last use, and a flood of refusals pushes out its own only.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn usage<B: Backend>(make: impl AsyncFn() -> B) {
    adds_up(&make().await).await;
    keeps_the_last_use(&make().await).await;
    keeps_the_last_use_of_applications_and_scopes(&make().await).await;
    forgets_scopes_that_are_not_assigned(&make().await).await;
    keeps_refusals(&make().await).await;
    a_flood_displaces_only_its_own_entries(&make().await).await;
}

fn issued(client_id: &str, minute: u64, audience: &str, tokens: u64) -> IssuedCount {
    IssuedCount {
        reused: 0,
        beyond_quota: 0,
        ignored: None,
        minute,
        client_id: client_id.into(),
        audience: audience.into(),
        tokens,
    }
}

async fn adds_up(backend: &impl Backend) {
    let minute = NOW.as_seconds() / 60;
    let batch = UsageBatch {
        issued: vec![
            issued("a", minute, "x", 3),
            issued("a", minute, "y", 4),
            issued("a", minute - 1, "x", 50),
            issued("b", minute, "x", 600),
            issued("a", minute, "x", 1),
        ],
        ..UsageBatch::default()
    };
    let since = |minute: u64| UnixTime::from_seconds(minute * 60);
    assert_eq!(backend.tokens_since("a", since(0)).await, Ok(0));
    for times in 1..=2 {
        backend.add_usage(batch.clone()).await.expect("room");
        for (from, tokens) in [
            (since(minute), 8),
            (since(minute).saturating_add_seconds(59), 8),
            (since(minute - 1), 58),
            (since(0), 58),
            (since(minute + 1), 0),
        ] {
            let counted = backend.tokens_since("a", from).await;
            assert_eq!(counted, Ok(tokens * times), "from {from}");
        }
    }
    let nothing = backend.add_usage(UsageBatch::default());
    assert_eq!(nothing.await, Ok(()));
}

async fn keeps_the_last_use(backend: &impl Backend) {
    let used = |client_id: &str, secret_id: &str, seconds| SecretUse {
        client_id: client_id.into(),
        secret_id: secret_id.into(),
        at: NOW.saturating_add_seconds(seconds),
    };
    commit(backend, [put(1, application("a"))]).await;
    for (first, second) in [(5, 7), (6, 3)] {
        let batch = UsageBatch {
            secrets: vec![
                used("a", "1", first),
                used("a", "2", second),
                used("absent", "1", 1),
            ],
            ..UsageBatch::default()
        };
        backend.add_usage(batch).await.expect("room");
    }
    assert_eq!(
        backend.secret_uses("a").await,
        Ok(vec![used("a", "1", 6), used("a", "2", 7)]),
        "the latest use of each secret"
    );
    assert_eq!(backend.secret_uses("absent").await, Ok(Vec::new()));
    commit(backend, [delete(1, "a")]).await;
    assert_eq!(backend.secret_uses("a").await, Ok(Vec::new()));
}

fn at(seconds: u64) -> UnixTime {
    NOW.saturating_add_seconds(seconds)
}

fn scope_used(client_id: &str, audience: &str, scope: Option<&str>, seconds: u64) -> ScopeUse {
    ScopeUse {
        client_id: client_id.into(),
        audience: audience.into(),
        scope: scope.map(Into::into),
        at: at(seconds),
    }
}

/// Returns the applications with their uses, page by page of one: their client ids, their last uses, and the times of their scopes.
async fn used(backend: &impl Backend) -> Vec<(Box<str>, Option<UnixTime>, Vec<ScopeTimes>)> {
    let mut used = Vec::new();
    let mut after = None;
    loop {
        let list = List {
            filter: Filter::All,
            sort: Sort::Age,
            after: after.as_ref(),
            most: 1,
        };
        let page = backend.used_applications(list).await.expect("a page");
        assert_eq!(
            page.scopes_since,
            UnixTime::from_seconds(0),
            "a new registry"
        );
        used.extend(page.applications.into_iter().map(|application| {
            let client_id = application.stored.value.client_id;
            (client_id, application.used_at, application.scopes)
        }));
        after = page.next;
        if after.is_none() {
            return used;
        }
    }
}

fn times(
    audience: &str,
    scope: Option<&str>,
    assigned: Option<u64>,
    used: Option<u64>,
) -> ScopeTimes {
    ScopeTimes {
        audience: audience.into(),
        scope: scope.map(Into::into),
        assigned_at: assigned.map(at),
        used_at: used.map(at),
    }
}

async fn keeps_the_last_use_of_applications_and_scopes(backend: &impl Backend) {
    let with_scopes = application("a").authorized("x", &["read", "write"]);
    commit(backend, [put(1, with_scopes), put(2, application("b"))]).await;
    assert_eq!(
        used(backend).await,
        [
            ("a".into(), None, Vec::new()),
            ("b".into(), None, Vec::new())
        ]
    );
    for (secret, first, second) in [("1", 5, 70), ("2", 6, 3)] {
        let batch = UsageBatch {
            secrets: vec![SecretUse {
                client_id: "a".into(),
                secret_id: secret.into(),
                at: at(first),
            }],
            scopes: vec![
                scope_used("a", "x", Some("read"), first),
                scope_used("a", "x", None, second),
                scope_used("absent", "x", Some("read"), 1),
            ],
            ..UsageBatch::default()
        };
        backend.add_usage(batch).await.expect("room");
    }
    let scopes = vec![
        times("x", None, None, Some(70)),
        times("x", Some("read"), None, Some(6)),
    ];
    assert_eq!(
        used(backend).await,
        [
            ("a".into(), Some(at(6)), scopes),
            ("b".into(), None, Vec::new())
        ],
        "the latest use of each"
    );
    // A use that is written after the application was deleted does not stay, also for an application of the same name.
    commit(backend, [delete(1, "a")]).await;
    let late = UsageBatch {
        scopes: vec![scope_used("a", "x", Some("read"), 9)],
        ..UsageBatch::default()
    };
    backend.add_usage(late).await.expect("room");
    commit(backend, [put(3, application("a"))]).await;
    let again = used(backend).await;
    assert!(again.contains(&("a".into(), None, Vec::new())), "{again:?}");
}

async fn forgets_scopes_that_are_not_assigned(backend: &impl Backend) {
    let assigned = |scopes: &[&str]| application("a").authorized("x", scopes);
    let changed = async |seconds, application| {
        let mut stored = stored(1, application);
        stored.updated_at = at(seconds);
        commit(backend, [Write::PutApplication(Box::new(stored))]).await;
    };
    let scopes = async || used(backend).await.remove(0).2;
    changed(0, assigned(&["read", "write"])).await;
    let batch = UsageBatch {
        scopes: ["read", "write"]
            .map(|scope| scope_used("a", "x", Some(scope), 5))
            .into(),
        ..UsageBatch::default()
    };
    backend.add_usage(batch).await.expect("room");
    changed(10, assigned(&["read", "list"])).await;
    let expected = vec![
        times("x", Some("list"), Some(10), None),
        times("x", Some("read"), None, Some(5)),
    ];
    assert_eq!(scopes().await, expected, "write is not assigned any more");
    changed(20, assigned(&["write", "list"]).authorized("y", &["read"])).await;
    let expected = vec![
        times("x", Some("list"), Some(10), None),
        times("x", Some("write"), Some(20), None),
        times("y", None, Some(20), None),
        times("y", Some("read"), Some(20), None),
    ];
    assert_eq!(scopes().await, expected, "write is assigned again");
    changed(30, application("a")).await;
    assert_eq!(scopes().await, []);
}

fn trace_id(number: u32) -> TraceId {
    TraceId::from_random(u128::from(number).to_be_bytes())
}

fn refused(number: u32, client_id: Option<&str>) -> Refused {
    Refused {
        trace_id: trace_id(number),
        request_id: None,
        time: NOW,
        cause: Cause::SecretWrong,
        client_id: client_id.map(Into::into),
        authenticated: false,
        address: None,
        diagnosis: None,
    }
}

async fn add(backend: &impl Backend, refused: Vec<Refused>) {
    let batch = UsageBatch {
        refused,
        ..UsageBatch::default()
    };
    backend.add_usage(batch).await.expect("room");
}

async fn keeps_refusals(backend: &impl Backend) {
    let full = Refused {
        request_id: RequestId::parse(b"from-the-caller"),
        address: "2001:db8::1".parse().ok(),
        diagnosis: Some("{\"cause\":\"quota-exceeded\"}".into()),
        cause: Cause::QuotaExceeded,
        authenticated: true,
        ..refused(1, Some("a"))
    };
    let bare = refused(2, None);
    assert_eq!(backend.refused(full.trace_id).await, Ok(None));
    add(backend, vec![full.clone(), bare.clone()]).await;
    assert_eq!(backend.refused(full.trace_id).await, Ok(Some(full.clone())));
    assert_eq!(backend.refused(bare.trace_id).await, Ok(Some(bare.clone())));
    // The diagnosis may come later, and changes nothing else.
    let diagnosis = |number: u32| Diagnosed {
        trace_id: trace_id(number),
        diagnosis: "{}".into(),
    };
    let batch = UsageBatch {
        refused: vec![refused(3, None)],
        diagnosed: vec![diagnosis(2), diagnosis(3), diagnosis(4)],
        ..UsageBatch::default()
    };
    backend.add_usage(batch).await.expect("room");
    let diagnosed = Refused {
        diagnosis: Some("{}".into()),
        ..bare
    };
    let kept = backend.refused(diagnosed.trace_id).await;
    assert_eq!(kept, Ok(Some(diagnosed.clone())));
    let with_its_refusal = backend.refused(trace_id(3)).await.expect("an answer");
    assert!(with_its_refusal.is_some_and(|refused| refused.diagnosis.is_some()));
    assert_eq!(
        backend.refused(trace_id(4)).await,
        Ok(None),
        "a diagnosis without a refusal"
    );
    // An entry that was written is not changed.
    let other = Refused {
        cause: Cause::ClientUnknown,
        ..refused(2, None)
    };
    add(backend, vec![other]).await;
    let kept = backend.refused(diagnosed.trace_id).await;
    assert_eq!(kept, Ok(Some(diagnosed)));
}

/// A number of refusals that is greater than any limit for unknown clients.
const FLOOD: u32 = 20_000;

async fn a_flood_displaces_only_its_own_entries(backend: &impl Backend) {
    let of_the_client = Refused {
        authenticated: true,
        ..refused(0, Some("quiet"))
    };
    add(backend, vec![of_the_client]).await;
    // The last of them only name the client whose refusal is kept.
    for (name, first) in [
        (None, 1),
        (Some("loud"), FLOOD + 1),
        (Some("quiet"), 2 * FLOOD + 1),
    ] {
        let flood = (first..first + FLOOD).map(|number| refused(number, name));
        add(backend, flood.collect()).await;
        let there = async |number| {
            let found = backend.refused(trace_id(number)).await;
            found.expect("an answer").is_some()
        };
        assert!(there(0).await, "the refusal of the quiet client");
        assert!(there(first + FLOOD - 1).await, "the latest of the flood");
        assert!(!there(first).await, "the oldest of the flood");
    }
}
