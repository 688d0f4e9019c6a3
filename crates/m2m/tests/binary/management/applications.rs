//! `m2m application` and `m2m secret`.

use m2m_api::operations::{
    AddApiApplicationScope, CreateApplication, DeleteApi, DeleteApplication, DeleteOrganization,
    GetApplication, ListApplicationSecrets, ListApplications, RemoveApiApplicationScope,
    RevokeApplicationSecret, RotateApplicationSecret, UpdateApiApplications, UpdateApplication,
};
use serde_json::{Value, json};

use crate::fake::{Fake, ok, told};
use crate::management::samples::{
    application, application_summary, credentials, new_secret, secret, with,
};
use crate::support::text;

#[test]
fn applications_are_listed_page_by_page() {
    let page = |name: &str, next: Value| {
        ok::<ListApplications>(&json!({
            "applications": [with(application_summary(), json!({ "name": name }))],
            "next_token": next,
        }))
    };
    let token = "000102030405060708090a0b0c0d0e0f61";
    let pages = [
        page("Billing\u{1b}[2J", json!(token)),
        page("Other", Value::Null),
    ];
    let fake = Fake::new(pages.clone());
    let shown = fake.good(&[
        "application",
        "list",
        "--search",
        "a&b",
        "--organization",
        "org",
    ]);
    assert!(shown.starts_with("NAME"), "{shown}");
    assert!(
        shown.contains("Billing\\u{1b}[2J  billing-job  yes      -"),
        "{shown}"
    );
    assert!(shown.contains("Other"), "{shown}");
    let (own, size) = ("organization=org", "page_size=100");
    assert_eq!(
        fake.lines(),
        [
            format!("GET /api/v1/applications?{own}&{size}&search=a%26b&sort=name_asc"),
            format!(
                "GET /api/v1/applications?next_token={token}&{own}&{size}&search=a%26b&sort=name_asc"
            ),
        ]
    );

    let json = Fake::new(pages).good(&["application", "list", "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["name"], "Billing\u{1b}[2J");

    let none = json!({ "applications": [], "next_token": null });
    let none = Fake::new([ok::<ListApplications>(&none)]);
    assert_eq!(
        none.good(&["application", "list"]),
        "no applications found\n"
    );
}

#[test]
fn an_application_is_shown_with_what_it_may_ask_for() {
    let changed = json!({ "is_enabled": false, "not_before": null });
    let application = json!({ "application": with(application(), changed) });
    let answer = ok::<GetApplication>(&application);
    let fake = Fake::new([answer.clone(), answer]);
    let shown = fake.good(&["application", "show", "my.app/service"]);
    for expected in [
        "name                Billing job\n",
        "enabled             no\n",
        "not before          -\n",
        "allowed addresses   10.0.0.0/8\n",
        "mode=warn per=1h tokens=9\n",
        "  https://orders.example/api  read:orders, x\n",
    ] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words(&shown).contains(&words(expected)),
            "{expected}: {shown}"
        );
    }
    let json = fake.good(&["application", "show", "my.app/service", "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json, application["application"]);
    assert_eq!(fake.lines()[0], "GET /api/v1/applications/my.app%2Fservice");
}

#[test]
fn an_application_is_created_and_authorized_and_its_secret_is_shown_once() {
    let fake = Fake::new([ok::<CreateApplication>(&credentials("s3"))]);
    let shown = fake.good(&[
        "application",
        "create",
        "Billing job",
        "--client-id",
        "billing-job",
        "--organization",
        "org_acme",
        "--client-type",
        "confidential",
        "--system-user",
        "svc",
        "--system-user-allowed",
        "--token-lifetime",
        "600",
        "--authorize",
        "https://orders.example/api=read:orders write:orders",
    ]);
    assert_eq!(
        shown,
        "generated for \"Billing job\": client_id billing-job client_secret s3 (shown once)\n"
    );
    // With all of it, or not at all.
    assert_eq!(fake.lines(), ["POST /api/v1/applications"]);
    assert_eq!(
        fake.json(0),
        json!({
            "name": "Billing job", "type": "m2m", "client_id": "billing-job", "org_code": "org_acme",
            "client_type": "confidential", "system_user": "svc", "is_system_user_allowed": true,
            "access_token_lifetime": 600,
            "apis": [{ "audience": "https://orders.example/api", "scopes": ["read:orders", "write:orders"] }],
        })
    );
}

#[test]
fn an_application_is_changed_field_by_field() {
    let fake = Fake::new([ok::<UpdateApplication>(&json!({}))]);
    let shown = fake.good(&[
        "application",
        "update",
        "billing-job",
        "--name",
        "B",
        "--disable",
        "--token-lifetime",
        "60",
        "--not-before",
        "2026-11-20T01:00:00+01:00",
        "--allowed-address",
        "10.0.0.0/8",
        "--clear",
        "organization",
    ]);
    assert_eq!(shown, "Application successfully updated\n");
    assert_eq!(fake.lines(), ["PATCH /api/v1/applications/billing-job"]);
    assert_eq!(
        fake.json(0),
        json!({
            "name": "B", "is_enabled": false, "access_token_lifetime": 60,
            "not_before": "2026-11-20T00:00:00Z", "allowed_addresses": ["10.0.0.0/8"], "org_code": null,
        })
    );
    let none = Fake::new([]);
    let update = |more: &[&str]| none.bad(2, &[&["application", "update", "a"], more].concat());
    assert!(update(&[]).contains("--name"));
    assert!(update(&["--enable", "--disable"]).contains("cannot be used with"));
    assert!(update(&["--not-before", "tomorrow"]).contains("2026-11-20T00:00:00Z"));
    assert!(
        update(&["--organization", "o", "--clear", "organization"]).contains("set and cleared")
    );
    assert_eq!(none.lines(), [""; 0]);
}

#[test]
fn nothing_is_deleted_before_it_is_confirmed() {
    let nothing = json!({});
    let fake = Fake::new([
        ok::<DeleteApplication>(&nothing),
        ok::<DeleteApi>(&nothing),
        ok::<DeleteOrganization>(&nothing),
    ]);
    for (command, name) in [
        (["application", "delete"], "billing-job"),
        (["api", "delete"], "https://orders.example/api"),
        (["organization", "delete"], "org_acme"),
    ] {
        let command = [command[0], command[1], name];
        let said = fake.bad(2, &command);
        assert!(
            said.contains(name) && said.contains("help: add --yes"),
            "{said}"
        );
        fake.good(&[&command[..], &["--yes"]].concat());
    }
    assert_eq!(
        fake.lines(),
        [
            "DELETE /api/v1/applications/billing-job",
            "DELETE /api/v1/apis/https%3A%2F%2Forders.example%2Fapi",
            "DELETE /api/v1/organization/org_acme",
        ]
    );
}

#[test]
fn an_application_is_authorized_and_no_longer() {
    let changed = |connected: &[&str], disconnected: &[&str]| {
        ok::<UpdateApiApplications>(&json!({
            "applications_connected": connected, "applications_disconnected": disconnected,
        }))
    };
    let nothing = json!({});
    let fake = Fake::new([
        changed(&["b"], &[]),
        ok::<AddApiApplicationScope>(&nothing),
        ok::<AddApiApplicationScope>(&nothing),
        ok::<RemoveApiApplicationScope>(&nothing),
        changed(&[], &["b"]),
    ]);
    fake.good(&[
        "application",
        "authorize",
        "b",
        "--audience",
        "a",
        "--scope",
        "x y",
    ]);
    fake.good(&[
        "application",
        "deauthorize",
        "b",
        "--audience",
        "a",
        "--scope",
        "x",
    ]);
    fake.good(&["application", "deauthorize", "b", "--audience", "a"]);
    assert_eq!(
        fake.lines(),
        [
            "PATCH /api/v1/apis/a/applications",
            "POST /api/v1/apis/a/applications/b/scopes/x",
            "POST /api/v1/apis/a/applications/b/scopes/y",
            "DELETE /api/v1/apis/a/applications/b/scopes/x",
            "PATCH /api/v1/apis/a/applications",
        ]
    );
    assert_eq!(
        fake.json(4),
        json!({ "applications": [{ "id": "b", "operation": "delete" }] })
    );
}

#[test]
fn secrets_are_listed_rotated_and_revoked() {
    let fake = Fake::new([
        ok::<ListApplicationSecrets>(&json!({ "secrets": [secret("s1")] })),
        ok::<RotateApplicationSecret>(&new_secret("s2", "new", json!("2026-11-21T00:00:00Z"))),
        ok::<RotateApplicationSecret>(&new_secret("s3", "newer", Value::Null)),
        ok::<RevokeApplicationSecret>(&json!({ "warning": "it was the last" })),
    ]);
    let shown = fake.good(&["secret", "list", "billing-job"]);
    assert!(
        shown.contains("s1  active  2026-11-20T00:00:00Z  -"),
        "{shown}"
    );
    let shown = fake.good(&["secret", "rotate", "billing-job", "--overlap", "24h"]);
    assert!(shown.contains("client_secret new (shown once)"), "{shown}");
    assert!(
        shown.contains("the earlier secrets stay valid until 2026-11-21T00:00:00Z"),
        "{shown}"
    );
    let json = fake.good(&["secret", "rotate", "billing-job", "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["client_secret"], "newer");
    let revoked = fake.run(&["secret", "revoke", "billing-job", "s1"]);
    assert_eq!(text(&revoked.stdout), "Secret successfully revoked\n");
    assert_eq!(text(&revoked.stderr), "warning: it was the last\n");
    assert_eq!(fake.json(1), json!({ "overlap_seconds": 86_400 }));
    assert_eq!(fake.json(2), json!({ "overlap_seconds": 86_400 }));
    assert_eq!(
        fake.lines()[3],
        "DELETE /api/v1/applications/billing-job/secrets/s1"
    );
}

#[test]
fn an_empty_scope_does_not_end_the_whole_authorization() {
    let fake = Fake::new([]);
    for scope in ["", "  "] {
        let said = fake.bad(
            2,
            &[
                "application",
                "deauthorize",
                "b",
                "--audience",
                "a",
                "--scope",
                scope,
            ],
        );
        assert!(said.contains("--scope is empty"), "{said}");
    }
    assert_eq!(fake.lines(), [""; 0]);
}

#[test]
fn fields_of_a_later_server_are_shown() {
    let later = json!({
        "type": "spa", "client_type": "semi", "grant_types": ["token_exchange"], "authentication_methods": ["private_key_jwt"],
        "access_token_lifetime": 31_536_000, "token_quota": { "tokens": 1, "per": "1h", "mode": "delay", "burst": 2 },
        "feature_flags": { "big": "x".repeat(2001), "half": 1.5 }, "allowed_addresses": ["here"], "more": [1],
    });
    let answer = json!({ "application": with(application(), later) }).to_string();
    let list = json!({
        "applications": [with(application_summary(), json!({ "type": "spa" }))], "next_token": null,
    });
    let fake = Fake::new([told(200, "", &answer), told(200, "", &list.to_string())]);
    let shown = fake.good(&["application", "show", "billing-job"]);
    for expected in [
        "spa",
        "semi",
        "token_exchange",
        "31536000",
        "delay",
        "1.5",
        "here",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let shown = fake.good(&["application", "list"]);
    assert!(shown.contains("billing-job"), "{shown}");
}
