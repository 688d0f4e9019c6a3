//! APIs, changed field by field.

use serde_json::json;

use crate::server::ManagementCalls as _;
use crate::server::Server;

#[test]
fn an_api_is_changed_field_by_field() {
    let server = Server::start();
    let created = json!({
        "name": "A", "audience": "https://a.example", "token_lifetime": 600, "claims": "kinde",
    });
    server.done("POST", "/api/v1/apis", &created);
    let path = "/api/v1/apis/https%3A%2F%2Fa.example";
    let api = || server.get(path)["api"].clone();
    assert_eq!(
        (&api()["token_lifetime"], &api()["claims"]),
        (&json!(600), &json!("kinde"))
    );
    let mut expected = api();
    for (field, value) in [
        ("name", json!("Orders")),
        ("token_lifetime", json!(900)),
        ("signing_alg", json!("EdDSA")),
        ("claims", json!("rfc9068")),
    ] {
        server.done("PATCH", path, &json!({ field: value }));
        expected[field] = value;
        assert_eq!(api(), expected, "{field}");
    }
    assert_eq!(expected["audience"], "https://a.example");
}

#[test]
fn events_name_the_management_api_by_its_audience() {
    let server = Server::start();
    let audience = server.get("/api/v1/apis")["apis"]
        .as_array()
        .unwrap()
        .iter()
        .find(|api| api["is_management_api"] == true)
        .unwrap()["audience"]
        .clone();
    assert!(audience.as_str().unwrap().ends_with("/api"), "{audience}");
    let name = audience
        .as_str()
        .unwrap()
        .replace(':', "%3A")
        .replace('/', "%2F");
    for path in [
        "/api/v1/events?subject=api".to_owned(),
        format!("/api/v1/events?subject=api&name={name}"),
    ] {
        assert_eq!(server.get(&path)["events"][0]["name"], audience, "{path}");
    }
}
