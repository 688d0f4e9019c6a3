//! Tests of counts and notes.

use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use super::{NOW, application, commit, delete, put};
use crate::{Backend, Diagnosed, IssuedCount, Refused, SecretUse, UsageBatch};

/// Tests that counts add up, secrets show the time of their last use, and a flood of refusals pushes out its own only.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn usage<B: Backend>(make: impl AsyncFn() -> B) {
    adds_up(&make().await).await;
    keeps_the_last_use(&make().await).await;
    keeps_refusals(&make().await).await;
    a_flood_displaces_only_its_own_entries(&make().await).await;
}

fn issued(client_id: &str, minute: u64, audience: &str, tokens: u64) -> IssuedCount {
    IssuedCount {
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
