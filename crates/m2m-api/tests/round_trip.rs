//! Every operation: its answer is read as it was written, its example is a valid body, and its names are those of its path.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that breaks off has failed"
)]

use std::collections::BTreeSet;

use m2m_api::operations::{self, *};
use m2m_api::values::{Given, List, Patch, ScalarText};
use m2m_api::{
    Body, BodyForm, BodyReader, Code, NoQuery, Operation, Paged, PathNames as _, RegistryDocument,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The answer of an operation, without code and message.
fn answer(id: &str) -> Value {
    match id {
        "getEnvironment" => json!({ "environment": {
            "code": "default", "name": "m2m", "is_default": true, "is_live": true, "kinde_domain": "auth.example",
            "issuer": "https://auth.example", "version": "0.1.0", "created_on": "2026-11-20T00:00:00Z",
        } }),
        "listApis" => json!({
            "apis": [
                { "id": "1", "name": "Orders", "audience": "https://orders.example/api", "is_management_api": false },
                { "id": "2", "name": "m2m", "audience": "https://auth.example/api", "is_management_api": true,
                  "scopes": [{ "id": "3", "key": "read:apis", "description": "List" }] },
            ],
            "next_token": "00112233445566778899aabbccddeeff4f7264657273",
        }),
        "createApi" => json!({ "api": { "id": "1" } }),
        "getApi" => json!({ "api": {
            "id": "1", "name": "Orders", "description": null, "audience": "https://orders.example/api", "is_management_api": false,
            "scopes": [], "token_lifetime": 900, "signing_alg": "ES256", "claims": "kinde", "introspection_clients": ["billing-job"], "token_reuse_seconds": 300,
            "applications": [{ "id": "4", "name": "Billing job", "client_id": "billing-job", "type": "Machine to machine (M2M)", "is_active": true }],
            "has_more_applications": false,
        } }),
        "listApiScopes" => {
            json!({ "scopes": [{ "id": "3", "key": "read:orders", "description": "" }] })
        }
        "createApiScope" => json!({ "scope": { "id": "3" } }),
        "getApiScope" => {
            json!({ "scope": { "id": "3", "key": "read:orders", "description": "Read orders" } })
        }
        "updateApiApplications" => {
            json!({ "applications_connected": ["4"], "applications_disconnected": [] })
        }
        "listApplications" => json!({
            "applications": [{ "id": "4", "name": "Billing job", "type": "m2m", "client_id": "billing-job", "is_enabled": true, "org_code": null }],
        }),
        "stopApplication" | "stopApplications" => json!({
            "stopped": [{ "id": "4", "client_id": "billing-job", "name": "Billing job", "last_used_at": "2026-11-20T00:00:00Z" }],
            "already_stopped": [{ "id": "5", "client_id": "old-job", "name": "Old job", "last_used_at": null }],
            "not_stopped": [{ "id": "6", "client_id": "manager", "name": "Manager", "reason": "it is protected" }],
        }),
        "createApplication" => {
            json!({ "application": { "id": "4", "client_id": "billing-job", "client_secret": "secret" } })
        }
        "getApplication" => json!({ "application": {
            "id": "4", "name": "Billing job", "description": "At night", "owner": "Team Billing", "contact": "billing@example.com", "purpose": null, "type": "m2m", "client_id": "billing-job",
            "client_type": "confidential", "is_enabled": true, "default_audience": null, "org_code": "org_acme", "grant_types": ["client_credentials"],
            "authentication_methods": ["client_secret_basic"], "system_user": null, "is_system_user_allowed": false,
            "access_token_lifetime": 600, "not_before": "2026-11-20T00:00:00Z", "expires_at": "2027-06-30T00:00:00Z", "allowed_addresses": ["10.0.0.0/8"],
            "token_quota": { "tokens": 100, "per": "1h", "mode": "enforce" }, "feature_flags": { "beta": true },
            "token_feature_flags": ["beta"], "properties": { "region": "eu", "shards": 3 }, "token_properties": ["region"],
            "apis": [{ "id": "1", "name": "Orders", "audience": "https://orders.example/api", "scopes": ["read:orders"] }],
            "created_on": "2026-11-20T00:00:00Z", "updated_on": "2026-11-20T00:00:00Z",
        } }),
        "listApplicationProperties" => json!({
            "properties": [{ "id": "5", "name": "Region", "description": "", "key": "region", "value": "eu" }],
            "has_more": false,
        }),
        "listApplicationSecrets" => json!({ "secrets": [{
            "id": "6", "state": "ending", "created_at": "2026-11-20T00:00:00Z", "ends_at": "2026-11-21T00:00:00Z",
            "why": "rotated-out", "by": "manager", "last_used_at": null,
        }] }),
        "rotateApplicationSecret" => {
            json!({ "secret": { "id": "6", "client_secret": "secret", "expires_at": "2027-02-20T00:00:00Z", "expires_at_of_previous": null } })
        }
        "revokeApplicationSecret" => {
            json!({ "warning": "it was last used at 2026-11-20T00:00:00Z" })
        }
        "checkApplication" => json!({ "check": {
            "granted": false, "cause": "scope-not-assigned", "error": "invalid_scope", "description": "No.",
            "evidence": [{ "kind": "scope_not_assigned", "text": "The scope exists." }],
            "fixes": [{ "kind": "assign_scope", "text": "Assign it.", "command": "m2m", "lines": "a = 1" }],
        } }),
        "getTestToken" => {
            json!({ "access_token": "ey", "token_type": "Bearer", "expires_in": 600, "scope": "read:orders" })
        }
        "revokeApplicationTokens" => {
            json!({ "client_id": "billing-job", "not_before": "2026-11-20T00:00:00Z" })
        }
        "revokeToken" => json!({ "token": {
            "jti": "AAECAwQFBgcICQoLDA0ODw", "client_id": "billing-job", "expires_at": "2026-11-20T00:00:00Z",
        } }),
        "listProperties" => json!({
            "properties": [{
                "id": "5", "key": "region", "name": "Region", "is_private": false, "description": "", "is_kinde_property": false,
                "type": "single_line_text", "context": "app", "category_id": "cat_1",
            }],
            "has_more": true,
        }),
        "createProperty" => json!({ "property": { "id": "5" } }),
        "listOrganizations" => json!({
            "organizations": [{ "code": "org_acme", "name": "Acme", "handle": null, "is_default": false, "external_id": "4711", "is_suspended": false }],
        }),
        "getOrganization" => json!({
            "code": "org_acme", "name": "Acme", "handle": "acme", "is_default": false, "external_id": null, "is_suspended": true,
            "created_on": "2026-11-20T00:00:00Z",
        }),
        "createOrganization" => json!({ "organization": { "code": "org_acme" } }),
        "listOrganizationFeatureFlags" => {
            json!({ "feature_flags": { "beta": { "type": "bool", "value": "true" } } })
        }
        "listKeys" => json!({ "keys": [key()] }),
        "rotateKey" => json!({ "key": key(), "removed": ["old"], "warning": "get new tokens" }),
        "importKey" => json!({ "key": key() }),
        "listEvents" => json!({
            "events": [{
                "number": 7, "time": "2026-11-20T00:00:00Z", "actor": "manager", "trace_id": null, "address": "192.0.2.7",
                "action": "updated", "subject": "application", "name": "billing-job", "before": { "enabled": true }, "after": null,
            }],
            "next": 7,
        }),
        "listDiagnoses" => json!({ "diagnoses": [diagnosis(Some(8))], "next": null }),
        "getDiagnosis" => json!({ "diagnosis": diagnosis(None) }),
        "getReport" => json!({
            "time": "2026-11-20T00:00:00Z", "days": 90, "scopes_recorded_since": "2026-08-01T00:00:00Z", "secrets_included": true,
            "applications": [{
                "id": "4", "name": "Billing job", "client_id": "billing-job", "is_enabled": true, "created_on": "2026-01-20T00:00:00Z",
                "last_used_at": null, "dormant": true,
                "unused_scopes": [{
                    "audience": "https://orders.example/api",
                    "scopes": [{ "scope": "read:orders" }, { "scope": "x", "last_requested_at": "2026-03-20T00:00:00Z" }],
                    "last_token_with_all_scopes_at": "2026-11-19T00:00:00Z",
                }],
                "unused_secrets": [{ "id": "6", "created_at": "2026-01-20T00:00:00Z", "last_used_at": null }],
                "expiring": [{
                    "kind": "secret", "id": "6", "expires_at": "2026-11-21T00:00:00Z", "why": "rotated-out", "last_used_at": null,
                }],
            }],
            "next_token": "00112233445566778899aabbccddeeff4f7264657273",
        }),
        "setMaintenance" => json!({ "maintenance": { "on": true } }),
        "applyRegistry" => json!({
            "plan": { "steps": [{
                "action": "created", "subject": "application", "name": null, "title": "Billing job", "secret": "generated", "changes": [],
            }], "kept": ["manager"] },
            "applied": true,
            "credentials": [{ "application": "Billing job", "client_id": "billing-job", "client_secret": "secret" }],
        }),
        "exportRegistry" => json!({ "world": "[[api]]\n" }),
        _ => json!({}),
    }
}

fn key() -> Value {
    json!({
        "kid": "k", "algorithm": "ES256", "state": "next", "created_at": "2026-11-20T00:00:00Z",
        "state_since": "2026-11-20T00:00:00Z", "signs_from": "2026-11-20T00:10:00Z", "origin": "generated",
        "next_rotation_at": "2026-11-21T00:00:00Z", "retires_at": "2026-12-20T00:10:00Z",
    })
}

fn diagnosis(number: Option<u64>) -> Value {
    let mut diagnosis = json!({
        "trace_id": "0", "time": "2026-11-20T00:00:00Z", "cause": "secret-wrong", "text": "No.", "client_id": "billing-job",
        "address": null, "request_id": null, "operation": "createApi", "status": 409, "code": "AUDIENCE_TAKEN",
        "evidence": [{ "kind": "reason", "text": "It is another one." }],
        "fixes": [{ "kind": "deploy_secret", "text": "Use it.", "command": "m2m" }],
    });
    if let Some(number) = number {
        diagnosis["number"] = number.into();
    }
    diagnosis
}

/// A reader of JSON bodies.
struct Plain<'b>(&'b [u8]);

impl BodyReader for Plain<'_> {
    type Error = serde_json::Error;

    fn json<T: DeserializeOwned + JsonSchema>(self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.0)
    }

    fn registry_document(self) -> Result<RegistryDocument, serde_json::Error> {
        serde_json::from_slice(self.0).map(RegistryDocument::Json)
    }
}

#[track_caller]
fn check<O: Operation>(ids: &mut BTreeSet<&'static str>) {
    let id = O::SPEC.id;
    assert!(ids.insert(id), "{id} occurs twice");
    let places: Vec<&str> = O::SPEC.places().collect();
    assert_eq!(O::Names::PLACES, places, "{id}");
    let own = answer(id);
    let mut document = own.clone();
    // The rest of the document, without code and message, is the answer.
    for (name, value) in [("code", O::SPEC.code), ("message", O::SPEC.message)] {
        let members = document.as_object_mut().unwrap();
        members
            .entry(name.to_owned())
            .or_insert_with(|| value.into());
    }
    let read = O::read_answer(document.to_string().as_bytes());
    let read = read.unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(serde_json::to_value(&read).unwrap(), own, "{id}");
    let written = O::write_answer(&read);
    assert_eq!(
        serde_json::from_slice::<Value>(&written).unwrap(),
        document,
        "{id}"
    );
    // A member that occurs twice makes the text longer than its tree.
    assert_eq!(written.len(), document.to_string().len(), "{id}");
    let example: Option<Value> = O::SPEC
        .example
        .map(|text| serde_json::from_str(text).unwrap());
    assert_eq!(
        example.is_some(),
        O::Body::FORM != BodyForm::Nothing,
        "{id}"
    );
    if let Some(example) = example {
        let body = O::Body::read(Plain(example.to_string().as_bytes())).unwrap();
        let content = body.content().unwrap();
        let sent: Value = serde_json::from_slice(&content.bytes).unwrap();
        assert!(
            sent == example || id == "rotateKey" || id == "getTestToken",
            "{id}: {sent}"
        );
    }
}

macro_rules! check_all {
    ($($operation:ident),+ $(,)?) => {{
        let mut ids = BTreeSet::new();
        $(check::<operations::$operation>(&mut ids);)+
        ids
    }};
}

#[test]
fn every_operation_reads_what_it_writes() {
    let ids = m2m_api::operations!(check_all);
    assert!(ids.len() > 40);
}

#[test]
fn a_repeated_code_is_that_of_the_organization() {
    let organization = answer("getOrganization").to_string();
    let body = format!(
        "{{\"code\":\"OK\",\"message\":\"Success\",{}",
        organization.trim_start_matches('{')
    );
    let read = GetOrganization::read_answer(body.as_bytes()).unwrap();
    assert_eq!(read.code, "org_acme");
}

#[test]
fn answers_of_earlier_releases_are_read() {
    let page = ListApplications::read_answer(br#"{"applications": [], "next_token": null}"#);
    assert_eq!(page.unwrap().next_token, None);
    for (old, new) in [("true", "true"), ("-12", "-12"), (r#""12""#, "12")] {
        let flags = format!(r#"{{"feature_flags": {{"a": {{"type": "str", "value": {old}}}}}}}"#);
        let flags = ListOrganizationFeatureFlags::read_answer(flags.as_bytes()).unwrap();
        let value = flags.feature_flags["a"].value.known();
        assert_eq!(value.map(ScalarText::as_str), Some(new));
        let properties = format!(
            r#"{{"properties": [{{"id": "1", "name": "A", "description": "", "key": "a", "value": {old}}}], "has_more": false}}"#
        );
        let properties = ListApplicationProperties::read_answer(properties.as_bytes()).unwrap();
        let value = properties.properties[0].value.known();
        assert_eq!(value.map(ScalarText::as_str), Some(new));
    }
}

#[test]
fn members_of_a_later_release_are_ignored() {
    let body =
        br#"{"code": "OK", "message": "Success", "api": {"id": "1", "color": "red"}, "more": []}"#;
    assert_eq!(CreateApi::read_answer(body).unwrap().api.id, "1");
    assert!(CreateApi::read_answer(b"<html>").is_err());
}

#[test]
fn a_change_has_only_the_members_that_are_set() {
    let sent = |body: &ApplicationChange| String::from_utf8(body.content().unwrap().bytes).unwrap();
    let nothing = ApplicationChange::default();
    assert_eq!(sent(&nothing), "{}");
    let some = ApplicationChange {
        description: Patch::Clear,
        is_enabled: false.into(),
        allowed_addresses: Given(Some(List::default())),
        access_token_lifetime: Patch::Keep,
        ..nothing
    };
    assert_eq!(
        sent(&some),
        r#"{"description":null,"is_enabled":false,"allowed_addresses":[]}"#
    );
    // A member that is sent may need a scope of its own, so that absent ones are left out.
    let new = NewApplication::new("Billing job".parse().unwrap());
    assert_eq!(
        String::from_utf8(new.content().unwrap().bytes).unwrap(),
        r#"{"name":"Billing job","type":"m2m"}"#
    );
}

#[test]
fn no_text_leaves_its_parameter() {
    let query = CheckQuery {
        audience: vec!["https://a/?b=c".parse().unwrap(), "d".parse().unwrap()]
            .try_into()
            .unwrap(),
        scope: Some("read:orders write:orders".parse().unwrap()),
        ..CheckQuery::default()
    };
    assert_eq!(
        CheckApplication::target(&m2m_api::ApplicationName::new("a&b"), &query),
        "/api/v1/applications/a%26b/check?audience=https%3A%2F%2Fa%2F%3Fb%3Dc&audience=d&scope=read%3Aorders+write%3Aorders"
    );
    assert_eq!(
        ListKeys::target(&m2m_api::NoNames, &NoQuery {}),
        "/api/v1/keys"
    );
}

#[test]
fn a_list_continues_where_its_page_ended() {
    let answer = ListApis::read_answer(answer("listApis").to_string().as_bytes()).unwrap();
    let (apis, next) = ListApis::into_page(answer);
    assert_eq!(apis.len(), 2);
    let mut query = ListApisQuery::default();
    ListApis::go_on(&mut query, next.unwrap());
    assert_eq!(
        ListApis::target(&m2m_api::NoNames, &query),
        "/api/v1/apis?next_token=00112233445566778899aabbccddeeff4f7264657273"
    );
}

#[test]
fn every_code_is_read_as_it_is_written() {
    for code in Code::ALL {
        assert_eq!(code.as_str().parse(), Ok(*code));
    }
    assert!("NONE".parse::<Code>().is_err());
}

#[test]
fn secrets_are_not_in_debug_texts() {
    let created =
        CreateApplication::read_answer(answer("createApplication").to_string().as_bytes());
    let token = GetTestToken::read_answer(answer("getTestToken").to_string().as_bytes());
    let rotated = RotateApplicationSecret::read_answer(
        answer("rotateApplicationSecret").to_string().as_bytes(),
    );
    let applied = ApplyRegistry::read_answer(answer("applyRegistry").to_string().as_bytes());
    let text = format!("{created:?} {token:?} {rotated:?} {applied:?}");
    assert!(
        !text.contains("\"secret\"") && !text.contains("\"ey\""),
        "{text}"
    );
}
