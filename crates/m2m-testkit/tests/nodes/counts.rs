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

#[tokio::test]
async fn quotas_of_a_thousand_applications_are_exact_at_once() {
    const APPLICATIONS: usize = 1_000;
    const QUOTA: usize = 5;
    let nodes = Nodes::standard().await;
    let now = nodes.now();
    let mut entries = Vec::new();
    for number in 0..APPLICATIONS {
        let client_id = format!("application-{number}");
        let mut application = m2m_authority::registry::Application::new(&client_id, &client_id);
        application.spec.token_quota = Some(Quota {
            tokens: u64::try_from(QUOTA).unwrap(),
            per: Period::from_seconds(3600).expect("a window"),
            mode: QuotaMode::Enforce,
        });
        let mut name = [0; 10];
        name[..8].copy_from_slice(&number.to_be_bytes());
        let id = m2m_store::RecordId::new(World::BEGINNING, name);
        let stored = m2m_store::Stored::new(id, application, World::BEGINNING);
        crate::nodes::commit(&*nodes.near, Write::PutApplication(Box::new(stored)))
            .await
            .unwrap();
        entries.push(entry(&nodes.near, &client_id, now).await.unwrap().unwrap());
    }
    let issued: Vec<Vec<usize>> = std::thread::scope(|scope| {
        let ask = || {
            let mut own = vec![0; APPLICATIONS];
            // Each thread asks more often than the quota allows, so that all of them compete for the last token.
            for _ in 0..=QUOTA {
                for (own, entry) in own.iter_mut().zip(&entries) {
                    if let Ok(reservation) = entry.meter(now).take() {
                        reservation.keep();
                        *own += 1;
                    }
                }
            }
            own
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for (number, entry) in entries.iter().enumerate() {
        let tokens: usize = issued.iter().map(|own| own[number]).sum();
        assert_eq!(tokens, QUOTA, "application {number}");
        assert!(entry.meter(now).take().is_err());
        let next_window = now.saturating_add_seconds(3600);
        assert!(entry.meter(next_window).take().is_ok());
    }
}
