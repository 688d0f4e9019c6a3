//! The evidence and the fixes that the operator gets in addition to the cause.

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
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text + "\n" + remedy.command.as_deref().unwrap_or_default())
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
fn a_secret_with_a_usual_mistake_is_recognized() {
    check(
        &good().secret(&format!("{SECRET}\n")),
        "the secret \"current\" except for a line break at the end",
        "without a line break",
    );
    check(
        &good().secret(&format!(" {SECRET}")),
        "except for whitespace around it",
        "without whitespace",
    );
    check(
        &good().secret(&format!("\"{SECRET}\"")),
        "except for quotation marks around it",
        "without quotation marks",
    );
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
fn the_secret_of_another_application_is_recognized() {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        records.applications[0].secrets[0].hash =
            m2m_authority::registry::SecretHash::of(b"its own");
    });
    let answer = world.send(&good());
    assert!(
        answer.evidence()[0].contains("belongs to the application"),
        "{:?}",
        answer.evidence()
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
fn k6_the_nearest_audience_is_named() {
    let near = good().replacing("audience", "https://order.example/api");
    check(
        &near,
        "the most similar audience is \"https://orders.example/api\"",
        "request the audience \"https://orders.example/api\"",
    );
}

#[test]
fn x6_a_missing_slash_of_an_audience_is_named() {
    let request = Request::token(TRUSTED_ID).audience("https://erp.example");
    check(
        &request,
        "matches \"https://erp.example/\" except for a slash at the end",
        "request the audience \"https://erp.example/\"",
    );
}

#[test]
fn k5_the_api_that_is_not_authorized_is_named() {
    let request = Request::token(PLAIN_ID).audience("https://invoices.example/api");
    check(
        &request,
        "the API \"Invoices\", for which the application is not authorized",
        "m2m application authorize plain-id --audience https://invoices.example/api",
    );
}

#[test]
fn k8_the_nearest_scope_and_the_api_that_defines_it_are_named() {
    check(
        &good().scope("read:order"),
        "the most similar scope is \"read:orders\"",
        "request the scope \"read:orders\"",
    );
    check(
        &good().scope("read:invoices"),
        "is defined by another API, \"https://invoices.example/api\"",
        "together with",
    );
}

#[test]
fn k35_the_api_on_which_a_scope_is_not_assigned_is_named() {
    let request = Request::token(BILLING)
        .audience(ORDERS)
        .audience("https://invoices.example/api")
        .scope("shared:list");
    check(
        &request,
        "\"https://invoices.example/api\" defines the scope \"shared:list\"",
        "m2m application authorize billing-job --audience https://invoices.example/api --scope shared:list",
    );
}

#[test]
fn g12_the_nearest_grant_type_is_named() {
    let request = good().replacing("grant_type", "client_credential");
    check(
        &request,
        "the most similar grant type is \"client_credentials\"",
        "send grant_type=client_credentials",
    );
}

#[test]
fn k12_the_missing_credential_is_named() {
    check(
        &good().without("client_id"),
        "client_id is missing",
        "send the parameter client_id",
    );
    check(
        &good().without("client_secret"),
        "client_secret is missing",
        "send the parameter client_secret",
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
fn k14_the_position_of_an_error_in_the_body_is_named() {
    check(
        &good().body(b"grant_type=client_credentials&scope=%zz"),
        "malformed at byte 36",
        "",
    );
    let twice = good().body(b"grant_type=client_credentials&scope=a&scope=b");
    check(&twice, "\"scope\" is repeated at byte 38", "");
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
