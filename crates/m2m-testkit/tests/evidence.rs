//! The evidence and the fixes that the operator gets in addition to the cause.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use m2m_errors::Profile;
use m2m_testkit::{BILLING, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID, World};

#[track_caller]
fn check(request: &Request, evidence: &str, fix: &str) {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(request);
    assert_ne!(answer.status(), 200);
    let found = answer.evidence();
    assert!(
        found.iter().any(|text| text.contains(evidence)),
        "{evidence:?} is not among {found:#?}"
    );
    let fixes: Vec<String> = answer
        .diagnosis()
        .unwrap()
        .fixes
        .iter()
        .map(|fix| fix.text.to_string())
        .collect();
    assert!(
        fixes.iter().any(|text| text.contains(fix)),
        "{fix:?} is not among {fixes:#?}"
    );
}

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

#[test]
fn a_secret_that_is_right_but_for_a_usual_mistake_is_recognized() {
    check(
        &good().secret(&format!("{SECRET}\n")),
        "the secret \"current\" but for a line break at the end",
        "without a line break",
    );
    check(
        &good().secret(&format!(" {SECRET}")),
        "but for white space around it",
        "without white space",
    );
    check(
        &good().secret(&format!("\"{SECRET}\"")),
        "but for quotation marks around it",
        "without quotation marks",
    );
}

#[test]
fn swapped_credentials_are_recognized() {
    let swapped = Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS);
    check(
        &swapped,
        "client id and secret are swapped",
        "send \"plain-id\" as client_id",
    );
}

#[test]
fn the_nearest_client_id_is_named() {
    check(
        &good().replacing("client_id", "plain-di"),
        "the nearest client id is \"plain-id\"",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "Plain-ID"),
        "but for upper and lower case",
        "plain-id",
    );
    check(
        &good().replacing("client_id", "plain-id\n"),
        "but for a line break at the end",
        "plain-id",
    );
}

#[test]
fn the_secret_of_another_application_is_recognized() {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        records.applications[0].secrets[0].hash =
            m2m_authority::registry::SecretHash::of(b"its own");
    });
    let answer = world.send(&good());
    assert!(
        answer.evidence()[0].contains("is one of the application"),
        "{:?}",
        answer.evidence()
    );
}

#[test]
fn k3_who_deleted_an_application_and_when_is_named() {
    let request = good().replacing("client_id", "deleted");
    check(&request, "deleted on 1767225600 by \"operator\"", "");
}

#[test]
fn k6_the_nearest_audience_is_named() {
    let near = good().replacing("audience", "https://order.example/api");
    check(
        &near,
        "the nearest is \"https://orders.example/api\"",
        "ask for \"https://orders.example/api\"",
    );
}

#[test]
fn x6_an_audience_with_a_slash_more_is_named_as_that() {
    let request = Request::token(TRUSTED_ID).audience("https://erp.example");
    check(
        &request,
        "is \"https://erp.example/\" but for a slash at the end",
        "ask for \"https://erp.example/\"",
    );
}

#[test]
fn k5_the_api_that_is_not_authorized_is_named() {
    let request = Request::token(PLAIN_ID).audience("https://invoices.example/api");
    check(
        &request,
        "the API \"Invoices\", for which the application is not authorized",
        "add it to authorize of \"plain-id\" in world.toml",
    );
}

#[test]
fn k8_the_nearest_scope_is_named_and_the_api_that_has_it() {
    check(
        &good().scope("read:order"),
        "the nearest is \"read:orders\"",
        "ask for \"read:orders\"",
    );
    check(
        &good().scope("read:invoices"),
        "exists on another API, \"https://invoices.example/api\"",
        "together with",
    );
}

#[test]
fn k35_where_a_scope_is_not_assigned_is_named() {
    let request = Request::token(BILLING)
        .audience(ORDERS)
        .audience("https://invoices.example/api")
        .scope("shared:list");
    check(
        &request,
        "\"https://invoices.example/api\" defines the scope \"shared:list\"",
        "assign \"shared:list\" on \"https://invoices.example/api\": add it to authorize of \"billing-job\" in world.toml",
    );
}

#[test]
fn g12_the_nearest_grant_type_is_named() {
    let request = good().replacing("grant_type", "client_credential");
    check(
        &request,
        "the nearest grant type is \"client_credentials\"",
        "send grant_type=client_credentials",
    );
}

#[test]
fn k12_which_credential_is_missing_is_named() {
    check(
        &good().without("client_id"),
        "no client_id",
        "send client_id",
    );
    check(
        &good().without("client_secret"),
        "no client_secret",
        "send client_secret",
    );
}

#[test]
fn who_asked_is_named_although_the_request_was_refused_before_he_was_looked_up() {
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
fn k14_where_a_body_is_broken_is_named() {
    check(
        &good().body(b"grant_type=client_credentials&scope=%zz"),
        "from byte 36 on",
        "",
    );
    let twice = good().body(b"grant_type=client_credentials&scope=a&scope=b");
    check(&twice, "\"scope\" stands a second time at byte 38", "");
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
    check(&request, "came from 192.0.2.1; allowed are 10.0.0.0/8", "");
}
