//! Names that another record already has.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Server, merge};

#[test]
fn an_audience_belongs_to_one_api_in_every_spelling() {
    let server = Server::start();
    server.api("https://a.example", &[]);
    let management = format!("{}/api", server.issuer());
    for audience in [
        "https://a.example",
        &management,
        &format!("{management}/v1"),
        "{issuer}/api",
        "{issuer}/api/v1",
    ] {
        let body = json!({ "name": "Another", "audience": audience });
        let message = server.refused((409, "AUDIENCE_TAKEN"), "POST", "/api/v1/apis", &body);
        assert!(
            message.starts_with("audience: ") && message.contains(audience),
            "{message}"
        );
    }
    // An audience is compared byte for byte: these are different ones.
    for audience in [
        "https://a.example/",
        "https://A.example",
        &format!("{management}/"),
    ] {
        server.api(audience, &[]);
    }
    let listed = server.get("/api/v1/apis");
    assert_eq!(listed["apis"].as_array().unwrap().len(), 5);
}

#[test]
fn a_client_id_a_code_and_a_key_belong_to_one_record_each() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read:a"]);
    server.application(&json!({ "client_id": "billing-job" }));
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Acme", "code": "org_acme", "handle": "acme" }),
    );
    let property = json!({
        "name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false,
    });
    server.done("POST", "/api/v1/properties", &property);
    for (code, path, body, field) in [
        (
            "CLIENT_ID_TAKEN",
            "/api/v1/applications".to_owned(),
            json!({ "name": "A", "type": "m2m", "client_id": "billing-job" }),
            "client_id: ",
        ),
        (
            "CLIENT_ID_TAKEN",
            "/api/v1/applications".to_owned(),
            json!({ "name": "A", "type": "m2m", "client_id": "operator" }),
            "client_id: ",
        ),
        (
            "ORGANIZATION_TAKEN",
            "/api/v1/organization".to_owned(),
            json!({ "name": "A", "code": "org_acme" }),
            "code: ",
        ),
        (
            "PROPERTY_TAKEN",
            "/api/v1/properties".to_owned(),
            property,
            "key: ",
        ),
        (
            "SCOPE_TAKEN",
            format!("/api/v1/apis/{api}/scopes"),
            json!({ "key": "read:a" }),
            "key: ",
        ),
    ] {
        let message = server.refused((409, code), "POST", &path, &body);
        assert!(message.starts_with(field), "{message}");
    }
    let twice = json!({ "name": "A", "audience": "https://b.example", "scopes": [{ "key": "a" }, { "key": "a" }] });
    let answer = server.call("POST", "/api/v1/apis", &twice);
    assert_eq!(answer.status, 409, "{answer:?}");
    let twice = json!({ "applications": [{ "id": "billing-job" }, { "id": "billing-job", "operation": "delete" }] });
    let path = format!("/api/v1/apis/{api}/applications");
    let message = server.refused((409, "APPLICATION_REPEATED"), "PATCH", &path, &twice);
    assert!(message.starts_with("applications: "), "{message}");
}

#[test]
fn x15_a46_no_client_id_equals_a_system_user_in_either_order() {
    let server = Server::start();
    let new = |more: Value| {
        let mut body = json!({ "name": "A", "type": "m2m" });
        merge(&mut body, &more);
        body
    };
    let applications = "/api/v1/applications";
    let served = server.application(&json!({ "client_id": "erp", "system_user": "svc.erp" }));
    // A client id that is the name of a system user.
    let body = new(json!({ "client_id": "svc.erp" }));
    let message = server.refused((409, "CLIENT_ID_TAKEN"), "POST", applications, &body);
    assert!(
        message.starts_with("client_id: ") && message.contains("system user"),
        "{message}"
    );
    // A system user with the name of a client id: of another application, of its own, of the one that manages the server.
    for (method, path, body) in [
        (
            "POST",
            applications.to_owned(),
            new(json!({ "client_id": "b", "system_user": "erp" })),
        ),
        (
            "POST",
            applications.to_owned(),
            new(json!({ "client_id": "c", "system_user": "c" })),
        ),
        (
            "POST",
            applications.to_owned(),
            new(json!({ "client_id": "d", "system_user": "operator" })),
        ),
        (
            "PATCH",
            format!("{applications}/{}", served.id),
            json!({ "system_user": "erp" }),
        ),
        (
            "PATCH",
            format!("{applications}/{}", served.id),
            json!({ "system_user": "operator" }),
        ),
    ] {
        let message = server.refused((409, "SYSTEM_USER_TAKEN"), method, &path, &body);
        assert!(message.starts_with("system_user: "), "{message}");
    }
    // The same names in a file.
    for application in [
        json!({ "name": "E", "client_id": "svc.erp" }),
        json!({ "name": "E", "client_id": "e", "system_user": "erp" }),
    ] {
        let answer = server.call(
            "POST",
            "/api/v1/apply",
            &json!({ "application": [application] }),
        );
        assert!(matches!(answer.status, 400 | 409), "{answer:?}");
    }
    // None of these records was created, and the name is free once its user is deleted.
    let listed = server.get(applications);
    assert_eq!(listed["applications"].as_array().unwrap().len(), 2);
    let path = format!("{applications}/{}", served.id);
    server.done("PATCH", &path, &json!({ "system_user": null }));
    server.application(&json!({ "client_id": "svc.erp" }));
    server.refused(
        (409, "SYSTEM_USER_TAKEN"),
        "PATCH",
        &path,
        &json!({ "system_user": "svc.erp" }),
    );
}
