//! Tests of revocations.

use m2m_jwt::UnixTime;

use super::{NOW, event, told};
use crate::{Backend, Revocation, RevokedToken};

/// Tests that a token is revoked until it has expired, and that nodes can read what others revoked.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn revocations<B: Backend>(make: impl AsyncFn() -> B) {
    until_they_expire(&make().await).await;
    have_an_event_each(&make().await).await;
    are_read_in_order(&make().await).await;
}

fn later(seconds: u64) -> UnixTime {
    NOW.saturating_add_seconds(seconds)
}

fn revocation(jwt_id: &str, expires_at: UnixTime) -> Revocation {
    Revocation {
        token: RevokedToken::of(jwt_id),
        expires_at,
        is_by_operator: false,
        event: Some(event(jwt_id)),
    }
}

async fn revoke(backend: &impl Backend, jwt_id: &str, expires_at: UnixTime, now: UnixTime) {
    let revocations = vec![revocation(jwt_id, expires_at)];
    assert_eq!(backend.revoke(revocations, now).await, Ok(1), "{jwt_id}");
}

async fn is_revoked(backend: &impl Backend, jwt_id: &str) -> bool {
    let answer = backend.is_revoked(RevokedToken::of(jwt_id)).await;
    answer.expect("an answer")
}

async fn until_they_expire(backend: &impl Backend) {
    assert!(!is_revoked(backend, "a").await);
    revoke(backend, "a", later(60), NOW).await;
    assert!(is_revoked(backend, "a").await);
    assert!(!is_revoked(backend, "A").await);
    // Again, with another time of expiry: the revocation stays until the later one.
    revoke(backend, "a", later(30), NOW).await;
    revoke(backend, "b", later(99), later(59)).await;
    assert!(is_revoked(backend, "a").await);
    assert_eq!(backend.forget_revocations(later(59)).await, Ok(0));
    assert_eq!(backend.forget_revocations(later(60)).await, Ok(1));
    // A token that has expired already needs no revocation.
    revoke(backend, "c", NOW, NOW).await;
    assert!(is_revoked(backend, "b").await);
    let kept = backend.revocations_after(0).await.expect("revocations");
    assert_eq!(kept.entries, [(RevokedToken::of("b"), later(99))]);
}

async fn have_an_event_each(backend: &impl Backend) {
    let many = ["a", "b", "a"].map(|jwt_id| revocation(jwt_id, later(60)));
    assert_eq!(backend.revoke(many.into(), NOW).await, Ok(3));
    let events = told(backend, 9).await;
    let names: Vec<_> = events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["b", "a"], "once for each token");
}

async fn are_read_in_order(backend: &impl Backend) {
    let first = backend.revocations_after(0).await.expect("no revocations");
    assert!(first.entries.is_empty());
    revoke(backend, "a", later(60), NOW).await;
    let page = backend.revocations_after(first.last).await.expect("one");
    assert_eq!(page.entries, [(RevokedToken::of("a"), later(60))]);
    // A number is not used again, or a node would miss what has it.
    assert_eq!(backend.forget_revocations(later(60)).await, Ok(1));
    revoke(backend, "b", later(99), NOW).await;
    let next = backend.revocations_after(page.last).await.expect("another");
    assert_eq!(next.entries, [(RevokedToken::of("b"), later(99))]);
    let nothing = backend.revocations_after(next.last).await.expect("an end");
    assert_eq!((nothing.entries.len(), nothing.last), (0, next.last));
}
