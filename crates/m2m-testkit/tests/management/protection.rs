//! Protection of the last manager: each way that once removed it, or turned an unrelated application into a manager.

use crate::managed::{MANAGER, ManagedServer};
use m2m_admin::Prune;
use m2m_admin::management::{AUDIENCE, SCOPES};
use m2m_authority::registry::ScopeDefinition;
use m2m_store::Write;
use serde_json::{Value, json};

/// The scopes by which applications lose an API.
const DISCONNECT: [&str; 2] = ["update:apis", "delete:application_api_scopes"];

/// The scopes of all fields that lift a restriction of an application.
const CHANGE_APPLICATIONS: [&str; 3] = [
    "update:applications",
    "update:application_system_users",
    "update:organizations",
];

const API: &str = "/api/v1/apis/https%3A%2F%2Fissuer.example%2Fapi";

fn all_scopes() -> Vec<&'static str> {
    SCOPES.iter().map(|(scope, _)| *scope).collect()
}

/// Returns a server with the application that manages it, and one with these scopes of the management API.
fn with_application(client_id: &str, scopes: &[&str]) -> ManagedServer {
    let mut server = ManagedServer::new();
    declare(&mut server, client_id, "", scopes);
    server
}

/// Applies a file with an application to the folder.
#[track_caller]
fn declare(server: &mut ManagedServer, client_id: &str, fields: &str, scopes: &[&str]) {
    server
        .apply(&application(client_id, fields, scopes), Prune::Keep)
        .unwrap();
}

fn application(client_id: &str, fields: &str, scopes: &[&str]) -> String {
    let scopes = json!(scopes);
    format!(
        "[[application]]\nname = \"{client_id}\"\nclient_id = \"{client_id}\"\n{fields}\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {scopes} }}]\n"
    )
}

#[track_caller]
fn is_protected(answer: &(u16, Value)) {
    let (status, body) = answer;
    assert_eq!(*status, 409, "{body}");
    let code = body.pointer("/errors/0/code").unwrap();
    assert_eq!(code, "MANAGEMENT_PROTECTED", "{body}");
}

/// Asserts that the manager can manage the server, with a token that it gets now.
#[track_caller]
fn manages(server: &mut ManagedServer, client_id: &str) {
    let (status, body) = server.call(client_id, "GET", "/api/v1/applications", &Value::Null);
    assert_eq!(status, 200, "{client_id}: {body}");
}

/// The obstacle of an application whose tokens are revoked up to a later time, as after a clock that was ahead.
const REVOKED_AHEAD: &str = "not_before";

fn revoke_ahead(server: &mut ManagedServer, client_id: &str) {
    let applications = server.snapshot().applications;
    let mut applications = applications.into_iter();
    let found = applications.find(|stored| *stored.value.client_id == *client_id);
    let mut stored = found.unwrap();
    stored.value.spec.not_before = Some(server.now().saturating_add_seconds(86_400));
    server.write(vec![Write::PutApplication(Box::new(stored))]);
}

fn newest_secret(server: &ManagedServer, client_id: &str) -> String {
    let applications = server.snapshot().applications;
    let mut applications = applications.into_iter();
    let found = applications.find(|stored| *stored.value.client_id == *client_id);
    found.unwrap().value.secrets.last().unwrap().id.to_string()
}

/// Asserts that a narrow token cannot remove the only manager by these requests, while there is a helper that can assign a scope of the
/// management API.
#[track_caller]
fn keeps_the_only_manager(scopes: &[&str], requests: &[(&str, String, Value)]) {
    let mut server = with_application("helper", &["create:application_api_scopes"]);
    declare(&mut server, "narrow", "", scopes);
    for (method, path, body) in requests {
        is_protected(&server.call("narrow", method, path, body));
        manages(&mut server, MANAGER);
    }
    // If there is another real manager, each request is allowed.
    for (method, path, body) in requests {
        let mut server = with_application("second", &all_scopes());
        declare(&mut server, "narrow", "", scopes);
        let (status, answer) = server.call("narrow", method, path, body);
        assert_eq!(status, 200, "{answer}");
        manages(&mut server, "second");
    }
}

fn manager() -> String {
    format!("/api/v1/applications/{MANAGER}")
}

#[test]
fn f4_update_applications_does_not_remove_the_only_manager() {
    let changes = [
        json!({ "is_enabled": false }),
        json!({ "client_type": "public" }),
        json!({ "grant_types": [] }),
        json!({ "authentication_methods": [] }),
        json!({ "allowed_addresses": ["0.0.0.0"] }),
        json!({ "system_user": "svc" }),
    ];
    let requests = changes.map(|change| ("PATCH", manager(), change));
    let scopes = ["update:applications", "update:application_system_users"];
    keeps_the_only_manager(&scopes, &requests);
}

#[test]
fn f4_delete_applications_does_not_remove_the_only_manager() {
    let request = ("DELETE", manager(), Value::Null);
    keeps_the_only_manager(&["delete:applications"], &[request]);
}

#[test]
fn f4_delete_application_secrets_does_not_remove_the_only_manager() {
    // The randomness of every server is the same, and therefore the id of its first secret.
    let secret = newest_secret(&ManagedServer::new(), MANAGER);
    let path = format!("{}/secrets/{secret}", manager());
    let request = ("DELETE", path, Value::Null);
    keeps_the_only_manager(&["delete:application_secrets"], &[request]);
}

#[test]
fn f4_delete_application_api_scopes_does_not_remove_the_only_manager() {
    let requests = all_scopes().into_iter().map(|scope| {
        let scope = scope.replace(':', "%3A");
        let path = format!("{API}/applications/{MANAGER}/scopes/{scope}");
        ("DELETE", path, Value::Null)
    });
    let requests: Vec<_> = requests.collect();
    keeps_the_only_manager(&["delete:application_api_scopes"], &requests);
}

#[test]
fn f4_update_apis_does_not_remove_the_only_manager() {
    let body = json!({ "applications": [{ "id": MANAGER, "operation": "delete" }] });
    let request = ("PATCH", format!("{API}/applications"), body);
    keeps_the_only_manager(&DISCONNECT, &[request]);
}

#[test]
fn f9_reset_management_leaves_an_unrelated_helper_as_it_is() {
    let mut server = with_application("helper", &["create:application_api_scopes"]);
    // Only the helper is left.
    let registry = server.snapshot();
    let manager = registry.applications.iter();
    let mut manager = manager.filter(|stored| *stored.value.client_id == *MANAGER);
    let mut gone = manager.next().unwrap().clone();
    gone.value.spec.authorize.clear();
    server.write(vec![Write::PutApplication(Box::new(gone))]);
    let helper = newest_secret(&server, "helper");

    let applied = server.reset_management().unwrap();
    let [made] = &*applied.credentials else {
        panic!("expected one secret")
    };
    assert_ne!(made.client_id, "helper");
    assert_eq!(newest_secret(&server, "helper"), helper);
    let made = made.client_id.clone();
    manages(&mut server, &made);
    let scope = format!("{API}/applications/{MANAGER}/scopes/read%3Aapis");
    let answer = server.call("helper", "POST", &scope, &Value::Null);
    assert_ne!(answer.0, 200, "{}", answer.1);
}

#[test]
fn x23_a_manager_in_a_suspended_organization_does_not_replace_the_last_working_one() {
    let mut server = ManagedServer::new();
    let organization = "[[organization]]\nname = \"O\"\ncode = \"org\"\n";
    server.apply(organization, Prune::Keep).unwrap();
    declare(
        &mut server,
        "second",
        "organization = \"org\"",
        &all_scopes(),
    );
    declare(
        &mut server,
        "narrow",
        "",
        &["delete:applications", "update:organizations"],
    );
    let suspended = |is: bool| json!({ "is_suspended": is });
    let path = "/api/v1/organization/org";
    assert_eq!(
        server.call("narrow", "PATCH", path, &suspended(true)).0,
        200
    );
    is_protected(&server.call("narrow", "DELETE", &manager(), &Value::Null));
    manages(&mut server, MANAGER);

    assert_eq!(
        server.call(MANAGER, "PATCH", path, &suspended(false)).0,
        200
    );
    assert_eq!(
        server.call("narrow", "DELETE", &manager(), &Value::Null).0,
        200
    );
    // Now it is the last manager, and its organization cannot be suspended.
    is_protected(&server.call("narrow", "PATCH", path, &suspended(true)));
    manages(&mut server, "second");
}

#[test]
fn x23_apply_on_a_folder_leaves_the_last_manager_a_way_to_a_token() {
    for field in [
        "authentication_methods = []",
        "grant_types = []",
        "enabled = false",
        "client_type = \"public\"",
        "allowed_addresses = [\"0.0.0.0\"]",
        "system_user = \"svc\"",
    ] {
        let mut server = with_application("helper", &["create:application_api_scopes"]);
        let version = server.version();
        let file = application(MANAGER, field, &all_scopes());
        let refused = server.apply(&file, Prune::Keep).unwrap_err().to_string();
        assert!(
            refused.contains("the last application that manages"),
            "{field}: {refused}"
        );
        assert_eq!(server.version(), version, "{field}");
        manages(&mut server, MANAGER);
    }
}

#[test]
fn x23_an_application_with_a_not_before_in_the_future_manages_nothing_until_then() {
    let mut server = with_application("second", &all_scopes());
    declare(&mut server, "narrow", "", &["delete:applications"]);
    revoke_ahead(&mut server, "second");
    is_protected(&server.call("narrow", "DELETE", &manager(), &Value::Null));
    manages(&mut server, MANAGER);
}

#[test]
fn x23_a_secret_that_expires_soon_does_not_replace_the_lasting_one() {
    let mut server = with_application("narrow", &["delete:application_secrets"]);
    let secrets = format!("{}/secrets", manager());
    let overlap = json!({ "overlap_seconds": 3600 });
    assert_eq!(server.call(MANAGER, "POST", &secrets, &overlap).0, 201);
    let newest = newest_secret(&server, MANAGER);
    is_protected(&server.call(
        "narrow",
        "DELETE",
        &format!("{secrets}/{newest}"),
        &Value::Null,
    ));
    server.advance(3600);
    manages(&mut server, MANAGER);
}

#[test]
fn x23_reset_management_removes_a_not_before_in_the_future() {
    let mut server = ManagedServer::new();
    server.advance(60);
    declare(&mut server, "second", "", &all_scopes());
    revoke_ahead(&mut server, MANAGER);
    let applied = server.reset_management().unwrap();
    assert_eq!(applied.credentials[0].client_id, MANAGER);
    manages(&mut server, MANAGER);
}

#[test]
fn x23_no_other_api_can_have_the_alias_of_the_management_api() {
    let mut server = ManagedServer::new();
    let scopes = json!(all_scopes());
    let api = |audience: &str, fields: &str| {
        format!("[[api]]\nname = \"API\"\naudience = \"{audience}\"\n{fields}\nscopes = {scopes}\n")
    };
    let without = api("{issuer}/api", "aliases = []");
    server.apply(&without, Prune::Keep).unwrap();
    let taken = server.apply(&api("{issuer}/api/v1", ""), Prune::Keep);
    assert!(taken.unwrap_err().to_string().contains("is already in use"));
    let body = json!({ "name": "API", "audience": "{issuer}/api/v1" });
    assert_eq!(server.call(MANAGER, "POST", "/api/v1/apis", &body).0, 409);
    server.reset_management().unwrap();
    manages(&mut server, MANAGER);
}

/// The hash of some secret.
const SECRET_SHA256: &str = "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=";

#[test]
fn x23_only_an_equally_powerful_application_can_restore_the_power_of_another() {
    let obstacles = [
        ("enabled = false", json!({ "is_enabled": true })),
        (
            "client_type = \"public\"",
            json!({ "client_type": "confidential" }),
        ),
        (
            "grant_types = []",
            json!({ "grant_types": ["client_credentials"] }),
        ),
        (
            "authentication_methods = []",
            json!({ "authentication_methods": ["client_secret_post"] }),
        ),
        (
            "allowed_addresses = [\"0.0.0.0\"]",
            json!({ "allowed_addresses": [] }),
        ),
        (REVOKED_AHEAD, json!({ "not_before": null })),
        ("system_user = \"svc\"", json!({ "system_user": null })),
        ("organization = \"closed\"", json!({ "org_code": null })),
    ];
    let closed = "[[organization]]\ncode = \"closed\"\nsuspended = true\n";
    for (obstacle, change) in obstacles {
        let mut server = with_application("narrow", &CHANGE_APPLICATIONS);
        let field = if obstacle == REVOKED_AHEAD {
            ""
        } else {
            obstacle
        };
        let fields = format!("{field}\nsecret_sha256 = {SECRET_SHA256:?}");
        let sleeper = application("sleeper", &fields, &["read:apis", "delete:apis"]);
        server
            .apply(&format!("{closed}{sleeper}"), Prune::Keep)
            .unwrap();
        if obstacle == REVOKED_AHEAD {
            revoke_ahead(&mut server, "sleeper");
        }
        let path = "/api/v1/applications/sleeper";
        let (status, body) = server.call("narrow", "PATCH", path, &change);
        assert_eq!(status, 403, "{obstacle}: {body}");
        assert_eq!(
            body.pointer("/errors/0/code").unwrap(),
            "SCOPE_BEYOND_TOKEN"
        );
        // An obstacle may be removed while another remains, and a caller with the same scopes may remove the last one.
        let (status, body) = server.call(MANAGER, "PATCH", path, &change);
        assert_eq!(status, 200, "{obstacle}: {body}");
    }
}

#[test]
fn x23_resuming_an_organization_requires_the_scopes_of_its_applications() {
    let mut server = with_application("narrow", &["update:organizations"]);
    let closed = "[[organization]]\ncode = \"closed\"\nsuspended = true\n";
    let sleeper = application("sleeper", "organization = \"closed\"", &["delete:apis"]);
    server
        .apply(&format!("{closed}{sleeper}"), Prune::Keep)
        .unwrap();
    let resume = json!({ "is_suspended": false });
    let path = "/api/v1/organization/closed";
    let (status, body) = server.call("narrow", "PATCH", path, &resume);
    assert_eq!(status, 403, "{body}");
    let (status, body) = server.call(MANAGER, "PATCH", path, &resume);
    assert_eq!(status, 200, "{body}");
}

#[test]
fn x23_one_change_does_not_remove_all_managers_at_once() {
    let mut server = with_application("second", &all_scopes());
    declare(&mut server, "third", "", &all_scopes());
    declare(&mut server, "narrow", "", &DISCONNECT);
    let path = format!("{API}/applications");
    let leaving = |ids: &[&str]| {
        let leaving = ids
            .iter()
            .map(|id| json!({ "id": id, "operation": "delete" }));
        json!({ "applications": leaving.collect::<Vec<_>>() })
    };
    let all = leaving(&[MANAGER, "second", "third"]);
    is_protected(&server.call("narrow", "PATCH", &path, &all));
    for manager in [MANAGER, "second", "third"] {
        manages(&mut server, manager);
    }
    let but_one = leaving(&[MANAGER, "second"]);
    assert_eq!(server.call("narrow", "PATCH", &path, &but_one).0, 200);
    manages(&mut server, "third");
}

#[test]
fn x23_power_is_not_restored_at_a_later_time_either() {
    let mut server = with_application("narrow", &["update:applications"]);
    let fields = format!("authentication_methods = []\nsecret_sha256 = {SECRET_SHA256:?}");
    declare(&mut server, "sleeper", &fields, &["delete:apis"]);
    let path = "/api/v1/applications/sleeper";
    revoke_ahead(&mut server, "sleeper");
    let later = json!({ "authentication_methods": ["client_secret_post"] });
    let (status, body) = server.call("narrow", "PATCH", path, &later);
    assert_eq!(status, 403, "{body}");
    assert_eq!(server.call(MANAGER, "PATCH", path, &later).0, 200);
    let sooner = json!({ "not_before": "2020-01-01T00:00:00Z" });
    let (status, body) = server.call("narrow", "PATCH", path, &sooner);
    assert_eq!(status, 403, "{body}");
    // Changes that do not affect it are allowed.
    let renamed = json!({ "name": "Sleeper" });
    assert_eq!(server.call("narrow", "PATCH", path, &renamed).0, 200);
}

#[test]
fn x23_no_api_can_have_the_audience_of_another_through_the_placeholder() {
    let mut server = ManagedServer::new();
    let api = |audience: &str| json!({ "name": "A", "audience": audience });
    let spelled = api("https://issuer.example/foo");
    assert_eq!(
        server.call(MANAGER, "POST", "/api/v1/apis", &spelled).0,
        201
    );
    let (status, body) = server.call(MANAGER, "POST", "/api/v1/apis", &api("{issuer}/foo"));
    assert_eq!(status, 409, "{body}");
    let both = "[[api]]\nname = \"A\"\naudience = \"https://issuer.example/bar\"\n[[api]]\nname = \"B\"\naudience = \"{issuer}/bar\"\n";
    let (status, body) = server.call_with(
        MANAGER,
        "POST",
        "/api/v1/apply",
        "application/toml",
        both.to_owned(),
    );
    assert_eq!(status, 409, "{body}");
}

#[test]
fn no_record_grows_beyond_what_a_change_may_write() {
    let mut server = ManagedServer::new();
    // Most scopes are written at once and without the management API, since the time for a change grows with the size of the record.
    let snapshot = server.snapshot();
    let mut apis = snapshot.apis.iter();
    let api = apis.find(|api| *api.value.audience == *AUDIENCE).unwrap();
    let mut large = api.value.clone();
    large.scopes.extend((0..100).map(|number| ScopeDefinition {
        key: format!("s{number}").into(),
        description: "x".repeat(2000).parse().unwrap(),
    }));
    let written = api.with(large, server.now());
    server.write(vec![Write::PutApi(written)]);
    let path = format!("{API}/scopes");
    let grown = (100..200).find_map(|number| {
        let scope = json!({ "key": format!("s{number}"), "description": "x".repeat(2000) });
        let (status, body) = server.call(MANAGER, "POST", &path, &scope);
        (status != 201).then_some(body)
    });
    let code = grown.unwrap().pointer("/errors/0/code").cloned();
    assert_eq!(code.unwrap(), "RECORD_TOO_LARGE");
    let cause = server.refused().unwrap().cause;
    assert_eq!(cause, m2m_errors::Cause::RecordTooLarge);
    // The existing record can still be changed.
    let api = "/api/v1/apis/https%3A%2F%2Fissuer.example%2Fapi";
    let renamed = json!({ "name": "Management" });
    assert_eq!(server.call(MANAGER, "PATCH", api, &renamed).0, 200);
}
