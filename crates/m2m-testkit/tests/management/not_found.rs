//! Records that no longer exist, or never existed.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Server, assigned};

#[test]
fn g4_a_deleted_record_is_404_from_the_next_request_on() {
    let server = Server::in_profile("generic");
    let api = server.api("https://a.example", &["read:a", "write:a"]);
    let scopes = server.get(&format!("/api/v1/apis/{api}/scopes"));
    let scope = scopes["scopes"][0]["id"].as_str().unwrap();
    let application = server.application(&json!({}));
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "O", "code": "org" }),
    );
    let property = json!({
        "name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false,
    });
    let property = server.done("POST", "/api/v1/properties", &property);
    let property = property["property"]["id"].as_str().unwrap();
    // Each request that shows or would change a record, with the kind of record that the refusal names.
    for (delete, show, body, kind) in [
        (
            format!("/api/v1/apis/{api}/scopes/{scope}"),
            "GET",
            Value::Null,
            "SCOPE",
        ),
        (format!("/api/v1/apis/{api}"), "GET", Value::Null, "API"),
        (
            format!("/api/v1/applications/{}", application.id),
            "GET",
            Value::Null,
            "APPLICATION",
        ),
        (
            "/api/v1/organization/org".to_owned(),
            "PATCH",
            json!({ "name": "P" }),
            "ORGANIZATION",
        ),
        (
            format!("/api/v1/properties/{property}"),
            "PUT",
            json!({ "name": "P" }),
            "PROPERTY",
        ),
    ] {
        server.done(show, &delete, &body);
        server.done("DELETE", &delete, &Value::Null);
        let code = format!("{kind}_NOT_FOUND");
        server.refused((404, &code), show, &delete, &body);
        server.refused((404, &code), "DELETE", &delete, &Value::Null);
    }
    server.refused(
        (404, "ORGANIZATION_NOT_FOUND"),
        "GET",
        "/api/v1/organization?code=org",
        &Value::Null,
    );
}

#[test]
fn an_unknown_name_is_404_in_every_path_and_the_error_names_it() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read:a"]);
    let application = server.application(&json!({})).id;
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "O", "code": "org" }),
    );
    // An id of the right form, and one of a wrong form.
    for absent in [
        "01936bca-0000-7000-8000-000000000000",
        "absent",
        "https%3A%2F%2Fabsent.example",
    ] {
        let apis = format!("/api/v1/apis/{absent}");
        let applications = format!("/api/v1/applications/{absent}");
        let name = absent.replace("%3A", ":").replace("%2F", "/");
        for (kind, method, path, body) in [
            ("API", "GET", apis.clone(), Value::Null),
            ("API", "PATCH", apis.clone(), json!({ "name": "A" })),
            ("API", "DELETE", apis.clone(), Value::Null),
            ("API", "GET", format!("{apis}/scopes"), Value::Null),
            (
                "API",
                "POST",
                format!("{apis}/scopes"),
                json!({ "key": "k" }),
            ),
            (
                "API",
                "PATCH",
                format!("{apis}/applications"),
                json!({ "applications": [] }),
            ),
            (
                "SCOPE",
                "GET",
                format!("/api/v1/apis/{api}/scopes/{absent}"),
                Value::Null,
            ),
            (
                "SCOPE",
                "PATCH",
                format!("/api/v1/apis/{api}/scopes/{absent}"),
                json!({}),
            ),
            (
                "SCOPE",
                "DELETE",
                format!("/api/v1/apis/{api}/scopes/{absent}"),
                Value::Null,
            ),
            (
                "SCOPE",
                "POST",
                format!("/api/v1/apis/{api}/applications/{application}/scopes/{absent}"),
                Value::Null,
            ),
            (
                "APPLICATION",
                "POST",
                format!("/api/v1/apis/{api}/applications/{absent}/scopes/read%3Aa"),
                Value::Null,
            ),
            (
                "APPLICATION",
                "PATCH",
                format!("/api/v1/apis/{api}/applications"),
                json!({ "applications": [{ "id": name }] }),
            ),
            ("APPLICATION", "GET", applications.clone(), Value::Null),
            (
                "APPLICATION",
                "PATCH",
                applications.clone(),
                json!({ "name": "A" }),
            ),
            ("APPLICATION", "DELETE", applications.clone(), Value::Null),
            (
                "APPLICATION",
                "PATCH",
                format!("{applications}/tokens"),
                json!({}),
            ),
            (
                "APPLICATION",
                "GET",
                format!("{applications}/properties"),
                Value::Null,
            ),
            (
                "APPLICATION",
                "GET",
                format!("{applications}/secrets"),
                Value::Null,
            ),
            (
                "APPLICATION",
                "POST",
                format!("{applications}/secrets"),
                json!({}),
            ),
            (
                "APPLICATION",
                "DELETE",
                format!("{applications}/secrets/some"),
                Value::Null,
            ),
            (
                "SECRET",
                "DELETE",
                format!("/api/v1/applications/{application}/secrets/{absent}"),
                Value::Null,
            ),
            (
                "PROPERTY",
                "PUT",
                format!("/api/v1/applications/{application}/properties/{absent}"),
                json!({ "value": true }),
            ),
            (
                "PROPERTY",
                "PUT",
                format!("/api/v1/properties/{absent}"),
                json!({ "name": "P" }),
            ),
            (
                "PROPERTY",
                "DELETE",
                format!("/api/v1/properties/{absent}"),
                Value::Null,
            ),
            (
                "ORGANIZATION",
                "GET",
                format!("/api/v1/organization?code={absent}"),
                Value::Null,
            ),
            (
                "ORGANIZATION",
                "PATCH",
                format!("/api/v1/organization/{absent}"),
                json!({ "name": "O" }),
            ),
            (
                "ORGANIZATION",
                "DELETE",
                format!("/api/v1/organization/{absent}"),
                Value::Null,
            ),
            (
                "ORGANIZATION",
                "GET",
                format!("/api/v1/organizations/{absent}/feature_flags"),
                Value::Null,
            ),
            (
                "ORGANIZATION",
                "PATCH",
                format!("/api/v1/organizations/{absent}/feature_flags/f?value=1"),
                Value::Null,
            ),
            (
                "ORGANIZATION",
                "POST",
                "/api/v1/applications".to_owned(),
                json!({ "name": "A", "type": "m2m", "org_code": name }),
            ),
            (
                "APPLICATION",
                "PATCH",
                format!("/api/v1/apis/{api}"),
                json!({ "introspection_clients": [name.replace(':', "")] }),
            ),
        ] {
            let code = format!("{kind}_NOT_FOUND");
            let message = server.refused((404, &code), method, &path, &body);
            let is_named = message.contains(&name)
                || message.contains("some")
                || message.contains(&name.replace(':', ""));
            assert!(is_named, "{method} {path}: {message}");
        }
    }
    // A scope that was never assigned cannot be removed; an application that is not authorized cannot be assigned a scope.
    let path = assigned(&api, &application, "read:a");
    server.refused(
        (409, "APPLICATION_NOT_AUTHORIZED"),
        "POST",
        &path,
        &Value::Null,
    );
    server.refused((404, "SCOPE_NOT_ASSIGNED"), "DELETE", &path, &Value::Null);
    let diagnosis = server.call(
        "GET",
        "/api/v1/diagnoses/0af7651916cd43dd8448eb211c80319c",
        &Value::Null,
    );
    assert_eq!(diagnosis.status, 404, "{diagnosis:?}");
}
