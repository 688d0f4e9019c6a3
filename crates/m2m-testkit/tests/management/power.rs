//! Privilege escalation: each way by which a narrow token once allowed more than its scopes permit.

use crate::managed::{MANAGER, ManagedServer};
use m2m_admin::Prune;
use m2m_admin::management::SCOPES;
use m2m_authority::registry::SecretHash;
use serde_json::{Value, json};

const API: &str = "/api/v1/apis/https%3A%2F%2Fissuer.example%2Fapi";
const ORDERS: &str = "/api/v1/apis/https%3A%2F%2Forders.example";
const JOB: &str = "/api/v1/applications/billing-job";

const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example"
scopes = ["read", "write"]
[[organization]]
code = "acme"
[[application]]
name = "Billing job"
client_id = "billing-job"
authorize = [{ audience = "https://orders.example", scopes = ["read"] }]
"#;

/// Returns a server with an application that does not manage it, and one that manages it with these scopes.
fn with_narrow(scopes: &[&str]) -> ManagedServer {
    let mut server = ManagedServer::new();
    server.apply(WORLD, Prune::Keep).unwrap();
    declare(&mut server, "narrow", "", scopes);
    server
}

fn declare(server: &mut ManagedServer, client_id: &str, fields: &str, scopes: &[&str]) {
    let file = format!(
        "[[application]]\nname = \"{client_id}\"\nclient_id = \"{client_id}\"\n{fields}\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {} }}]\n",
        json!(scopes)
    );
    server.apply(&file, Prune::Keep).unwrap();
}

fn all_scopes() -> Vec<&'static str> {
    SCOPES.iter().map(|(scope, _)| *scope).collect()
}

fn all_but(without: &str) -> Vec<&'static str> {
    let mut scopes = all_scopes();
    scopes.retain(|scope| *scope != without);
    scopes
}

fn hash_of(secret: &str) -> String {
    SecretHash::of(secret.as_bytes()).to_base64()
}

#[track_caller]
fn is_refused(answer: &(u16, Value), code: &str) {
    let (status, body) = answer;
    let found = body.pointer("/errors/0/code").and_then(Value::as_str);
    assert_eq!(found, Some(code), "{status} {body}");
}

#[test]
fn f8_update_applications_alone_does_not_take_an_application_over() {
    let mut server = with_narrow(&["update:applications"]);
    let takes = [
        json!({ "secret_sha256": hash_of("known-secret-0123456789abcdef-0123") }),
        json!({ "org_code": "acme" }),
        json!({ "system_user": "admin@example.com", "is_system_user_allowed": true }),
        json!({ "access_token_lifetime": 60 }),
        json!({ "properties": {} }),
        json!({ "feature_flags": { "beta": true } }),
        json!({ "name": "Renamed", "org_code": null }),
    ];
    let version = server.version();
    for change in takes {
        let answer = server.call("narrow", "PATCH", JOB, &change);
        is_refused(&answer, "SCOPE_INSUFFICIENT");
        let message = answer.1.pointer("/errors/0/message").unwrap().to_string();
        let named = change.as_object().unwrap().keys();
        assert!(
            named
                .into_iter()
                .any(|name| message.starts_with(&format!("\"{name}: "))),
            "{change}: {message}"
        );
    }
    assert_eq!(server.version(), version);
    let renamed = json!({ "name": "Renamed", "is_enabled": true });
    assert_eq!(server.call("narrow", "PATCH", JOB, &renamed).0, 200);
}

#[test]
fn f8_update_apis_alone_does_not_authorize_an_application() {
    let mut server = with_narrow(&["update:apis"]);
    let path = format!("{ORDERS}/applications");
    for change in [
        json!({ "id": "narrow" }),
        json!({ "id": "billing-job", "operation": "delete" }),
    ] {
        let body = json!({ "applications": [change] });
        let answer = server.call("narrow", "PATCH", &path, &body);
        is_refused(&answer, "SCOPE_INSUFFICIENT");
    }
    assert_eq!(
        server
            .call("narrow", "PATCH", ORDERS, &json!({ "token_lifetime": 600 }))
            .0,
        200
    );
}

#[test]
fn x23_a_file_is_applied_only_with_every_scope() {
    let file = "[[application]]\nname = \"mine\"\nclient_id = \"mine\"\n\
        authorize = [{ audience = \"{issuer}/api\", scopes = [\"delete:apis\"] }]\n";
    let mut server = with_narrow(&all_but("delete:apis"));
    for path in ["/api/v1/apply", "/api/v1/apply?dry_run=true"] {
        let answer = server.call_with("narrow", "POST", path, "application/toml", file.to_owned());
        is_refused(&answer, "SCOPE_INSUFFICIENT");
    }
    let path = "/api/v1/apply";
    let answer = server.call_with(MANAGER, "POST", path, "application/toml", file.to_owned());
    assert_eq!(answer.0, 200, "{}", answer.1);
}

#[test]
fn x23_a_key_is_imported_only_with_every_scope() {
    let import = json!({ "private_key": crate::forge::PRIVATE_KEY, "algorithm": "EdDSA" });
    let mut server = with_narrow(&all_but("delete:apis"));
    let answer = server.call("narrow", "POST", "/api/v1/keys/import", &import);
    is_refused(&answer, "SCOPE_INSUFFICIENT");
    let rotated = json!({ "algorithm": "EdDSA" });
    let answer = server.call("narrow", "POST", "/api/v1/keys/rotate", &rotated);
    assert_eq!(
        answer.0, 200,
        "a key that the server generates gives no application more power"
    );
    let answer = server.call(MANAGER, "POST", "/api/v1/keys/import", &import);
    assert_eq!(answer.0, 201, "{}", answer.1);
}

#[test]
fn x23_hashes_of_secrets_are_exported_only_with_every_scope() {
    let mut server = with_narrow(&["read:registry"]);
    let mut export = |who: &str, query: &str| {
        server.call(who, "GET", &format!("/api/v1/export{query}"), &Value::Null)
    };
    let hashes = "?with_secret_hashes=true";
    is_refused(&export("narrow", hashes), "SCOPE_INSUFFICIENT");
    assert_eq!(export("narrow", "").0, 200);
    assert_eq!(export("narrow", "?with_secret_hashes=false").0, 200);
    assert_eq!(export(MANAGER, hashes).0, 200);
}

#[test]
fn x23_a_token_grants_nothing_that_its_application_has_lost() {
    let mut server = with_narrow(&["create:application_api_scopes", "delete:apis"]);
    declare(&mut server, "other", "", &["read:apis"]);
    let token = server.token("narrow").unwrap();
    let lost = format!("{API}/applications/narrow/scopes/delete%3Aapis");
    assert_eq!(server.call(MANAGER, "DELETE", &lost, &Value::Null).0, 200);
    for to in ["narrow", "other"] {
        let path = format!("{API}/applications/{to}/scopes/delete%3Aapis");
        let answer = server.call_bearing(
            &token,
            None,
            "POST",
            &path,
            "application/json",
            String::new(),
        );
        is_refused(&answer, "SCOPE_BEYOND_TOKEN");
    }
}

#[test]
fn f8_a_lost_scope_does_not_permit_a_change_of_its_fields() {
    let scopes = ["update:applications", "update:application_tokens"];
    let mut server = with_narrow(&scopes);
    let token = server.token("narrow").unwrap();
    let lost = format!("{API}/applications/narrow/scopes/update%3Aapplication_tokens");
    assert_eq!(server.call(MANAGER, "DELETE", &lost, &Value::Null).0, 200);
    let body = json!({ "access_token_lifetime": 60 }).to_string();
    let answer = server.call_bearing(&token, None, "PATCH", JOB, "application/json", body);
    is_refused(&answer, "TOKEN_REVOKED");
}

#[test]
fn x23_the_secret_of_a_more_powerful_application_cannot_be_guessed_by_setting_it() {
    let scopes = [
        "update:applications",
        "create:application_secrets",
        "delete:application_secrets",
    ];
    let mut server = with_narrow(&scopes);
    let path = format!("/api/v1/applications/{MANAGER}");
    for guess in [m2m_testkit::SECRET, "another-secret-0123456789abcdef-01234"] {
        let change = json!({ "secret_sha256": hash_of(guess) });
        let answer = server.call("narrow", "PATCH", &path, &change);
        is_refused(&answer, "SCOPE_BEYOND_TOKEN");
    }
}

#[test]
fn x23_the_restrictions_of_a_more_powerful_application_cannot_be_lifted() {
    let known = "known-secret-0123456789abcdef-0123";
    let restrictions = [
        (
            "allowed_addresses = [\"10.0.0.0/8\"]",
            json!({ "allowed_addresses": ["10.0.0.0/8", "192.0.2.0/24"] }),
        ),
        (
            "allowed_addresses = [\"10.0.0.0/8\"]",
            json!({ "allowed_addresses": [] }),
        ),
        (
            "allowed_addresses = [\"10.0.0.0/8\"]",
            json!({ "allowed_addresses": ["10.0.0.0/7"] }),
        ),
        (
            "authentication_methods = [\"client_secret_basic\"]",
            json!({ "authentication_methods": ["client_secret_basic", "client_secret_post"] }),
        ),
        (
            "not_before = 2026-01-01T00:00:00Z",
            json!({ "not_before": null }),
        ),
        (
            "not_before = 2026-01-01T00:00:00Z",
            json!({ "not_before": "2025-01-01T00:00:00Z" }),
        ),
        (
            "token_quota = { tokens = 1, per = \"1h\", mode = \"enforce\" }",
            json!({ "token_quota": null }),
        ),
        (
            "expires_at = 2026-01-01T00:00:00Z",
            json!({ "expires_at": null }),
        ),
        (
            "expires_at = 2026-06-01T00:00:00Z",
            json!({ "expires_at": "2026-06-01T00:00:01Z" }),
        ),
        // Another restriction remains, which may be lifted next.
        (
            "enabled = false\ngrant_types = []",
            json!({ "is_enabled": true }),
        ),
        (
            "enabled = false\ngrant_types = []",
            json!({ "grant_types": ["client_credentials"] }),
        ),
    ];
    for (restriction, change) in restrictions {
        let mut server = with_narrow(&["update:applications"]);
        let fields = format!("{restriction}\nsecret_sha256 = {:?}", hash_of(known));
        declare(&mut server, "sleeper", &fields, &["delete:apis"]);
        let path = "/api/v1/applications/sleeper";
        let answer = server.call("narrow", "PATCH", path, &change);
        is_refused(&answer, "SCOPE_BEYOND_TOKEN");
        // Further restrictions do not give power, and are allowed.
        let narrower = json!({ "is_enabled": false, "grant_types": [] });
        assert_eq!(server.call("narrow", "PATCH", path, &narrower).0, 200);
    }
}

#[test]
fn f16_the_last_manager_keeps_usable_tokens() {
    let manager = format!("/api/v1/applications/{MANAGER}");
    let short = json!({ "access_token_lifetime": 59 });
    let ways = [
        (
            format!("{manager}/tokens"),
            vec!["update:application_tokens"],
        ),
        (
            manager,
            vec!["update:application_tokens", "update:applications"],
        ),
    ];
    for (path, scopes) in ways {
        let mut server = with_narrow(&scopes);
        for who in ["narrow", MANAGER] {
            is_refused(
                &server.call(who, "PATCH", &path, &short),
                "MANAGEMENT_PROTECTED",
            );
        }
        let minute = json!({ "access_token_lifetime": 60 });
        assert_eq!(server.call("narrow", "PATCH", &path, &minute).0, 200);
        let any = json!({ "access_token_lifetime": null });
        assert_eq!(server.call("narrow", "PATCH", &path, &any).0, 200);
        // If there is another manager the change is allowed, and the application is no longer a manager.
        declare(&mut server, "second", "", &all_scopes());
        assert_eq!(server.call("narrow", "PATCH", &path, &short).0, 200);
        let second = json!({ "is_enabled": false });
        let path = "/api/v1/applications/second";
        declare(&mut server, "third", "", &["update:applications"]);
        is_refused(
            &server.call("third", "PATCH", path, &second),
            "MANAGEMENT_PROTECTED",
        );
    }
}

#[test]
fn f16_no_file_leaves_the_managers_without_usable_tokens() {
    let short = |audience: &str| {
        format!(
            "[[api]]\nname = \"M\"\naudience = \"{audience}\"\ntoken_lifetime = 59\nscopes = {}\n",
            json!(all_scopes())
        )
    };
    let mut server = ManagedServer::new();
    let refused = server.apply(&short("{issuer}/api"), Prune::Keep);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("60"), "{refused}");
    server
        .apply(&short("https://orders.example"), Prune::Keep)
        .unwrap();
    let manager = format!(
        "[[application]]\nname = \"m\"\nclient_id = \"{MANAGER}\"\ntoken_lifetime = 59\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {} }}]\n",
        json!(all_scopes())
    );
    let refused = server.apply(&manager, Prune::Keep).unwrap_err().to_string();
    assert!(
        refused.contains("the last application that manages"),
        "{refused}"
    );
}

#[test]
fn f16_reset_management_leads_to_usable_tokens() {
    let mut server = ManagedServer::new();
    server.advance(60);
    declare(&mut server, "second", "", &all_scopes());
    let path = format!("/api/v1/applications/{MANAGER}");
    let short = json!({ "access_token_lifetime": 1 });
    assert_eq!(server.call("second", "PATCH", &path, &short).0, 200);
    let applied = server.reset_management().unwrap();
    assert_eq!(applied.credentials[0].client_id, MANAGER);
    let registry = server.snapshot();
    let mut applications = registry.applications.iter();
    let manager = applications.find(|stored| *stored.value.client_id == *MANAGER);
    assert_eq!(manager.unwrap().value.spec.token_lifetime, None);
}

#[test]
fn f19_a_scope_that_was_added_to_the_management_api_can_be_deleted() {
    let mut server = with_narrow(&["create:api_scopes", "delete:api_scopes"]);
    let scopes = format!("{API}/scopes");
    let added = json!({ "key": "added" });
    assert_eq!(server.call("narrow", "POST", &scopes, &added).0, 201);
    // A caller with every scope may assign the scope, by either name of the API.
    let by_alias = "[[application]]\nname = \"a\"\nclient_id = \"alias\"\n\
        authorize = [{ audience = \"{issuer}/api/v1\", scopes = [\"added\", \"read:apis\"] }]\n";
    server.apply(by_alias, Prune::Keep).unwrap();
    let assigned = format!("{API}/applications/{MANAGER}/scopes/added");
    assert_eq!(server.call(MANAGER, "POST", &assigned, &Value::Null).0, 200);

    let path = format!("{scopes}/added");
    assert_eq!(server.call("narrow", "DELETE", &path, &Value::Null).0, 200);
    let registry = server.snapshot();
    assert!(registry.applications.iter().all(|stored| {
        stored
            .value
            .spec
            .management_scopes()
            .all(|own| own != "added")
    }));
    registry.records().check().unwrap();
    for scope in all_scopes() {
        let path = format!("{scopes}/{}", scope.replace(':', "%3A"));
        is_refused(
            &server.call("narrow", "DELETE", &path, &Value::Null),
            "MANAGEMENT_PROTECTED",
        );
    }
}

#[test]
fn x23_the_management_api_is_not_signed_by_an_algorithm_without_a_key() {
    let mut server = with_narrow(&["update:apis"]);
    let unsigned = json!({ "signing_alg": "RS256" });
    is_refused(
        &server.call("narrow", "PATCH", API, &unsigned),
        "MANAGEMENT_PROTECTED",
    );
    assert_eq!(
        server.call("narrow", "PATCH", ORDERS, &unsigned).0,
        200,
        "other APIs may wait for their key"
    );
    let signed = json!({ "signing_alg": "EdDSA" });
    assert_eq!(server.call("narrow", "PATCH", API, &signed).0, 200);
    let file = format!(
        "[[api]]\nname = \"M\"\naudience = \"{{issuer}}/api\"\nsigning_alg = \"RS256\"\nscopes = {}\n",
        json!(all_scopes())
    );
    let refused = server.apply(&file, Prune::Keep).unwrap_err().to_string();
    assert!(refused.contains("no key signs"), "{refused}");
    assert_eq!(
        server.call(MANAGER, "GET", "/api/v1/apis", &Value::Null).0,
        200
    );
}

#[test]
fn x23_a_known_signing_key_permits_everything() {
    let mut server = with_narrow(&[]);
    let registry = server.snapshot();
    let mut applications = registry.applications.iter();
    let manager = applications.find(|stored| *stored.value.client_id == *MANAGER);
    let forged: Vec<String> = crate::forge::tokens(manager.unwrap(), server.now()).collect();
    let use_them = |server: &mut ManagedServer| {
        forged.iter().any(|token| {
            let path = "/api/v1/apis";
            let kind = "application/json";
            let answer = server.call_bearing(token, None, "GET", path, kind, String::new());
            answer.0 == 200
        })
    };
    assert!(!use_them(&mut server));
    let import = json!({ "private_key": crate::forge::PRIVATE_RSA_KEY, "algorithm": "RS256" });
    let answer = server.call(MANAGER, "POST", "/api/v1/keys/import", &import);
    assert_eq!(answer.0, 201, "{}", answer.1);
    assert!(
        use_them(&mut server),
        "therefore importing a key requires every scope"
    );
}
