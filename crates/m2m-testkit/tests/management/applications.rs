//! Applications: created, changed field by field, and cleared.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::Server;

const A: &str = "https://a.example";
const JOB: &str = "/api/v1/applications/job";
const API: &str = "/api/v1/apis/https%3A%2F%2Fa.example";

fn job(server: &Server) -> Value {
    server.get(JOB)["application"].clone()
}

/// Clears each field alone, and checks that the record then equals one that never had the field.
#[track_caller]
fn assert_each_is_cleared(
    server: &Server,
    path: &str,
    set: &Value,
    cleared: &[(&str, Value)],
    look: impl Fn() -> Value,
) {
    let bare = look();
    let fields = set.as_object().unwrap();
    assert_eq!(fields.len(), cleared.len());
    for (field, nothing) in cleared {
        server.done("PATCH", path, set);
        let full = look();
        assert_ne!(full[field], bare[field], "{field}");
        server.done("PATCH", path, &json!({ *field: nothing }));
        let cleared = look();
        assert_eq!(cleared[field], bare[field], "{field}");
        for other in fields.keys().filter(|other| *other != field) {
            assert_eq!(cleared[other], full[other], "{field} clears {other}");
        }
    }
}

#[test]
fn a_cleared_field_is_absent_afterwards() {
    let server = Server::start();
    let organization = json!({ "name": "Acme", "code": "org_acme" });
    server.done("POST", "/api/v1/organization", &organization);
    server.application(&json!({ "client_id": "job" }));
    server.api(A, &[]);
    assert_each_is_cleared(
        &server,
        JOB,
        &json!({
            "description": "Sends invoices", "owner": "Team Billing", "contact": "billing@example.com",
            "purpose": "Reads orders", "default_audience": A, "org_code": "org_acme", "system_user": "svc",
            "access_token_lifetime": 600, "not_before": "2026-01-01T00:00:00Z", "expires_at": "2100-01-01T00:00:00Z",
            "allowed_addresses": ["10.0.0.0/8"], "token_quota": { "tokens": 1000, "per": "1h" },
        }),
        &[
            ("description", Value::Null),
            ("owner", Value::Null),
            ("contact", Value::Null),
            ("purpose", Value::Null),
            ("default_audience", Value::Null),
            ("org_code", Value::Null),
            ("system_user", Value::Null),
            ("access_token_lifetime", Value::Null),
            ("not_before", Value::Null),
            ("expires_at", Value::Null),
            ("allowed_addresses", json!([])),
            ("token_quota", Value::Null),
        ],
        || job(&server),
    );
    assert_each_is_cleared(
        &server,
        API,
        &json!({ "description": "Orders", "introspection_clients": ["job"] }),
        &[
            ("description", Value::Null),
            ("introspection_clients", json!([])),
        ],
        || server.get(API)["api"].clone(),
    );
    assert_each_is_cleared(
        &server,
        "/api/v1/organization/org_acme",
        &json!({ "external_id": "crm", "handle": "acme" }),
        &[("external_id", Value::Null), ("handle", Value::Null)],
        || server.get("/api/v1/organization?code=org_acme"),
    );
}

#[test]
fn a_description_is_in_the_exported_file_and_the_audit_log() {
    let server = Server::start();
    let ordered = json!({ "name": "A", "audience": A, "description": "What was ordered" });
    server.done("POST", "/api/v1/apis", &ordered);
    let described = json!({ "client_id": "job", "description": "Sends the invoices" });
    server.application(&described);
    assert_eq!(job(&server)["description"], "Sends the invoices");
    assert_eq!(server.get(API)["api"]["description"], "What was ordered");
    let exported = server.get("/api/v1/export");
    let exported = exported["world"].as_str().unwrap();
    assert!(exported.contains("\nclient_id = \"job\"\ndescription = \"Sends the invoices\"\n"));
    assert!(exported.contains("\nname = \"A\"\ndescription = \"What was ordered\"\n"));
    server.done("PATCH", JOB, &json!({ "description": null }));
    let events = server.get("/api/v1/events?subject=application&name=job");
    let event = &events["events"][0];
    assert_eq!(event["before"]["description"], "Sends the invoices");
    assert_eq!(event["after"]["description"], Value::Null);
    let long = json!({ "description": "x".repeat(1001) });
    for path in [JOB, API] {
        let message = server.refused((400, "FIELD_INVALID"), "PATCH", path, &long);
        assert!(
            message.starts_with("description: the text has 1001"),
            "{message}"
        );
    }
}

#[test]
fn a_new_quota_keeps_the_mode() {
    let server = Server::start();
    let quota = || job(&server)["token_quota"].clone();
    server.application(&json!({ "client_id": "job", "token_quota": { "tokens": 1, "per": "1h" } }));
    assert_eq!(quota(), json!({ "tokens": 1, "per": "1h", "mode": "warn" }));
    let enforced = json!({ "tokens": 2, "per": "1h", "mode": "enforce" });
    server.done("PATCH", JOB, &json!({ "token_quota": enforced }));
    let another = json!({ "token_quota": { "tokens": 3, "per": "1d" } });
    server.done("PATCH", JOB, &another);
    assert_eq!(
        quota(),
        json!({ "tokens": 3, "per": "1d", "mode": "enforce" })
    );
}

#[test]
fn an_application_is_created_with_every_field_that_an_update_can_set() {
    let server = Server::start();
    server.application(&json!({
        "name": "Job", "client_id": "job", "system_user": "svc", "is_system_user_allowed": true,
        "token_quota": { "tokens": 1000, "per": "1h", "mode": "enforce" },
        "allowed_addresses": ["10.0.0.0/8"], "not_before": "2026-01-01T01:00:00+01:00",
    }));
    let created = job(&server);
    assert_eq!(created["name"], "Job");
    assert_eq!(created["is_system_user_allowed"], true);
    assert_eq!(created["allowed_addresses"], json!(["10.0.0.0/8"]));
    assert_eq!(created["not_before"], "2026-01-01T00:00:00Z");
    let quota = json!({ "tokens": 1000, "per": "1h", "mode": "enforce" });
    assert_eq!(created["token_quota"], quota);
    let update =
        json!({ "token_quota": { "tokens": 5, "per": "1d" }, "is_system_user_allowed": false });
    server.done("PATCH", JOB, &update);
    let quota = json!({ "tokens": 5, "per": "1d", "mode": "enforce" });
    assert_eq!(job(&server)["token_quota"], quota);
    assert_eq!(job(&server)["is_system_user_allowed"], false);
}

#[test]
fn a_reference_to_a_missing_record_is_refused_with_its_kind() {
    let server = Server::start();
    let body = json!({ "name": "Job", "type": "m2m", "org_code": "org_bet" });
    let refused = (404, "ORGANIZATION_NOT_FOUND");
    let message = server.refused(refused, "POST", "/api/v1/applications", &body);
    assert!(message.contains("org_bet"), "{message}");
}

#[test]
fn an_application_that_cannot_be_authorized_is_not_created() {
    let server = Server::start();
    let create = |audience: &str, scope: &str| {
        let apis = json!([{ "audience": audience, "scopes": [scope] }]);
        let body = json!({ "name": "A", "type": "m2m", "client_id": "a", "apis": apis });
        let answer = server.call("POST", "/api/v1/applications", &body);
        assert!(matches!(answer.status, 404 | 409), "{answer:?}");
        answer.json()["errors"][0]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let said = create("https://none.example", "read");
    assert!(said.contains("https://none.example"), "{said}");
    server.api(A, &["read"]);
    let said = create(A, "raed");
    assert!(said.contains("did you mean \"read\"?"), "{said}");
    let unknown = (404, "APPLICATION_NOT_FOUND");
    server.refused(unknown, "GET", "/api/v1/applications/a", &Value::Null);
}

#[test]
fn a2_a_default_audience_is_that_of_an_api_and_is_cleared_with_it() {
    let server = Server::start();
    server.api(A, &["read"]);
    let missing = json!({ "name": "Job", "type": "m2m", "default_audience": "https://b.example" });
    let said = server.refused(
        (404, "REFERENCE_NOT_FOUND"),
        "POST",
        "/api/v1/applications",
        &missing,
    );
    assert!(
        said.contains("default_audience") && said.contains("\"https://a.example\""),
        "{said}"
    );
    let made = server.application(&json!({ "client_id": "job", "default_audience": A }));
    assert_eq!(job(&server)["default_audience"], A);
    // The default grants nothing by itself.
    let refused = server.ask(&made, "");
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (400, Some("unauthorized_client"))
    );
    server.authorize(A, "job", &["read"]);
    server.api("https://b.example", &[]);
    server.authorize("https://b.example", "job", &[]);
    let claims = server.claims(&made, "");
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!(A), &json!("read"))
    );
    // An application that lost the authorization keeps its default, and so does not get a token for the other API instead.
    let applications = json!({ "applications": [{ "id": "job", "operation": "delete" }] });
    server.done("PATCH", &format!("{API}/applications"), &applications);
    assert_eq!(server.ask(&made, "").status, 400);
    assert_eq!(job(&server)["default_audience"], A);
    server.done("DELETE", API, &Value::Null);
    assert_eq!(job(&server)["default_audience"], Value::Null);
    let event = server.get("/api/v1/events?subject=application&name=job")["events"][0].clone();
    assert_eq!(
        (
            &event["before"]["default_audience"],
            &event["after"]["default_audience"]
        ),
        (&json!(A), &Value::Null),
        "{event}"
    );
    assert_eq!(server.claims(&made, "")["aud"], "https://b.example");
}

#[test]
fn a2_the_default_audience_may_be_that_of_the_management_api() {
    let server = Server::start();
    let audience = format!("{}/api", server.issuer());
    server.application(&json!({ "client_id": "job", "default_audience": audience }));
    assert_eq!(job(&server)["default_audience"], audience);
    let exported = server.get("/api/v1/export")["world"].clone();
    let exported = exported.as_str().unwrap();
    assert!(
        exported.contains("default_audience = \"{issuer}/api\""),
        "{exported}"
    );
}
