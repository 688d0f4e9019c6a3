//! Changes on one node, which all nodes serve.

use m2m_authority::registry::{Api, Deletion, KeyState};
use m2m_errors::Cause;
use m2m_store::{CommitError, RecordId, Stored, Version, Write};
use m2m_testkit::{Delivery, ORDERS, PLAIN_ID, Request, Trouble, World};

use crate::nodes::{
    Nodes, ask, ask_for, changed, changed_orders, commit, created, entry, is_there, key_record,
    name_of,
};

/// The change that tests make: an application may no longer authenticate.
async fn disabled(nodes: &Nodes) -> Write {
    changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.spec.enabled = false;
    })
    .await
}

#[tokio::test]
async fn a_change_is_served_at_once_by_the_node_that_made_it() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.near, nodes.now()).await, Ok(()));
    let change = disabled(&nodes).await;
    nodes.change(change, Delivery::Never).await;
    let outcome = ask(&nodes.near, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::ApplicationDisabled));
}

#[tokio::test]
async fn a_change_of_an_api_is_served_at_once_too() {
    let mut nodes = Nodes::standard().await;
    let request = Request::token(PLAIN_ID)
        .audience(ORDERS)
        .scope("write:orders");
    assert!(ask_for(&nodes.near, &request, nodes.now()).await.is_ok());
    let change = changed_orders(nodes.near.backend(), |api| {
        api.scopes.retain(|scope| &*scope.key != "write:orders");
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    let outcome = ask_for(&nodes.near, &request, nodes.now()).await;
    assert_eq!(outcome.unwrap_err(), Cause::ScopeUnknown);
    let apis = &nodes.near.common().apis;
    let orders = apis.iter().find(|api| &*api.audience == ORDERS).unwrap();
    assert_eq!(orders.scopes.len(), 2);
}

#[tokio::test]
async fn a_change_of_an_organization_is_served_at_once_too() {
    let mut nodes = Nodes::standard().await;
    let snapshot = m2m_store::Backend::snapshot(nodes.near.backend())
        .await
        .unwrap();
    let mut applications = snapshot.applications.iter();
    let of_acme = applications
        .find(|stored| stored.value.spec.organization.as_deref() == Some(m2m_testkit::ACME))
        .unwrap();
    let request = Request::token(&of_acme.value.client_id).audience(ORDERS);
    assert!(ask_for(&nodes.near, &request, nodes.now()).await.is_ok());
    let mut organizations = snapshot.organizations.into_iter();
    let mut acme = organizations
        .find(|stored| &*stored.value.code == m2m_testkit::ACME)
        .unwrap();
    acme.value.suspended = true;
    nodes
        .change(Write::PutOrganization(acme), Delivery::Never)
        .await;
    let outcome = ask_for(&nodes.near, &request, nodes.now()).await;
    assert_eq!(outcome.unwrap_err(), Cause::OrganizationSuspended);
}

#[tokio::test]
async fn a_new_key_is_announced_at_once() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(nodes.near.common().keys.jwk_set().keys().len(), 1);
    let (_, record) = key_record(KeyState::Next);
    nodes.change(Write::PutKey(record), Delivery::Never).await;
    assert_eq!(nodes.near.common().keys.jwk_set().keys().len(), 2);
}

#[tokio::test]
async fn an_application_is_found_from_its_creation_to_its_deletion() {
    let mut nodes = Nodes::standard().await;
    let now = nodes.now();
    assert!(entry(&nodes.near, "new", now).await.unwrap().is_none());
    assert!(matches!(
        nodes.near.look_up("new", nodes.uptime()),
        m2m_store::Lookup::Absent
    ));
    nodes.change(created("new"), Delivery::Never).await;
    assert!(entry(&nodes.near, "new", now).await.unwrap().is_some());
    assert!(is_there(&*nodes.near, "new").await);
    let deletion = Deletion {
        client_id: "new".into(),
        at: now,
        by: "operator".into(),
    };
    let delete = Write::DeleteApplication(name_of("new"), deletion);
    nodes.change(delete, Delivery::Never).await;
    let request = Request::token("new").audience(ORDERS);
    let outcome = ask_for(&nodes.near, &request, now).await;
    assert_eq!(outcome.unwrap_err(), Cause::ApplicationDeleted);
}

#[tokio::test]
async fn a_change_is_served_by_others_within_a_second_of_a_notification() {
    for milliseconds in (0..=900).step_by(100) {
        let mut nodes = Nodes::standard().await;
        nodes.pass(2_000).await;
        assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
        let change = disabled(&nodes).await;
        nodes.change(change, Delivery::After { milliseconds }).await;
        nodes.pass(1_000).await;
        let outcome = ask(&nodes.far, nodes.now()).await;
        assert_eq!(
            outcome,
            Err(Cause::ApplicationDisabled),
            "{milliseconds} ms"
        );
    }
}

#[tokio::test]
async fn a_change_is_served_by_others_within_five_seconds_without_a_notification() {
    for since_refresh in (0..2_000).step_by(100) {
        let mut nodes = Nodes::standard().await;
        nodes.pass(2_000 + since_refresh).await;
        assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
        let change = disabled(&nodes).await;
        nodes.change(change, Delivery::Never).await;
        let change = changed_orders(nodes.near.backend(), |api| api.aliases.clear()).await;
        nodes.change(change, Delivery::Never).await;
        nodes.pass(5_000).await;
        let outcome = ask(&nodes.far, nodes.now()).await;
        assert_eq!(
            outcome,
            Err(Cause::ApplicationDisabled),
            "{since_refresh} ms"
        );
    }
}

#[tokio::test]
async fn a_lost_notification_is_recovered_even_if_a_later_one_arrives() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let change = disabled(&nodes).await;
    nodes.change(change, Delivery::Never).await;
    let at_once = Delivery::After { milliseconds: 0 };
    nodes.change(created("new"), at_once).await;
    nodes.pass(2_000).await;
    let outcome = ask(&nodes.far, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::ApplicationDisabled));
}

#[tokio::test]
async fn a_node_that_missed_more_than_is_logged_forgets_everything() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    assert!(entry(&nodes.far, "a", nodes.now()).await.unwrap().is_none());
    nodes.near.backend().remember_changes(1);
    for write in [disabled(&nodes).await, created("a"), created("b")] {
        nodes.change(write, Delivery::Never).await;
    }
    nodes.pass(2_000).await;
    let outcome = ask(&nodes.far, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::ApplicationDisabled));
    assert!(entry(&nodes.far, "a", nodes.now()).await.unwrap().is_some());
}

#[tokio::test]
async fn outdated_entries_are_removed_from_memory() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.near, nodes.now()).await, Ok(()));
    let change = changed_orders(nodes.near.backend(), |api| api.aliases.clear()).await;
    nodes.change(change, Delivery::Never).await;
    nodes.pass(2_000).await;
    assert_eq!((nodes.near.held(), nodes.far.held()), (0, 0));
    assert_eq!(ask(&nodes.near, nodes.now()).await, Ok(()));
    nodes.pass(2_000).await;
    assert_eq!(nodes.near.held(), 1);
}

#[tokio::test]
async fn nodes_count_the_applications_that_others_create() {
    let mut nodes = Nodes::standard().await;
    let before = nodes.far.common().applications;
    nodes.change(created("new"), Delivery::Never).await;
    nodes.pass(2_000).await;
    assert_eq!(nodes.far.common().applications, before + 1);
    assert_eq!(nodes.near.common().applications, before + 1);
}

#[tokio::test]
async fn a_registry_replaced_by_an_older_one_is_noticed() {
    let mut nodes = Nodes::standard().await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
    let change = disabled(&nodes).await;
    nodes.change(change, Delivery::Never).await;
    // The node believes that the registry was at a later version when it last asked.
    let later = m2m_store::Changes {
        version: Version(3),
        stale: m2m_store::Stale::Applications(vec![]),
    };
    nodes.far.notified(&later);
    nodes.pass(2_000).await;
    let outcome = ask(&nodes.far, nodes.now()).await;
    assert_eq!(outcome, Err(Cause::ApplicationDisabled));
    let change = changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.spec.enabled = true;
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    nodes.pass(2_000).await;
    assert_eq!(ask(&nodes.far, nodes.now()).await, Ok(()));
}

#[tokio::test]
async fn x13_a_change_that_was_not_made_removes_nothing_from_memory() {
    let nodes = Nodes::standard().await;
    let now = nodes.now();
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
    let change = changed_orders(nodes.near.backend(), |api| api.scopes.clear()).await;
    nodes.near.backend().set_trouble(Trouble::ReadOnly);
    let outcome = commit(&*nodes.near, change).await;
    assert!(matches!(outcome, Err(CommitError::Store(_))));
    nodes.near.backend().set_trouble(Trouble::Unreachable);
    assert_eq!(ask(&nodes.near, now).await, Ok(()));
}

#[tokio::test]
async fn the_placeholder_in_audiences_is_replaced_by_the_issuer() {
    let mut nodes = Nodes::standard().await;
    let id = RecordId::new(World::BEGINNING, [2; 10]);
    let mut api = Api::new("Management", "{issuer}/api").with_scopes(&["read:apis"]);
    api.aliases = vec!["{issuer}/api/v1".into()];
    let api = Stored::new(id, api, World::BEGINNING);
    nodes.change(Write::PutApi(api), Delivery::Never).await;
    let change = changed(nodes.near.backend(), PLAIN_ID, |application| {
        *application = application
            .clone()
            .authorized("{issuer}/api", &["read:apis"]);
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    for audience in [
        "https://issuer.example/api",
        "https://issuer.example/api/v1",
    ] {
        let request = Request::token(PLAIN_ID).audience(audience);
        assert!(ask_for(&nodes.near, &request, nodes.now()).await.is_ok());
    }
    let issued = nodes.near.take_usage(nodes.now()).issued;
    assert_eq!(issued.len(), 1);
    assert_eq!(&*issued[0].audience, "https://issuer.example/api");
    assert_eq!(issued[0].tokens, 2);
}

#[tokio::test]
async fn a_new_client_id_replaces_the_previous_one() {
    let mut nodes = Nodes::standard().await;
    let now = nodes.now();
    for node in [&nodes.near, &nodes.far] {
        assert_eq!(ask(node, now).await, Ok(()));
        assert!(entry(node, "renamed", now).await.unwrap().is_none());
    }
    let change = changed(nodes.near.backend(), PLAIN_ID, |application| {
        application.client_id = "renamed".into();
    })
    .await;
    nodes.change(change, Delivery::Never).await;
    assert_eq!(ask(&nodes.near, now).await, Err(Cause::ClientUnknown));
    assert!(entry(&nodes.near, "renamed", now).await.unwrap().is_some());
    nodes.pass(2_000).await;
    assert_eq!(
        ask(&nodes.far, nodes.now()).await,
        Err(Cause::ClientUnknown)
    );
    assert!(entry(&nodes.far, "renamed", now).await.unwrap().is_some());
}
