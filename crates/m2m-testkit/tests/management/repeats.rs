//! Repeated changes, and changes that were decided at an older version.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Server, assigned};

/// Returns the number of changes in the audit log.
fn events(server: &Server) -> usize {
    let events = server.get("/api/v1/events?page_size=500");
    assert_eq!(events["next"], Value::Null);
    events["events"].as_array().unwrap().len()
}

#[test]
fn a_repeated_change_succeeds_without_another_audit_event() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read:a"]);
    let application = server.application(&json!({})).id;
    let property = json!({
        "name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false, "category_id": "c",
    });
    server.done("POST", "/api/v1/properties", &property);
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Acme", "code": "org_acme" }),
    );
    server.authorize(&api, &application, &[]);
    let secrets = server.get(&format!("/api/v1/applications/{application}/secrets"));
    let secret = secrets["secrets"][0]["id"].as_str().unwrap();
    for (method, path, body) in [
        (
            "PATCH",
            format!("/api/v1/apis/{api}/applications"),
            json!({ "applications": [{ "id": application }] }),
        ),
        ("POST", assigned(&api, &application, "read:a"), Value::Null),
        (
            "PUT",
            format!("/api/v1/applications/{application}/properties/region"),
            json!({ "value": "eu", "in_token": true }),
        ),
        (
            "PUT",
            "/api/v1/properties/region".to_owned(),
            json!({ "name": "Place", "is_private": false, "category_id": "d" }),
        ),
        (
            "PATCH",
            "/api/v1/organizations/org_acme/feature_flags/beta?value=true".to_owned(),
            Value::Null,
        ),
        (
            "PATCH",
            "/api/v1/organization/org_acme".to_owned(),
            json!({ "is_suspended": true }),
        ),
        (
            "PATCH",
            format!("/api/v1/applications/{application}"),
            json!({ "is_enabled": false }),
        ),
        (
            "PATCH",
            format!("/api/v1/applications/{application}/tokens"),
            json!({ "access_token_lifetime": 60 }),
        ),
        (
            "PATCH",
            format!("/api/v1/apis/{api}"),
            json!({ "token_lifetime": 60 }),
        ),
        (
            "PATCH",
            format!("/api/v1/apis/{api}/scopes/read%3Aa"),
            json!({ "description": "Read" }),
        ),
        (
            "DELETE",
            format!("/api/v1/applications/{application}/secrets/{secret}"),
            Value::Null,
        ),
        (
            "PUT",
            "/api/v1/maintenance".to_owned(),
            json!({ "on": false }),
        ),
        (
            "PATCH",
            format!("/api/v1/apis/{api}/applications"),
            json!({ "applications": [{ "id": application, "operation": "delete" }] }),
        ),
    ] {
        let first = server.done(method, &path, &body);
        let before = events(&server);
        let second = server.done(method, &path, &body);
        assert_eq!(
            events(&server),
            before,
            "{method} {path} is in the audit log twice"
        );
        assert_eq!(first["code"], second["code"]);
        if path.ends_with("/applications") {
            assert_eq!(second["applications_connected"], json!([]));
            assert_eq!(second["applications_disconnected"], json!([]));
        }
    }
    // A record that was deleted is not found when it is deleted again.
    for path in [
        format!("/api/v1/applications/{application}"),
        format!("/api/v1/apis/{api}"),
    ] {
        server.done("DELETE", &path, &Value::Null);
        assert_eq!(server.call("DELETE", &path, &Value::Null).status, 404);
    }
}

#[test]
fn a_change_that_was_decided_at_another_version_is_not_made() {
    let server = Server::start();
    let api = server.api("https://a.example", &[]);
    let application = server.application(&json!({})).id;
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Acme", "code": "org_acme" }),
    );
    for (show, change) in [
        (format!("/api/v1/apis/{api}"), format!("/api/v1/apis/{api}")),
        (
            format!("/api/v1/applications/{application}"),
            format!("/api/v1/applications/{application}"),
        ),
        (
            "/api/v1/organization?code=org_acme".to_owned(),
            "/api/v1/organization/org_acme".to_owned(),
        ),
    ] {
        let tag = || {
            server
                .call("GET", &show, &Value::Null)
                .header("etag")
                .unwrap()
                .to_owned()
        };
        let patch = |tags: &str, name: &str| {
            let headers = format!("if-match: {tags}\r\n");
            server.call_with("PATCH", &change, &headers, &json!({ "name": name }))
        };
        let first = tag();
        assert_eq!(tag(), first, "the same as long as nothing is changed");
        assert_eq!(patch(&first, "one").status, 200);
        let second = tag();
        assert_ne!(first, second);
        for wrong in [
            first.clone(),
            "\"nonsense\"".to_owned(),
            format!("{first}, \"nonsense\""),
            format!("W/{first}"),
        ] {
            let answer = patch(&wrong, "two");
            let message = answer.refusal((412, "VERSION_CHANGED"));
            assert!(
                message.starts_with("If-Match: ") && message.contains(&second),
                "{message}"
            );
            let headers = format!("if-match: {wrong}\r\n");
            let answer = server.call_with("DELETE", &change, &headers, &Value::Null);
            assert_eq!(answer.status, 412, "{answer:?}");
        }
        assert_eq!(tag(), second, "nothing was changed");
        assert_eq!(patch("*", "three").status, 200);
        assert_eq!(
            patch(&format!("\"nonsense\", {}", tag()), "four").status,
            200
        );
        // A proxy that compresses answers makes their tags weak.
        assert_eq!(patch(&format!("W/{}", tag()), "five").status, 200);
        let listed = format!("W/\"nonsense\", W/{}", tag());
        assert_eq!(patch(&listed, "six").status, 200);
        let answer = server.call_with(
            "DELETE",
            &change,
            &format!("if-match: {}\r\n", tag()),
            &Value::Null,
        );
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = server.call_with("DELETE", &change, "if-match: *\r\n", &Value::Null);
        assert_eq!(answer.status, 404, "{answer:?}");
    }
}

#[test]
fn a_condition_that_an_operation_cannot_check_is_refused() {
    let server = Server::start();
    let api = server.api("https://a.example", &[]);
    let path = format!("/api/v1/apis/{api}/scopes");
    let scope = json!({ "key": "read:a" });
    let answer = server.call_with("POST", &path, "if-match: *\r\n", &scope);
    answer.refusal((412, "VERSION_UNKNOWN"));
    server.done("POST", &path, &scope);
}
