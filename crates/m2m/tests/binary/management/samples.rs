//! Complete documents of the management API, which tests modify.

use serde_json::{Value, json};

/// Replaces members of a document.
pub(crate) fn with(mut document: Value, members: Value) -> Value {
    let own = document.as_object_mut().unwrap();
    let Value::Object(members) = members else {
        panic!("{members} are not members");
    };
    own.extend(members);
    document
}

/// Returns an application in a list.
pub(crate) fn application_summary() -> Value {
    json!({
        "id": "1", "name": "Billing job", "type": "m2m", "client_id": "billing-job", "is_enabled": true, "org_code": null,
    })
}

/// Returns an application.
pub(crate) fn application() -> Value {
    json!({
        "id": "1", "name": "Billing job", "description": "It bills", "owner": "Team Billing", "contact": "billing@example.com", "purpose": "Reads orders", "type": "m2m", "client_id": "billing-job",
        "client_type": "confidential", "is_enabled": true, "default_audience": "https://orders.example/api", "org_code": "org_acme", "grant_types": ["client_credentials"],
        "authentication_methods": ["client_secret_basic"], "system_user": "svc", "is_system_user_allowed": false,
        "access_token_lifetime": 600, "not_before": "2026-11-20T00:00:00Z", "expires_at": "2027-06-30T00:00:00Z", "allowed_addresses": ["10.0.0.0/8"],
        "token_quota": { "tokens": 9, "per": "1h", "mode": "warn" }, "feature_flags": { "beta": true },
        "token_feature_flags": ["gamma"], "properties": { "region": "eu" }, "token_properties": ["zone"],
        "apis": [{ "id": "2", "name": "Orders", "audience": "https://orders.example/api", "scopes": ["read:orders", "x"] }],
        "created_on": "2026-11-01T00:00:00Z", "updated_on": "2026-11-02T00:00:00Z",
    })
}

/// Returns the credentials of a created application.
pub(crate) fn credentials(client_secret: &str) -> Value {
    json!({ "application": { "id": "1", "client_id": "billing-job", "client_secret": client_secret } })
}

/// Returns an API in a list.
pub(crate) fn api_summary() -> Value {
    json!({
        "id": "1", "name": "Orders", "audience": "https://orders.example/api", "is_management_api": false,
        "scopes": [{ "id": "2", "key": "read:orders", "description": "Read" }],
    })
}

/// Returns an API.
pub(crate) fn api() -> Value {
    with(
        api_summary(),
        json!({
            "description": "What is ordered", "token_lifetime": 900, "signing_alg": "ES256", "claims": "kinde",
            "introspection_clients": ["gateway"], "has_more_applications": true,
            "applications": [{ "id": "3", "name": "Billing job", "client_id": "billing-job", "type": "m2m", "is_active": true }],
        }),
    )
}

/// Returns an organization.
pub(crate) fn organization() -> Value {
    json!({
        "code": "org_acme", "name": "Acme", "handle": "acme", "is_default": false, "external_id": "crm", "is_suspended": true,
        "created_on": "2026-11-01T00:00:00Z",
    })
}

/// Returns a secret in a list.
pub(crate) fn secret(id: &str) -> Value {
    json!({
        "id": id, "state": "active", "created_at": "2026-11-20T00:00:00Z", "ends_at": null, "why": null, "by": null, "last_used_at": null,
    })
}

/// Returns a created secret.
pub(crate) fn new_secret(id: &str, client_secret: &str, previous: Value) -> Value {
    json!({ "secret": { "id": id, "client_secret": client_secret, "expires_at_of_previous": previous } })
}

/// Returns a signing key.
pub(crate) fn key(algorithm: &str, state: &str) -> Value {
    json!({
        "kid": format!("{algorithm}-{state}"), "algorithm": algorithm, "state": state,
        "created_at": "2026-11-20T00:00:00Z", "state_since": "2026-11-20T00:00:00Z",
    })
}

/// Returns a refused request.
pub(crate) fn diagnosis() -> Value {
    json!({
        "number": 1, "trace_id": "a/b", "time": "2026-11-20T10:00:00Z", "cause": "secret-wrong", "text": "The secret is wrong",
        "client_id": "billing-job", "address": "192.0.2.7", "request_id": null, "evidence": [], "fixes": [],
    })
}

/// Returns a change of an application.
pub(crate) fn event() -> Value {
    json!({
        "number": 1, "time": "2026-11-20T10:00:00Z", "actor": "manager", "trace_id": null, "address": null,
        "action": "updated", "subject": "application", "name": "billing-job", "before": null, "after": null,
    })
}
