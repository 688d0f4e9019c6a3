//! A node that cannot reach the registry.

use core::time::Duration;

use m2m_errors::Cause;
use m2m_store::{CacheLimits, Contact, Lookup, StoreError, Uptime};
use m2m_testkit::{BILLING, Delivery, PLAIN_ID, Trouble};

use crate::nodes::{Nodes, ask, changed, entry};

const MOST: u64 = CacheLimits::DEFAULT.max_store_outage_seconds;

#[tokio::test]
async fn x13_without_contact_memory_serves_for_the_configured_time_and_then_nothing() {
    let mut nodes = Nodes::standard().await;
    nodes.pass(2_000).await;
    let last_seen = nodes.uptime();
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    nodes.far.backend().set_trouble(Trouble::Unreachable);
    nodes.pass(MOST * 1_000).await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    assert_eq!(
        nodes.far.contact(nodes.uptime()),
        Contact::Lost {
            since: last_seen,
            seconds: MOST
        }
    );
    nodes.pass(1_000).await;
    let look_up = nodes.far.look_up(PLAIN_ID, nodes.uptime());
    assert!(matches!(look_up, Lookup::OutOfContact));
    assert!(matches!(
        nodes.far.look_up("absent", nodes.uptime()),
        Lookup::OutOfContact
    ));
    // The other node is not affected.
    assert_eq!(ask(&nodes.near, nodes.now()).await, Ok(()));
}

#[tokio::test]
async fn x13_back_in_contact_everything_is_fresh() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    nodes.far.backend().set_trouble(Trouble::Unreachable);
    let change = changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.spec.enabled = false;
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    nodes.pass(MOST * 1_000 + 1_000).await;
    nodes.far.backend().set_trouble(Trouble::None);
    nodes.pass(2_000).await;
    let outcome = ask(&nodes.far, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::ApplicationDisabled));
    let contact = nodes.far.contact(nodes.uptime());
    assert!(matches!(contact, Contact::In { since } if since > Uptime::ZERO));
}

#[tokio::test]
async fn a_short_loss_of_contact_is_reported_and_has_no_effect() {
    let mut nodes = Nodes::standard().await;
    let in_contact = Contact::In {
        since: Uptime::ZERO,
    };
    nodes.pass(4_000).await;
    assert_eq!(nodes.far.contact(nodes.uptime()), in_contact);
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    nodes.far.backend().set_trouble(Trouble::Busy);
    nodes.pass(4_000).await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let contact = nodes.far.contact(nodes.uptime());
    assert!(matches!(contact, Contact::Lost { seconds: 4, .. }));
}

#[tokio::test]
async fn a_node_that_stops_asking_stops_serving() {
    let nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let later = Uptime::new(Duration::from_secs(MOST + 1));
    assert!(matches!(
        nodes.far.look_up(PLAIN_ID, later),
        Lookup::OutOfContact
    ));
    assert!(matches!(nodes.far.contact(later), Contact::Lost { .. }));
}

#[tokio::test]
async fn f13_a_node_that_was_paused_refreshes_before_it_refuses() {
    let nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let later = Uptime::new(Duration::from_secs(MOST + 1));
    let contact = nodes.far.contact_if_asked(later).await;
    assert_eq!(
        contact,
        Contact::In {
            since: Uptime::ZERO
        }
    );
    assert!(matches!(nodes.far.look_up(PLAIN_ID, later), Lookup::Hit(_)));
    // After a failure, not every request tries to reach the registry again.
    nodes.far.backend().set_trouble(Trouble::Unreachable);
    let later = Uptime::new(Duration::from_secs(2 * MOST + 2));
    for trouble in [Trouble::Unreachable, Trouble::None] {
        nodes.far.backend().set_trouble(trouble);
        let contact = nodes.far.contact_if_asked(later).await;
        assert!(matches!(contact, Contact::Lost { .. }), "{contact:?}");
    }
    nodes.far.refresh(later).await.unwrap();
    assert_eq!(nodes.far.contact(later), Contact::In { since: later });
}

#[tokio::test]
async fn x13_an_application_that_cannot_be_read_is_an_error_and_not_absent() {
    let nodes = Nodes::standard().await;
    let now = nodes.now();
    for (trouble, error) in [
        (Trouble::Busy, StoreError::Busy),
        (
            Trouble::Unreachable,
            StoreError::Failed {
                why: "unreachable".into(),
            },
        ),
    ] {
        nodes.far.backend().set_trouble(trouble);
        assert_eq!(entry(&nodes.far, BILLING, now).await.unwrap_err(), error);
        assert_eq!(entry(&nodes.far, "absent", now).await.unwrap_err(), error);
        assert!(matches!(
            nodes.far.look_up("absent", nodes.uptime()),
            Lookup::Miss
        ));
    }
    nodes.far.backend().set_trouble(Trouble::None);
    assert!(entry(&nodes.far, BILLING, now).await.unwrap().is_some());
    assert!(entry(&nodes.far, "absent", now).await.unwrap().is_none());
}

#[tokio::test]
async fn x13_a_stale_entry_is_not_served_even_if_it_cannot_be_read_again() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let change = crate::nodes::changed_orders(nodes.near.backend(), |api| api.scopes.clear()).await;
    let at_once = Delivery::After { milliseconds: 0 };
    nodes.change(change, at_once).await;
    nodes.far.backend().set_trouble(Trouble::Unreachable);
    nodes.pass(100).await;
    let outcome = ask(&nodes.far, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::StoreUnavailable));
    nodes.far.backend().set_trouble(Trouble::None);
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let (_, orders) = {
        let common = nodes.far.common();
        let (position, target) = common.targets.find(m2m_testkit::ORDERS).unwrap();
        (position, target.scopes().count())
    };
    assert_eq!(orders, 0);
}
