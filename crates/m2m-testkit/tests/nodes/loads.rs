//! Changes and requests while an entry is being loaded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use m2m_authority::registry::{Quota, QuotaMode};
use m2m_store::{CacheLimits, CachedApplication, Lookup, StoreError, Uptime, Write};
use m2m_testkit::{BILLING, Delivery, PLAIN_ID, Trouble, World};
use tokio::task::{JoinHandle, yield_now};

use crate::nodes::{Node, Nodes, changed, changed_orders, commit, created, entry, standard_node};

type Loaded = Result<Option<Arc<CachedApplication>>, StoreError>;

/// Begins a load, and runs it as far as possible.
async fn begin(node: &Node, client_id: &'static str) -> JoinHandle<Loaded> {
    let own = Arc::clone(node);
    let load = tokio::spawn(async move { own.load(client_id, World::BEGINNING).await });
    for _ in 0..10 {
        yield_now().await;
    }
    load
}

/// Returns a change of a record that a test can recognize by its mark.
async fn marked(node: &Node, mark: u64) -> Write {
    changed(node.backend(), PLAIN_ID, |application| {
        application.spec.token_quota = Some(Quota {
            tokens: mark,
            per: "1s".parse().expect("a second"),
            mode: QuotaMode::Warn,
        });
    })
    .await
}

fn mark(entry: &CachedApplication) -> Option<u64> {
    entry.policy().quota().map(|quota| quota.tokens)
}

#[tokio::test]
async fn an_application_changed_during_a_read_is_not_served_stale() {
    let mut nodes = Nodes::standard().await;
    nodes.far.backend().hold_reads();
    let load = begin(&nodes.far, PLAIN_ID).await;
    let waiting = begin(&nodes.far, PLAIN_ID).await;
    let change = marked(&nodes.near, 7).await;
    nodes
        .change(change, Delivery::After { milliseconds: 0 })
        .await;
    nodes.pass(100).await;
    nodes.far.backend().release_reads();
    for load in [load, waiting] {
        let loaded = load.await.unwrap().unwrap().unwrap();
        assert_eq!(mark(&loaded), Some(7));
    }
    let held = entry(&nodes.far, PLAIN_ID, nodes.now()).await.unwrap();
    assert_eq!(mark(&held.unwrap()), Some(7));
}

#[tokio::test]
async fn an_application_created_during_a_lookup_is_found_afterwards() {
    let mut nodes = Nodes::standard().await;
    nodes.far.backend().hold_reads();
    let load = begin(&nodes.far, "new").await;
    let waiting = begin(&nodes.far, "new").await;
    nodes
        .change(created("new"), Delivery::After { milliseconds: 0 })
        .await;
    nodes.pass(100).await;
    nodes.far.backend().release_reads();
    for load in [load, waiting] {
        assert!(load.await.unwrap().unwrap().is_some());
    }
    assert!(matches!(
        nodes.far.look_up("new", nodes.uptime()),
        Lookup::Hit(_)
    ));
}

#[tokio::test]
async fn an_api_changed_during_a_read_of_an_application_takes_effect() {
    let mut nodes = Nodes::standard().await;
    nodes.far.backend().hold_reads();
    let load = begin(&nodes.far, PLAIN_ID).await;
    let waiting = begin(&nodes.far, PLAIN_ID).await;
    let change = changed_orders(nodes.near.backend(), |api| api.scopes.clear()).await;
    nodes
        .change(change, Delivery::After { milliseconds: 0 })
        .await;
    nodes.pass(100).await;
    nodes.far.backend().release_reads();
    for load in [load, waiting] {
        let loaded = load.await.unwrap().unwrap().unwrap();
        let targets = loaded.policy().targets();
        let (_, orders) = targets.find(m2m_testkit::ORDERS).unwrap();
        assert_eq!(orders.scopes().count(), 0);
    }
}

#[tokio::test]
async fn concurrent_requests_for_one_client_id_share_one_read() {
    let nodes = Nodes::standard().await;
    for client_id in [PLAIN_ID, "absent"] {
        let before = nodes.far.backend().finds();
        nodes.far.backend().hold_reads();
        let mut loads = Vec::new();
        for _ in 0..20 {
            loads.push(begin(&nodes.far, client_id).await);
        }
        nodes.far.backend().release_reads();
        for load in loads {
            assert_eq!(
                load.await.unwrap().unwrap().is_some(),
                client_id == PLAIN_ID
            );
        }
        assert_eq!(nodes.far.backend().finds(), before + 1, "{client_id}");
    }
}

#[tokio::test]
async fn requests_that_waited_for_a_failed_read_do_not_retry_in_turn() {
    let nodes = Nodes::standard().await;
    let before = nodes.far.backend().finds();
    nodes.far.backend().hold_reads();
    let mut loads = Vec::new();
    for _ in 0..20 {
        loads.push(begin(&nodes.far, PLAIN_ID).await);
    }
    nodes.far.backend().set_trouble(Trouble::Busy);
    nodes.far.backend().release_reads();
    for load in loads {
        assert_eq!(load.await.unwrap().unwrap_err(), StoreError::Busy);
    }
    assert_eq!(nodes.far.backend().finds(), before + 1);
    nodes.far.backend().set_trouble(Trouble::None);
    let loaded = begin(&nodes.far, PLAIN_ID).await.await.unwrap();
    assert!(loaded.unwrap().is_some());
}

#[tokio::test]
async fn a_canceled_read_leaves_the_right_to_read_to_others() {
    let nodes = Nodes::standard().await;
    nodes.far.backend().hold_reads();
    let gone = begin(&nodes.far, PLAIN_ID).await;
    let waiting = begin(&nodes.far, PLAIN_ID).await;
    gone.abort();
    nodes.far.backend().release_reads();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert!(waiting.await.unwrap().unwrap().is_some());
}

#[tokio::test]
async fn random_client_ids_evict_no_application() {
    let limits = CacheLimits {
        applications: 200,
        absent: 10,
        ..CacheLimits::DEFAULT
    };
    let node = standard_node(limits).await;
    let now = World::BEGINNING;
    let ids = [PLAIN_ID, BILLING, "rotated"];
    for client_id in ids {
        assert!(entry(&node, client_id, now).await.unwrap().is_some());
    }
    for number in 0..2_000 {
        let client_id = format!("absent-{number}");
        assert!(entry(&node, &client_id, now).await.unwrap().is_none());
    }
    for client_id in ids {
        assert!(matches!(
            node.look_up(client_id, Uptime::ZERO),
            Lookup::Hit(_)
        ));
    }
    assert_eq!(node.held(), ids.len());
}

#[tokio::test]
async fn an_invalid_client_id_is_not_looked_up() {
    let nodes = Nodes::standard().await;
    let long = "a".repeat(100_000);
    for client_id in [&*long, "", "a b", "a\0"] {
        let look_up = nodes.far.look_up(client_id, nodes.uptime());
        assert!(matches!(look_up, Lookup::Absent));
    }
}

/// Four threads look up and load while one changes the application, and now and then an API. A request sees every change that was
/// acknowledged before it began.
#[test]
fn no_request_sees_less_than_was_acknowledged_before_it_began() {
    const CHANGES: u64 = 2_000;
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let node = runtime().block_on(standard_node(CacheLimits::DEFAULT));
    let acknowledged = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let change = async {
        for number in 1..=CHANGES {
            let write = marked(&node, number).await;
            commit(&*node, write).await.unwrap();
            acknowledged.store(number, Ordering::SeqCst);
            if number % 10 == 0 {
                let write = changed_orders(node.backend(), |_| ()).await;
                commit(&*node, write).await.unwrap();
            }
        }
        done.store(true, Ordering::SeqCst);
    };
    let requests = async || {
        while !done.load(Ordering::SeqCst) {
            let least = acknowledged.load(Ordering::SeqCst);
            let entry = entry(&node, PLAIN_ID, World::BEGINNING).await.unwrap();
            let seen = mark(&entry.unwrap()).unwrap_or_default();
            assert!(seen >= least, "{seen} after {least} was acknowledged");
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| runtime().block_on(requests())))
            .collect();
        runtime().block_on(change);
        for thread in threads {
            thread.join().unwrap();
        }
    });
}
