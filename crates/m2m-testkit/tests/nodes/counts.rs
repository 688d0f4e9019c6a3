//! Counts of tokens, and quotas.

use m2m_authority::registry::{Period, Quota, QuotaMode};
use m2m_errors::Cause;
use m2m_store::{Backend as _, UsageBatch, Write};
use m2m_testkit::{Delivery, MemoryBackend, ORDERS, PLAIN_ID, World};

use crate::nodes::{Node, Nodes, ask, changed, entry, open};

async fn with_quota(backend: &MemoryBackend, tokens: u64, window_seconds: u64) -> Write {
    changed(backend, PLAIN_ID, |application| {
        application.spec.token_quota = Some(Quota {
            tokens,
            per: Period::from_seconds(window_seconds).expect("a window"),
            mode: QuotaMode::Enforce,
        });
    })
    .await
}

/// Writes the counts of a node to the registry.
async fn flush(node: &Node, nodes: &Nodes) {
    let batch = node.take_usage(nodes.now());
    node.backend().add_usage(batch).await.unwrap();
}

#[tokio::test]
async fn tokens_and_secrets_are_counted_even_if_the_application_is_forgotten() {
    let mut nodes = Nodes::standard().await;
    let now = nodes.now();
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    let held = entry(&nodes.near, PLAIN_ID, now).await.unwrap().unwrap();
    held.secret_used(0, now);
    let change = with_quota(nodes.near.backend(), 100, 3600).await;
    nodes.change(change, Delivery::Never).await;
    let (orders, _) = held.policy().targets().find(ORDERS).unwrap();
    held.count(orders);
    drop(held);
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    let UsageBatch {
        issued, secrets, ..
    } = nodes.near.take_usage(now);
    assert!(issued.iter().all(|issued| &*issued.audience == ORDERS));
    assert_eq!(issued.iter().map(|issued| issued.tokens).sum::<u64>(), 3);
    assert_eq!(secrets.len(), 1);
    assert_eq!((&*secrets[0].secret_id, secrets[0].at), ("current", now));
}

#[tokio::test]
async fn a_change_does_not_reset_a_quota() {
    let mut nodes = Nodes::standard().await;
    let change = with_quota(nodes.near.backend(), 2, 3600).await;
    nodes.change(change, Delivery::Never).await;
    let now = nodes.now();
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    let change = changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.spec.name = "Another name".into();
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::QuotaExceeded));
}

#[tokio::test]
async fn a_new_quota_counts_the_tokens_already_issued() {
    let mut nodes = Nodes::standard().await;
    let change = with_quota(nodes.near.backend(), 2, 3600).await;
    nodes.change(change, Delivery::Never).await;
    let now = nodes.now();
    for _ in 0..2 {
        assert_eq!(ask(&nodes.near, now).await, Ok(()));
    }
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::QuotaExceeded));
    let change = with_quota(nodes.near.backend(), 3, 3600).await;
    nodes.change(change, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::QuotaExceeded));
    // Windows of another length have a count of their own, which begins with the written counts.
    flush(&nodes.near, &nodes).await;
    let change = with_quota(nodes.near.backend(), 4, 86_400).await;
    nodes.change(change, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::QuotaExceeded));
}

#[tokio::test]
async fn after_a_restart_a_quota_continues_from_the_stored_count() {
    let mut nodes = Nodes::standard().await;
    let change = with_quota(nodes.near.backend(), 3, 3600).await;
    nodes.change(change, Delivery::Never).await;
    let now = nodes.now();
    for _ in 0..2 {
        assert_eq!(ask(&nodes.near, now).await, Ok(()));
    }
    flush(&nodes.near, &nodes).await;
    let limits = m2m_store::CacheLimits::DEFAULT;
    let restarted = open(nodes.near.backend().node(), limits).await;
    assert_eq!(ask(&restarted, now).await, Ok(()));
    assert_eq!(ask(&restarted, now).await, Err(Cause::QuotaExceeded));
    restarted
        .refresh(m2m_store::Uptime::new(core::time::Duration::from_secs(
            3600,
        )))
        .await
        .unwrap();
    let next_window = World::BEGINNING.saturating_add_seconds(3600);
    assert_eq!(ask(&restarted, next_window).await, Ok(()));
}

#[tokio::test]
async fn tokens_issued_without_a_quota_count_for_a_later_one() {
    let mut nodes = Nodes::standard().await;
    let now = nodes.now();
    let set = with_quota(nodes.near.backend(), 2, 3600).await;
    nodes.change(set.clone(), Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    let unset = changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.spec.token_quota = None;
    })
    .await;
    nodes.change(unset, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    flush(&nodes.near, &nodes).await;
    nodes.change(set, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::QuotaExceeded));
}
