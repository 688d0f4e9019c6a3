//! Client ids, and what the records say about an application.

use m2m_errors::{Cause, Profile};
use m2m_testkit::{ORDERS, PLAIN_ID, Request, SECRET, World};

use crate::{check, good};

#[test]
fn an_unknown_client_id_with_a_secret_of_a_similar_one_has_one_fix() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token("plain-di").audience(ORDERS));
    assert_eq!(answer.cause(), Some(Cause::ClientUnknown));
    let fixes: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text)
        .collect();
    assert_eq!(fixes, [format!("send {PLAIN_ID:?} as client_id")]);
}

#[test]
fn swapped_credentials_are_recognized() {
    let swapped = Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS);
    check(
        &swapped,
        "the client id and the secret are swapped",
        "send \"plain-id\" as client_id",
    );
}

#[test]
fn the_nearest_client_id_is_named() {
    check(
        &good().replacing("client_id", "plain-di"),
        "the most similar client id is \"plain-id\"",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "Plain-ID"),
        "except for letter case",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "plain-id\n"),
        "except for a line break at the end",
        "plain-id",
    );
}

#[test]
fn k3_the_actor_and_time_of_a_deletion_are_named() {
    let request = good().replacing("client_id", "deleted");
    check(
        &request,
        "deleted at 2026-01-01T00:00:00Z by \"operator\"",
        "",
    );
}

#[test]
fn the_client_is_named_even_if_the_request_is_refused_before_the_lookup() {
    let mut world = World::standard(Profile::Rfc);
    for request in [
        good().without("grant_type"),
        good().without("client_secret"),
        good().query("client_secret=x"),
    ] {
        let answer = world.send(&request);
        assert_eq!(
            answer.diagnosis().unwrap().client_id.as_deref(),
            Some(PLAIN_ID)
        );
    }
    let swapped = world.send(&Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS));
    assert_eq!(swapped.diagnosis().unwrap().client_id, None);
}

#[test]
fn g14_the_organization_and_the_address_are_named() {
    check(
        &good().replacing("client_id", "of-suspended"),
        "\"org_suspended\" is suspended",
        "",
    );
    let request = good()
        .replacing("client_id", "from-ten")
        .from_address("192.0.2.1".parse().unwrap());
    check(
        &request,
        "the address 192.0.2.1 is not allowed; the allowed addresses are: 10.0.0.0/8",
        "",
    );
}
