//! Changes that are refused because no application could manage the server afterwards.

use m2m_admin::management::SCOPES;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Answer, Made, OPERATOR, OPERATOR_SECRET, Server, assigned, encoded};

const PROTECTED: (u16, &str) = (409, "MANAGEMENT_PROTECTED");

fn management_api(server: &Server) -> String {
    let apis = server.get("/api/v1/apis");
    let apis = apis["apis"].as_array().unwrap();
    let api = apis.iter().find(|api| api["is_management_api"] == true);
    api.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Creates another application with these scopes of the management API.
fn second(server: &Server, more: &Value, scopes: &[&str]) -> (Made, String) {
    let made = server.application(more);
    server.authorize(&management_api(server), &made.id, scopes);
    let token = server.management_token(&made.client_id, &made.secret);
    (made, token)
}

fn as_other(server: &Server, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    server.call_as(token, method, path, body)
}

#[test]
fn a_manager_cannot_remove_its_own_access() {
    let server = Server::start();
    let api = management_api(&server);
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "O", "code": "org" }),
    );
    // It is refused although there is another application that could.
    second(&server, &json!({}), &["create:application_api_scopes"]);
    let own = "/api/v1/applications/operator";
    let before = server.get(own);
    for change in [
        json!({ "is_enabled": false }),
        json!({ "client_type": "public" }),
        json!({ "grant_types": [] }),
        json!({ "authentication_methods": [] }),
        json!({ "authentication_methods": ["client_secret_basic"] }),
        json!({ "org_code": "org" }),
        json!({ "allowed_addresses": ["192.0.2.0/24"] }),
        json!({ "token_quota": { "tokens": 1, "per": "1h", "mode": "enforce" } }),
        json!({ "system_user": "someone" }),
        json!({ "expires_at": "2100-01-01T00:00:00Z" }),
        json!({ "name": "Renamed", "is_enabled": false }),
    ] {
        server.refused(PROTECTED, "PATCH", own, &change);
    }
    server.refused(PROTECTED, "DELETE", own, &Value::Null);
    let leave = json!({ "applications": [{ "id": OPERATOR, "operation": "delete" }] });
    server.refused(
        PROTECTED,
        "PATCH",
        &format!("/api/v1/apis/{api}/applications"),
        &leave,
    );
    for scope in ["read:apis", "update:apis", "create:application_api_scopes"] {
        server.refused(
            PROTECTED,
            "DELETE",
            &assigned(&api, OPERATOR, scope),
            &Value::Null,
        );
    }
    assert_eq!(server.get(own), before, "nothing was changed");
    // Changes without effect on management are allowed.
    server.done(
        "PATCH",
        own,
        &json!({ "name": "Renamed", "access_token_lifetime": 600 }),
    );
    server.done(
        "PATCH",
        &format!("{own}/tokens"),
        &json!({ "access_token_lifetime": null }),
    );
    server.management_token(OPERATOR, OPERATOR_SECRET);
}

#[test]
fn f4_no_caller_can_remove_the_last_manager() {
    let server = Server::start();
    let api = management_api(&server);
    let scopes = [
        "update:applications",
        "delete:applications",
        "update:apis",
        "read:applications",
        "read:application_secrets",
        "delete:application_secrets",
        "delete:application_api_scopes",
    ];
    let (deputy, token) = second(&server, &json!({}), &scopes);
    let ask =
        |method: &str, path: &str, body: &Value| as_other(&server, &token, method, path, body);
    let secrets = ask("GET", "/api/v1/applications/operator/secrets", &Value::Null).json();
    let secret = secrets["secrets"][0]["id"].as_str().unwrap();
    let connections = format!("/api/v1/apis/{api}/applications");
    let secret = format!("/api/v1/applications/operator/secrets/{secret}");
    let scope = assigned(&api, OPERATOR, "create:application_api_scopes");
    let other = assigned(&api, OPERATOR, "apply:registry");
    let attempts = [
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "is_enabled": false }),
        ),
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "client_type": "public" }),
        ),
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "expires_at": "2100-01-01T00:00:00Z" }),
        ),
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "grant_types": [] }),
        ),
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "authentication_methods": [] }),
        ),
        (
            "PATCH",
            &*connections,
            json!({ "applications": [{ "id": OPERATOR, "operation": "delete" }] }),
        ),
        (
            "PATCH",
            "/api/v1/applications/operator",
            json!({ "allowed_addresses": ["192.0.2.1"] }),
        ),
        ("DELETE", &*scope, Value::Null),
        ("DELETE", &*other, Value::Null),
        ("DELETE", &*secret, Value::Null),
        ("DELETE", "/api/v1/applications/operator", Value::Null),
    ];
    for (method, path, body) in &attempts {
        ask(method, path, body).refusal(PROTECTED);
        server.management_token(OPERATOR, OPERATOR_SECRET);
    }
    // None of these manages the server: a helper that may authorize, a disabled application, one without a method of authentication, one
    // whose allowed addresses cannot be those of a caller, and one whose organization is suspended.
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let helper = server.application(&json!({}));
    server.authorize(&api, &helper.id, &["create:application_api_scopes"]);
    let organization = json!({ "name": "O", "code": "org" });
    server.done("POST", "/api/v1/organization", &organization);
    for unable in [
        json!({ "is_enabled": false }),
        json!({ "authentication_methods": [] }),
        json!({ "allowed_addresses": ["0.0.0.0"] }),
        json!({ "org_code": "org" }),
    ] {
        let unable = server.application(&unable);
        server.authorize(&api, &unable.id, &all);
    }
    server.done(
        "PATCH",
        "/api/v1/organization/org",
        &json!({ "is_suspended": true }),
    );
    for (method, path, body) in &attempts {
        ask(method, path, body).refusal(PROTECTED);
    }
    // Once there is another manager, the first can be deleted, and its tokens are refused from then on.
    let rest: Vec<&str> = all
        .into_iter()
        .filter(|scope| !scopes.contains(scope))
        .collect();
    server.authorize(&api, &deputy.id, &rest);
    let answer = ask("DELETE", "/api/v1/applications/operator", &Value::Null);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(server.call("GET", "/api/v1/apis", &Value::Null).status, 401);
    server
        .ask_with(OPERATOR, OPERATOR_SECRET, "")
        .assert_refused(401, "invalid_client");
}

#[test]
fn the_management_api_stays_with_its_scopes_and_may_be_changed_otherwise() {
    let server = Server::with_all_keys();
    let api = management_api(&server);
    let issuer = server.issuer();
    for name in [
        &api,
        &encoded(&format!("{issuer}/api")),
        &encoded(&format!("{issuer}/api/v1")),
    ] {
        server.refused(
            PROTECTED,
            "DELETE",
            &format!("/api/v1/apis/{name}"),
            &Value::Null,
        );
        for scope in ["read%3Aapis", "update%3Amaintenance"] {
            let path = format!("/api/v1/apis/{name}/scopes/{scope}");
            server.refused(PROTECTED, "DELETE", &path, &Value::Null);
        }
    }
    // The claim set and the algorithm of its tokens may change: management continues with earlier tokens and with later ones.
    for change in [
        json!({ "claims": "kinde" }),
        json!({ "signing_alg": "RS256" }),
        json!({ "signing_alg": "EdDSA", "claims": "rfc9068", "token_lifetime": 60 }),
    ] {
        server.done("PATCH", &format!("/api/v1/apis/{api}"), &change);
        let token = server.management_token(OPERATOR, OPERATOR_SECRET);
        let answer = as_other(&server, &token, "GET", "/api/v1/apis", &Value::Null);
        assert_eq!(answer.status, 200, "{change}: {answer:?}");
    }
}

#[test]
fn a_manager_cannot_suspend_its_own_organization() {
    let server = Server::start();
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Own", "code": "org_own" }),
    );
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Other", "code": "org_other" }),
    );
    let scopes = ["update:organizations", "delete:organizations"];
    let (_, token) = second(&server, &json!({ "org_code": "org_own" }), &scopes);
    let suspend = json!({ "is_suspended": true });
    let ask = |path: &str| as_other(&server, &token, "PATCH", path, &suspend);
    ask("/api/v1/organization/org_own").refusal(PROTECTED);
    assert_eq!(ask("/api/v1/organization/org_other").status, 200);
    // Another application may, and then the tokens of the first are refused.
    let in_use = server.refused(
        (409, "ORGANIZATION_IN_USE"),
        "DELETE",
        "/api/v1/organization/org_own",
        &Value::Null,
    );
    assert!(
        in_use.contains("the organization still has applications"),
        "{in_use}"
    );
    server.done("PATCH", "/api/v1/organization/org_own", &suspend);
    assert_eq!(ask("/api/v1/organization/org_other").status, 401);
}

#[test]
fn a_manager_cannot_revoke_its_own_last_secret() {
    let server = Server::start();
    let secrets = "/api/v1/applications/operator/secrets";
    let first = server.get(secrets)["secrets"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    server.refused(
        PROTECTED,
        "DELETE",
        &format!("{secrets}/{first}"),
        &Value::Null,
    );
    let made = server.done("POST", secrets, &json!({ "overlap_seconds": 600 }));
    let secret = made["secret"]["client_secret"].as_str().unwrap();
    server.done("DELETE", &format!("{secrets}/{first}"), &Value::Null);
    let made = made["secret"]["id"].as_str().unwrap();
    server.refused(
        PROTECTED,
        "DELETE",
        &format!("{secrets}/{made}"),
        &Value::Null,
    );
    server.management_token(OPERATOR, secret);
    server
        .ask_with(OPERATOR, OPERATOR_SECRET, "")
        .assert_refused(401, "invalid_client");
}

#[test]
fn a_file_deletes_neither_its_sender_nor_the_management_api() {
    let server = Server::start();
    server.application(&json!({ "client_id": "other" }));
    let empty = json!({ "organization": [{ "code": "org_acme" }] });
    let applied = server.done("POST", "/api/v1/apply?prune=true", &empty);
    assert_eq!(applied["applied"], true, "{applied}");
    server.refused(
        (404, "APPLICATION_NOT_FOUND"),
        "GET",
        "/api/v1/applications/other",
        &Value::Null,
    );
    server.get("/api/v1/applications/operator");
    management_api(&server);
    server.management_token(OPERATOR, OPERATOR_SECRET);
    // A file cannot remove from the last manager what it needs to manage the server either.
    for application in [
        json!({ "name": "m2m management", "client_id": OPERATOR, "enabled": false }),
        json!({ "name": "m2m management", "client_id": OPERATOR, "authorize": [] }),
        json!({ "name": "m2m management", "client_id": OPERATOR, "client_type": "public" }),
    ] {
        let body = json!({ "application": [application] });
        let refused = (409, "WORLD_INVALID");
        let message = server.refused(refused, "POST", "/api/v1/apply", &body);
        assert!(
            message.contains("the last application that manages"),
            "{message}"
        );
        server.get("/api/v1/applications/operator");
    }
}
