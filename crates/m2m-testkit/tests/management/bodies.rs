//! Requests with an empty body, or with one that the operation does not accept.

use serde_json::{Value, json};

use crate::access::{document, operations};
use crate::server::ManagementCalls as _;
use crate::server::{Server, bearer};

#[test]
fn an_invalid_member_is_named() {
    let server = Server::start();
    let api = server.api("https://a.example", &[]);
    let application = server.application(&json!({})).id;
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Acme", "code": "org_acme" }),
    );
    let check = |method: &str, path: &str, body: &Value, member: &str| {
        let message = server.refused((400, "FIELD_INVALID"), method, path, body);
        let beginning = format!("{member}: ");
        assert!(
            message.starts_with(&beginning),
            "{method} {path} {body}: {message}"
        );
        assert!(!message.contains(" at line "), "{message}");
    };
    let applications = "/api/v1/applications";
    let new = |name: &str, value: Value| {
        let mut body = json!({ "name": "A", "type": "m2m" });
        body[name] = value;
        body
    };
    for (name, value, member) in [
        ("name", json!(1), "name"),
        ("name", json!(""), "name"),
        ("name", json!("a\u{0}b"), "name"),
        ("name", json!("a".repeat(257)), "name"),
        ("name", Value::Null, "name"),
        ("type", json!("web"), "type"),
        ("client_id", json!("with space"), "client_id"),
        ("client_id", json!("with:colon"), "client_id"),
        ("client_id", json!("with%41"), "client_id"),
        ("client_id", json!(""), "client_id"),
        ("secret_sha256", json!("c2hvcnQ="), "secret_sha256"),
        ("secret_sha256", json!("hunter2"), "secret_sha256"),
        ("is_enabled", json!("yes"), "is_enabled"),
        ("client_type", json!("secret"), "client_type"),
        ("grant_types", json!(["password"]), "grant_types[0]"),
        ("grant_types", json!("client_credentials"), "grant_types"),
        (
            "authentication_methods",
            json!(["private_key_jwt"]),
            "authentication_methods[0]",
        ),
        ("access_token_lifetime", json!(0), "access_token_lifetime"),
        ("access_token_lifetime", json!(-1), "access_token_lifetime"),
        ("access_token_lifetime", json!(1.5), "access_token_lifetime"),
        (
            "access_token_lifetime",
            json!(2_592_001),
            "access_token_lifetime",
        ),
        (
            "access_token_lifetime",
            json!("60"),
            "access_token_lifetime",
        ),
        ("not_before", json!("yesterday"), "not_before"),
        ("not_before", json!(1_700_000_000), "not_before"),
        (
            "allowed_addresses",
            json!(["10.0.0.1/8"]),
            "allowed_addresses[0]",
        ),
        (
            "allowed_addresses",
            json!(["10.0.0.0/8", "localhost"]),
            "allowed_addresses[1]",
        ),
        (
            "token_quota",
            json!({ "tokens": 0, "per": "1h" }),
            "token_quota.tokens",
        ),
        (
            "token_quota",
            json!({ "tokens": 1, "per": "1 fortnight" }),
            "token_quota.per",
        ),
        (
            "token_quota",
            json!({ "tokens": 1, "per": "1h", "mode": "maybe" }),
            "token_quota.mode",
        ),
        ("feature_flags", json!({ "a": 1.5 }), "feature_flags.a"),
        ("feature_flags", json!({ "a": [] }), "feature_flags.a"),
        ("system_user", json!("a user"), "system_user"),
    ] {
        check("POST", applications, &new(name, value.clone()), member);
        if !["type", "client_id", "name"].contains(&name) {
            check(
                "PATCH",
                &format!("{applications}/{application}"),
                &json!({ name: value }),
                member,
            );
        }
    }
    check("POST", applications, &json!({ "type": "m2m" }), "name");
    check("POST", applications, &json!([]), "body");
    check("POST", applications, &json!("m2m"), "body");
    check("POST", applications, &new("colour", json!("red")), "colour");
    check(
        "PATCH",
        &format!("{applications}/{application}"),
        &json!({ "client_id": "another" }),
        "client_id",
    );
    check(
        "POST",
        "/api/v1/apis",
        &json!({ "name": "A", "audience": "a b" }),
        "audience",
    );
    check(
        "POST",
        "/api/v1/apis",
        &json!({ "name": "A", "audience": "a", "scopes": [{ "key": "a" }, { "key": "a b" }] }),
        "scopes[1].key",
    );
    check(
        "POST",
        "/api/v1/apis",
        &json!({ "name": "A", "audience": "a", "signing_alg": "HS256" }),
        "signing_alg",
    );
    check(
        "POST",
        "/api/v1/apis",
        &json!({ "name": "A", "audience": "a", "signing_alg": "none" }),
        "signing_alg",
    );
    check(
        "PATCH",
        &format!("/api/v1/apis/{api}"),
        &json!({ "audience": "b" }),
        "audience",
    );
    check(
        "PATCH",
        &format!("/api/v1/apis/{api}"),
        &json!({ "claims": "openid" }),
        "claims",
    );
    check(
        "POST",
        &format!("/api/v1/apis/{api}/scopes"),
        &json!({ "key": "quo\"te" }),
        "key",
    );
    check(
        "PATCH",
        &format!("/api/v1/apis/{api}/applications"),
        &json!({ "applications": [{ "id": "a", "operation": "add" }] }),
        "applications[0].operation",
    );
    check(
        "POST",
        &format!("{applications}/{application}/secrets"),
        &json!({ "overlap_seconds": 2_592_001 }),
        "overlap_seconds",
    );
    check(
        "POST",
        &format!("{applications}/{application}/secrets"),
        &json!({ "overlap_seconds": -1 }),
        "overlap_seconds",
    );
    check(
        "PATCH",
        &format!("{applications}/{application}/tokens"),
        &json!({ "access_token_lifetime": true }),
        "access_token_lifetime",
    );
    check(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "A", "feature_flags": { "a": "float" } }),
        "feature_flags.a",
    );
    check(
        "PATCH",
        "/api/v1/organization/org_acme",
        &json!({ "is_suspended": "no" }),
        "is_suspended",
    );
    check("PUT", "/api/v1/maintenance", &json!({ "on": 1 }), "on");
    check(
        "POST",
        "/api/v1/keys/rotate",
        &json!({ "algorithm": "HS256" }),
        "algorithm",
    );
    for (path, member) in [
        ("/api/v1/applications?page_size=0", "page_size"),
        ("/api/v1/applications?page_size=501", "page_size"),
        ("/api/v1/applications?page_size=many", "page_size"),
        ("/api/v1/applications?sort=colour", "sort"),
        ("/api/v1/applications?next_token=nonsense", "next_token"),
        ("/api/v1/apis?expand=everything", "expand"),
        ("/api/v1/apis?colour=red", "colour"),
        ("/api/v1/apis?page_size=1&page_size=2", "page_size"),
        ("/api/v1/organization", "code"),
        ("/api/v1/events?since=yesterday", "since"),
    ] {
        let message = server.refused((400, "FIELD_INVALID"), "GET", path, &Value::Null);
        assert!(message.contains(member), "{path}: {message}");
    }
    // A refusal never repeats a value that may be a secret.
    let body = new("secret_sha256", json!("hunter2-hunter2-hunter2"));
    let answer = server.call("POST", applications, &body);
    assert!(!answer.body.contains("hunter2"), "{answer:?}");
    // None of these records was created.
    assert_eq!(
        server.get(applications)["applications"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        server.get("/api/v1/apis")["apis"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_body_that_is_not_json_is_400_and_another_media_type_is_415() {
    let server = Server::start();
    let document = document(&server);
    let mut checked = 0;
    for operation in operations(&document) {
        let described = &document["paths"][&operation.form][operation.method.to_ascii_lowercase()];
        let Some(content) = described["requestBody"]["content"].as_object() else {
            continue;
        };
        checked += 1;
        let ask = |content_type: &str, body: &str| {
            let headers = format!("{}{content_type}", bearer(&server.token));
            server.send(&operation.method, &operation.path, &headers, body)
        };
        for broken in ["{", "{'name': 1}", "\u{feff}{}", "nonsense"] {
            let answer = ask("content-type: application/json\r\n", broken);
            answer.refusal((400, "BODY_MALFORMED"));
        }
        for other in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "application/jsonp",
            "application/json-patch+json",
            "multipart/form-data; boundary=a",
            "",
        ] {
            let answer = ask(&format!("content-type: {other}\r\n"), "{}");
            let message = answer.refusal((415, "MEDIA_TYPE_UNSUPPORTED"));
            assert!(
                message.starts_with("Content-Type: ") && message.contains("application/json"),
                "{message}"
            );
        }
        let answer = ask("", "{}");
        assert_eq!(answer.status, 415, "{answer:?}");
        // The parameters and the case of the media type do not matter.
        let answer = ask("content-type: Application/JSON; charset=UTF-8\r\n", "[1]");
        assert!(![200, 201, 415].contains(&answer.status), "{answer:?}");
        assert!(content.contains_key("application/json"));
        // A body that is announced as too large is refused before it is sent.
        let announced = "content-type: application/json\r\ncontent-length: 100000000\r\n";
        ask(announced, "").refusal((413, "BODY_TOO_LARGE"));
    }
    assert!(checked > 15, "{checked}");
}
