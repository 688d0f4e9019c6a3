//! Revocations on several nodes.

use m2m_errors::Cause;
use m2m_store::{Backend as _, CacheLimits, Revocation, RevokedToken, StoreError};
use m2m_testkit::Trouble;

use crate::nodes::{Nodes, event, open, uptime_at};

fn revocation(jwt_id: &str, nodes: &Nodes, seconds: u64) -> Revocation {
    Revocation {
        token: RevokedToken::of(jwt_id),
        expires_at: nodes.now().saturating_add_seconds(seconds),
        is_by_operator: false,
        event: Some(event()),
    }
}

#[tokio::test]
async fn x14_a_token_is_revoked_at_once_on_its_node_and_soon_on_the_others() {
    let mut nodes = Nodes::standard().await;
    let (now, uptime) = (nodes.now(), nodes.uptime());
    let one = revocation("one", &nodes, 600);
    assert_eq!(nodes.near.revoke_token(one, now, uptime).await, Ok(()));
    assert!(nodes.near.is_token_revoked("one"));
    assert!(!nodes.near.is_token_revoked("another"));
    nodes.pass(2_000).await;
    assert!(nodes.far.is_token_revoked("one"));
    // A node that starts later knows it before it answers anything.
    let later = open(nodes.near.backend().node(), CacheLimits::DEFAULT).await;
    assert!(later.is_token_revoked("one"));
}

#[tokio::test]
async fn x13_a_revocation_that_is_not_written_is_not_acknowledged() {
    let nodes = Nodes::standard().await;
    let (now, uptime) = (nodes.now(), nodes.uptime());
    nodes.near.backend().set_trouble(Trouble::ReadOnly);
    let one = revocation("one", &nodes, 600);
    let outcome = nodes.near.revoke_token(one.clone(), now, uptime).await;
    assert!(outcome.is_err());
    assert!(!nodes.near.is_token_revoked("one"));
    nodes.near.backend().set_trouble(Trouble::None);
    assert_eq!(nodes.near.revoke_token(one, now, uptime).await, Ok(()));
}

#[tokio::test]
async fn g7_a_revocation_beyond_the_maximum_is_refused_and_none_is_forgotten() {
    let nodes = Nodes::standard().await;
    let (now, uptime) = (nodes.now(), nodes.uptime());
    let many = (0..10_000).map(|number| revocation(&number.to_string(), &nodes, 600));
    let many: Vec<_> = many.collect();
    assert_eq!(nodes.near.revoke(many, now).await, Ok(10_000));
    let one = revocation("one", &nodes, 600);
    let full = nodes.near.revoke_token(one, now, uptime).await;
    let error = full.expect_err("there is no more room");
    assert_eq!(error.cause(), Cause::TooManyRevocations);
    assert_eq!(error.cause().id(), "too-many-revocations");
    assert!(!nodes.near.is_token_revoked("one"));
    // One that is revoked already needs no room.
    let again = revocation("7", &nodes, 600);
    let revoked = nodes.near.revoke_token(again, now, uptime).await;
    assert_eq!(revoked, Ok(()));
    assert_eq!(nodes.near.revoked_tokens(), 10_000);
}

#[tokio::test]
async fn a_revocation_is_forgotten_when_its_token_has_expired() {
    let mut nodes = Nodes::standard().await;
    let (now, uptime) = (nodes.now(), nodes.uptime());
    for (jwt_id, seconds) in [("short", 100), ("long", 1_000)] {
        let revocation = revocation(jwt_id, &nodes, seconds);
        let revoked = nodes.near.revoke_token(revocation, now, uptime).await;
        assert_eq!(revoked, Ok(()));
    }
    for (seconds, kept) in [(99, 2), (100, 1), (999, 1), (1_000, 0)] {
        let now = now.saturating_add_seconds(seconds);
        // Each call goes through a part of them.
        for _ in 0..16 {
            let forgotten = nodes.near.forget_revocations(now, uptime_at(now)).await;
            assert_eq!(forgotten, Ok(()));
        }
        assert_eq!(nodes.near.revoked_tokens(), kept, "{seconds}");
    }
    nodes.pass(2_000).await;
    let new = open(nodes.near.backend().node(), CacheLimits::DEFAULT).await;
    assert_eq!(new.revoked_tokens(), 0, "the store has forgotten them too");
}

#[tokio::test]
async fn revocations_of_many_requests_are_written_together_and_none_is_lost() {
    let nodes = Nodes::standard().await;
    let (now, uptime) = (nodes.now(), nodes.uptime());
    let revoked = |number: usize| {
        let one = revocation(&number.to_string(), &nodes, 600);
        let near = &nodes.near;
        async move {
            // Some callers do not wait for the answer.
            let mut revoking = Box::pin(near.revoke_token(one, now, uptime));
            if number.is_multiple_of(5) {
                let once = core::future::poll_fn(|context| {
                    let _ = revoking.as_mut().poll(context);
                    core::task::Poll::Ready(())
                });
                once.await;
                return Ok(());
            }
            revoking.await
        }
    };
    let mut all = Vec::new();
    for number in 0..200 {
        all.push(revoked(number));
    }
    for outcome in join_all(all).await {
        assert_eq!(outcome, Ok::<(), StoreError>(()));
    }
    let waited_for = (0..200_usize).filter(|number| !number.is_multiple_of(5));
    for number in waited_for {
        assert!(nodes.near.is_token_revoked(&number.to_string()), "{number}");
    }
}

/// Drives all futures to their ends, together.
async fn join_all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outcomes = Vec::new();
    core::future::poll_fn(|context| {
        running.retain_mut(|future| match future.as_mut().poll(context) {
            core::task::Poll::Ready(outcome) => {
                outcomes.push(outcome);
                false
            }
            core::task::Poll::Pending => true,
        });
        if running.is_empty() {
            core::task::Poll::Ready(())
        } else {
            core::task::Poll::Pending
        }
    })
    .await;
    outcomes
}
