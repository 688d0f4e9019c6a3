//! The causes of refused operations: each is provoked, and recorded under its own name.

use m2m_admin::Prune;
use m2m_authority::registry::ScopeDefinition;
use m2m_errors::Cause;
use m2m_store::Write;
use serde_json::{Value, json};

use crate::managed::{MANAGER, ManagedServer};

const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders"]

[[organization]]
code = "org_a"
name = "A"
feature_flags = { beta = true }

[[property]]
key = "iban"
name = "Account"
private = true

[[application]]
name = "target"
client_id = "target"

[[application]]
name = "reader"
client_id = "reader"
system_user = "svc.reader"
authorize = [{ audience = "https://orders.example/api", scopes = ["read:orders"] }]

[[application]]
name = "member"
client_id = "member"
organization = "org_a"
"#;

/// The path of the API in [`WORLD`].
const ORDERS: &str = "/api/v1/apis/https%3A%2F%2Forders.example%2Fapi";

/// Method, path, body, and the cause of the refusal.
type Row = (&'static str, &'static str, Value, Cause);

#[track_caller]
fn check(rows: &[Row]) {
    let mut server = ManagedServer::new();
    server.apply(WORLD, Prune::Keep).unwrap();
    for (method, path, body, cause) in rows {
        let (status, answer) = server.call(MANAGER, method, path, body);
        assert!(status >= 400, "{cause}: {method} {path}: {answer}");
        check_last(&server, status, *cause);
    }
}

#[track_caller]
fn check_last(server: &ManagedServer, status: u16, cause: Cause) {
    let refused = server.refused().unwrap();
    assert_eq!(refused.cause, cause, "{refused:?}");
    assert_eq!(cause.entry().wire.rfc.status.code(), status, "{refused:?}");
    assert!(refused.reason.is_some(), "{refused:?}");
}

fn application(more: Value) -> Value {
    let mut body = json!({ "name": "A", "type": "m2m" });
    let (Value::Object(own), Value::Object(more)) = (&mut body, more) else {
        unreachable!("both are objects")
    };
    own.extend(more);
    body
}

#[test]
fn f7_requests_that_cannot_be_read() {
    check(&[
        (
            "POST",
            "/api/v1/applications",
            application(json!({ "client_id": "a b" })),
            Cause::FieldInvalid,
        ),
        (
            "POST",
            "/api/v1/apis",
            json!({ "name": 1 }),
            Cause::FieldInvalid,
        ),
        (
            "GET",
            "/api/v1/apis?page_size=%zz",
            Value::Null,
            Cause::QueryMalformed,
        ),
        (
            "GET",
            "/api/v1/applications?organization=org_a&search=a",
            Value::Null,
            Cause::FiltersConflict,
        ),
    ]);
    let mut server = ManagedServer::new();
    for (path, content_type, body, cause) in [
        (
            "/api/v1/apis",
            "application/json",
            "{",
            Cause::ManagementBodyMalformed,
        ),
        (
            "/api/v1/apis",
            "text/plain",
            "{}",
            Cause::MediaTypeUnsupported,
        ),
        (
            "/api/v1/apply",
            "application/toml",
            "",
            Cause::RegistryFileEmpty,
        ),
        (
            "/api/v1/apply",
            "application/toml",
            "api = 1",
            Cause::RegistryFileInvalid,
        ),
        (
            "/api/v1/apply",
            "application/toml",
            "[[application]]\nname = \"a\"\nclient_id = \"a\"\nauthorize = [{ audience = \"https://absent.example\" }]",
            Cause::RegistryFileUnfit,
        ),
    ] {
        let (status, _) = server.call_with(MANAGER, "POST", path, content_type, body.to_owned());
        check_last(&server, status, cause);
    }
}

#[test]
fn f7_records_that_do_not_exist() {
    let of_orders = |path: &str| -> &'static str { format!("{ORDERS}{path}").leak() };
    let scope = "/applications/target/scopes/read%3Aorders";
    check(&[
        (
            "GET",
            "/api/v1/apis/absent",
            Value::Null,
            Cause::ApiNotFound,
        ),
        (
            "GET",
            of_orders("/scopes/absent"),
            Value::Null,
            Cause::ScopeNotFound,
        ),
        (
            "GET",
            "/api/v1/applications/absent",
            Value::Null,
            Cause::ApplicationNotFound,
        ),
        (
            "DELETE",
            "/api/v1/organization/absent",
            Value::Null,
            Cause::OrganizationNotFound,
        ),
        (
            "DELETE",
            "/api/v1/properties/absent",
            Value::Null,
            Cause::PropertyNotFound,
        ),
        (
            "DELETE",
            "/api/v1/applications/target/secrets/absent",
            Value::Null,
            Cause::SecretNotFound,
        ),
        (
            "PATCH",
            format!(
                "/api/v1/organizations/org_a/feature_flags/{}?value=1",
                "a".repeat(257)
            )
            .leak(),
            Value::Null,
            Cause::FeatureFlagNotFound,
        ),
        (
            "GET",
            "/api/v1/diagnoses/0123456789abcdef0123456789abcdef",
            Value::Null,
            Cause::DiagnosisNotFound,
        ),
        (
            "PATCH",
            "/api/v1/applications/member",
            json!({ "token_feature_flags": ["absent"] }),
            Cause::ReferenceNotFound,
        ),
        (
            "DELETE",
            of_orders(scope),
            Value::Null,
            Cause::AssignmentNotFound,
        ),
        (
            "POST",
            of_orders(scope),
            Value::Null,
            Cause::ApplicationNotAuthorized,
        ),
    ]);
}

#[test]
fn f7_identifiers_that_other_records_have() {
    check(&[
        (
            "POST",
            "/api/v1/apis",
            json!({ "name": "A", "audience": "https://orders.example/api" }),
            Cause::AudienceTaken,
        ),
        (
            "POST",
            "/api/v1/applications",
            application(json!({ "client_id": "target" })),
            Cause::ClientIdTaken,
        ),
        (
            "POST",
            "/api/v1/applications",
            application(json!({ "client_id": "svc.reader" })),
            Cause::ClientIdOfSystemUser,
        ),
        (
            "POST",
            "/api/v1/applications",
            application(json!({ "system_user": "target" })),
            Cause::SystemUserTaken,
        ),
        (
            "POST",
            "/api/v1/organization",
            json!({ "name": "A", "code": "org_a" }),
            Cause::OrganizationTaken,
        ),
        (
            "POST",
            "/api/v1/properties",
            json!({ "name": "A", "key": "iban", "type": "single_line_text", "context": "app", "is_private": false }),
            Cause::PropertyTaken,
        ),
        (
            "POST",
            format!("{ORDERS}/scopes").leak(),
            json!({ "key": "read:orders" }),
            Cause::ScopeTaken,
        ),
        (
            "POST",
            "/api/v1/apis",
            json!({ "name": "A", "audience": "https://a.example", "scopes": [{ "key": "a" }, { "key": "a" }] }),
            Cause::NameTaken,
        ),
    ]);
}

#[test]
fn f7_records_that_do_not_allow_the_change() {
    let orders = "https://orders.example/api";
    check(&[
        (
            "POST",
            "/api/v1/apply",
            json!({ "api": [{ "name": "Orders", "audience": orders, "scopes": [] }] }),
            Cause::RecordInUse,
        ),
        (
            "DELETE",
            "/api/v1/organization/org_a",
            Value::Null,
            Cause::OrganizationInUse,
        ),
        (
            "PATCH",
            format!("{ORDERS}/applications").leak(),
            json!({ "applications": [{ "id": "target" }, { "id": "target" }] }),
            Cause::ApplicationRepeated,
        ),
        (
            "PATCH",
            "/api/v1/organizations/org_a/feature_flags/beta?value=12",
            Value::Null,
            Cause::FeatureFlagType,
        ),
        (
            "PUT",
            "/api/v1/applications/target/properties/iban",
            json!({ "value": "a", "in_token": true }),
            Cause::PropertyPrivate,
        ),
        (
            "POST",
            "/api/v1/keys/import",
            json!({ "private_key": "a" }),
            Cause::KeyUnusable,
        ),
    ]);
    let mut server = ManagedServer::new();
    server.apply(WORLD, Prune::Keep).unwrap();
    let public = application(json!({ "client_id": "public", "client_type": "public" }));
    let property = json!({ "name": "A", "key": "a", "type": "single_line_text", "context": "org", "is_private": false });
    let rotate = json!({ "algorithm": "ES256" });
    for (path, body) in [
        ("/api/v1/applications", &public),
        ("/api/v1/properties", &property),
        ("/api/v1/keys/rotate", &rotate),
    ] {
        let (status, answer) = server.call(MANAGER, "POST", path, body);
        assert!(status < 300, "{answer}");
    }
    for (method, path, body, cause) in [
        (
            "POST",
            "/api/v1/applications/public/secrets",
            &json!({}),
            Cause::ApplicationPublic,
        ),
        (
            "PUT",
            "/api/v1/applications/target/properties/a",
            &json!({ "value": "a" }),
            Cause::PropertyNotForApplications,
        ),
        ("POST", "/api/v1/keys/rotate", &rotate, Cause::KeyTooNew),
    ] {
        let (status, _) = server.call(MANAGER, method, path, body);
        check_last(&server, status, cause);
    }
}

#[test]
fn f7_limits_of_an_api_and_of_keys() {
    let mut server = ManagedServer::new();
    server.apply(WORLD, Prune::Keep).unwrap();
    let snapshot = server.snapshot();
    let mut apis = snapshot.apis.iter();
    let stored = apis.find(|api| *api.value.name == *"Orders").unwrap();
    let mut api = stored.value.clone();
    api.scopes.extend((0..999).map(|number| ScopeDefinition {
        key: format!("scope{number}").into(),
        description: "".parse().unwrap(),
    }));
    let written = stored.with(api, server.now());
    server.write(vec![Write::PutApi(written)]);
    let path = format!("{ORDERS}/scopes");
    let (status, _) = server.call(MANAGER, "POST", &path, &json!({ "key": "more" }));
    check_last(&server, status, Cause::TooManyScopes);

    let rotate = json!({ "algorithm": "ES256" });
    let refused = (0..20).find_map(|_| {
        server.advance(600);
        let (status, _) = server.call(MANAGER, "POST", "/api/v1/keys/rotate", &rotate);
        (status != 200).then_some(status)
    });
    check_last(&server, refused.unwrap(), Cause::TooManyKeys);
}
