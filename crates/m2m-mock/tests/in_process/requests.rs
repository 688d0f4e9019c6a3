//! The requests that were received, for assertions.

use oauth_proto::BasicCredentials;
use serde_json::{Value, json};

use crate::support::{NOW, World, form, request, token_request};

#[test]
fn they_are_listed_with_everything_that_a_test_asserts_and_without_secrets() {
    let mut world = World::new();
    world.token("&audience=https://a.example&resource=https://b.example&scope=read:a");
    let basic = BasicCredentials::write("job-7", "s3cr3t-of-header");
    let header = [("authorization", &*basic)];
    world.send(&form("/oauth2/introspect", &header, "token=s3cr3t-token"));
    world.force(r#"{"broken":"closed","times":1}"#);
    world.reply(&token_request("&client_assertion=s3cr3t-assertion"));
    world.send(&request(
        "GET",
        "/oauth2/token?client_secret=s3cr3t-in-url",
        &[],
        "",
    ));
    world.get("/.well-known/jwks.json");

    let listed = world.get("/mock/requests").json;
    assert!(!listed.to_string().contains("s3cr3t"), "{listed}");
    assert_eq!(listed["dropped"], 0);
    let requests = listed["requests"].as_array().unwrap();
    let expected = json!({
        "number": 1,
        "time": NOW.as_seconds(),
        "method": "POST",
        "path": "/oauth2/token",
        "authentication_method": "client_secret_post",
        "client_id": "any",
        "grant_type": "client_credentials",
        "scope": "read:a",
        "audience": ["https://a.example", "https://b.example"],
        "status": 200,
    });
    assert_eq!(requests[0], expected);
    let of = |index: usize, name: &str| requests[index][name].clone();
    assert_eq!(of(1, "authentication_method"), "client_secret_basic");
    assert_eq!(of(1, "client_id"), "job-7");
    assert_eq!(of(2, "authentication_method"), "client_assertion");
    assert_eq!(of(2, "status"), Value::Null);
    assert_eq!(of(3, "status"), 405);
    assert_eq!(of(3, "path"), "/oauth2/token");
    assert_eq!(of(4, "authentication_method"), "none");
    assert_eq!(requests.len(), 5, "control requests are not listed");
}

#[test]
fn a_malformed_request_is_listed_with_the_client_of_its_header() {
    let mut world = World::new();
    let basic = BasicCredentials::write("job-7", "x");
    let headers = [
        ("authorization", &*basic),
        ("content-type", "application/json"),
    ];
    world.send(&request("POST", "/oauth2/token", &headers, "{}"));
    let listed = world.get("/mock/requests").json;
    assert_eq!(listed["requests"][0]["client_id"], "job-7");
    assert_eq!(listed["requests"][0]["status"], 400);
}

#[test]
fn they_are_forgotten_on_demand() {
    let mut world = World::new();
    world.token("");
    let after = world.control("DELETE", "/mock/requests", "").json;
    assert_eq!(after["requests"], json!([]));
    world.token("");
    let listed = world.get("/mock/requests").json;
    assert_eq!(listed["requests"][0]["number"], 1);
}
