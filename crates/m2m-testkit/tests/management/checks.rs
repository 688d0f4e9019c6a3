//! Checks: whether an application would get a token, for which audiences, from where, and within its quota.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Server, claims, encoded};

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const JOB: &str = "/api/v1/applications/job";
const TEST_TOKEN: &str = "/api/v1/applications/job/test_token";

/// Creates both APIs, and an application that is authorized for them.
fn job(server: &Server, more: &Value) {
    server.api(A, &["read"]);
    server.api(B, &["read"]);
    let mut job = more.clone();
    job["client_id"] = "job".into();
    server.application(&job);
    server.authorize(A, "job", &["read"]);
    server.authorize(B, "job", &["read"]);
}

fn check(server: &Server, audiences: &[&str], more: &str) -> Value {
    let audiences = audiences.iter();
    let audiences: String = audiences
        .map(|audience| format!("audience={}&", encoded(audience)))
        .collect();
    server.get(&format!("{JOB}/check?{audiences}{more}"))["check"].clone()
}

#[test]
fn a_check_accepts_several_audiences_like_a_token_request() {
    let server = Server::start();
    job(&server, &json!({}));
    let shown = check(&server, &[A, B], "");
    assert_eq!(shown["granted"], true, "{shown}");
    assert_eq!(shown["audiences"], json!([A, B]));
    assert_eq!(shown.get("only_from"), None);
    let shown = check(&server, &[A, B, "https://c.example"], "");
    assert_eq!(shown["granted"], false, "{shown}");
    assert_eq!(shown["cause"], "audience-unknown");

    let aud = |audience: Value| {
        let test = server.done("POST", TEST_TOKEN, &json!({ "audience": audience }));
        claims(test["access_token"].as_str().unwrap())["aud"].clone()
    };
    assert_eq!(aud(json!([A, B])), json!([A, B]));
    assert_eq!(aud(json!(A)), json!(A));
    assert_eq!(aud(json!([A])), json!(A));
    let events = server.get("/api/v1/events?subject=test_token");
    assert_eq!(
        events["events"][2]["after"]["audience"],
        json!([A, B]),
        "{events}"
    );
}

#[test]
fn a_test_token_for_several_audiences_does_not_exceed_the_operators_scopes() {
    let server = Server::start();
    server.api(A, &[]);
    let narrow = server.application(&json!({ "client_id": "narrow" }));
    let api = format!("{}/api", server.issuer());
    server.authorize(&api, "narrow", &["create:test_tokens"]);
    let token = server.management_token("narrow", &narrow.secret);
    let path = "/api/v1/applications/operator/test_token";
    let answer = server.call_as(&token, "POST", path, &json!({ "audience": [A, api] }));
    answer.refusal((403, "SCOPE_BEYOND_TOKEN"));
}

#[test]
fn a_check_lists_the_allowed_addresses() {
    let server = Server::start();
    job(
        &server,
        &json!({ "allowed_addresses": ["10.0.0.0/8", "192.0.2.7"] }),
    );
    let shown = check(&server, &[A], "");
    assert_eq!(shown["granted"], true, "{shown}");
    assert_eq!(shown["only_from"], json!(["10.0.0.0/8", "192.0.2.7/32"]));
    let shown = check(&server, &[A], "address=10.1.2.3");
    assert_eq!(shown["granted"], true, "{shown}");
    assert_eq!(shown.get("only_from"), None);
    let shown = check(&server, &[A], "address=192.0.2.8");
    assert_eq!(shown["granted"], false, "{shown}");
    assert_eq!(shown["cause"], "address-not-allowed");
    assert!(shown.to_string().contains("192.0.2.8"), "{shown}");
    let block = format!("{JOB}/check?address=10.0.0.0/8");
    server.refused((400, "FIELD_INVALID"), "GET", &block, &Value::Null);
}

#[test]
fn a_check_reports_an_exhausted_quota() {
    let server = Server::start();
    job(
        &server,
        &json!({ "token_quota": { "tokens": 1, "per": "1d" } }),
    );
    let shown = check(&server, &[A], "");
    assert_eq!(
        (&shown["granted"], &shown["quota_exceeded"]),
        (&json!(true), &json!(false))
    );
    server.done("POST", TEST_TOKEN, &json!({ "audience": A }));
    let shown = check(&server, &[A], "");
    assert_eq!(
        (&shown["granted"], &shown["quota_exceeded"]),
        (&json!(true), &json!(true))
    );
    let enforced = json!({ "token_quota": { "tokens": 1, "per": "1d", "mode": "enforce" } });
    server.done("PATCH", JOB, &enforced);
    let shown = check(&server, &[A], "");
    assert_eq!(shown["granted"], false, "{shown}");
    assert_eq!(shown["cause"], "quota-exceeded");
}
