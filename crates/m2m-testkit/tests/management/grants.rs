//! Grants: tokens have the scopes that the management API has assigned, in every profile, from the next request on.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, PROFILES, Server, assigned, claims, encoded, merge, shape};

const AUDIENCE: &str = "https://users.example/api";

/// Returns a server in each profile, with an API and an application that has two of its three scopes.
fn check(run: impl Fn(&Server, &Made, &str)) {
    for profile in PROFILES {
        let server = Server::in_profile(profile);
        let api = server.api(AUDIENCE, &["read:users", "write:flags", "delete:all"]);
        let application = server.application(&shape(profile));
        server.authorize(&api, &application.id, &["read:users", "write:flags"]);
        run(&server, &application, profile);
    }
}

fn asking_for(more: &str) -> String {
    format!("&audience={AUDIENCE}{more}")
}

fn scopes(claims: &Value) -> Vec<&str> {
    let scope = claims["scope"].as_str().unwrap_or_default();
    scope.split(' ').filter(|scope| !scope.is_empty()).collect()
}

#[test]
fn k21_k25_without_a_scope_or_with_an_empty_one_all_assigned_scopes_are_granted() {
    check(|server, application, profile| {
        for more in ["", "&scope="] {
            let answer = server.ask(application, &asking_for(more));
            let claims = claims(&answer.access_token());
            assert_eq!(scopes(&claims), ["read:users", "write:flags"]);
            let mut body = answer.json();
            let members = body.as_object_mut().unwrap();
            members.remove("access_token");
            let mut expected = json!({ "token_type": "Bearer", "expires_in": 3600 });
            if profile != "kinde" {
                expected["scope"] = "read:users write:flags".into();
            }
            assert_eq!(body, expected, "{profile}");
        }
    });
}

#[test]
fn k22_exactly_the_requested_scopes_are_granted() {
    check(|server, application, _| {
        for (asked, expected) in [
            (
                "read:users%20write:flags",
                ["read:users", "write:flags"].as_slice(),
            ),
            ("read:users+write:flags", &["read:users", "write:flags"]),
            ("write:flags", &["write:flags"]),
        ] {
            let claims = server.claims(application, &asking_for(&format!("&scope={asked}")));
            assert_eq!(scopes(&claims), expected);
        }
        for asked in ["delete:all", "read:users%20delete:all", "nothing"] {
            let answer = server.ask(application, &asking_for(&format!("&scope={asked}")));
            answer.assert_refused(400, "invalid_scope");
        }
    });
}

#[test]
fn k23_a_token_for_two_audiences_names_both() {
    check(|server, application, _| {
        let other = "https://flags.example/api";
        let both = asking_for(&format!("&audience={other}"));
        let refused = server.ask(application, &both);
        assert_eq!(refused.status, 400, "{refused:?}");
        let api = server.api(other, &["read:flags"]);
        server.authorize(&api, &application.client_id, &["read:flags"]);
        let claims = server.claims(application, &both);
        assert_eq!(claims["aud"], json!([AUDIENCE, other]));
        assert_eq!(scopes(&claims), ["read:users", "write:flags", "read:flags"]);
    });
}

#[test]
fn k24_a_token_carries_the_code_of_the_organization() {
    check(|server, application, profile| {
        assert!(
            server
                .claims(application, &asking_for(""))
                .get("org_code")
                .is_none()
        );
        let body = json!({ "name": "Acme", "feature_flags": { "beta": "bool" } });
        let made = server.done("POST", "/api/v1/organization", &body);
        let code = &made["organization"]["code"];
        let mut body = shape(profile);
        body["org_code"] = code.clone();
        let member = server.application(&body);
        server.authorize(AUDIENCE, &member.id, &[]);
        assert_eq!(server.claims(&member, &asking_for(""))["org_code"], *code);
        // An application that joins later, and one that leaves.
        let path = format!("/api/v1/applications/{}", application.id);
        server.done("PATCH", &path, &json!({ "org_code": code }));
        assert_eq!(
            server.claims(application, &asking_for(""))["org_code"],
            *code
        );
        server.done("PATCH", &path, &json!({ "org_code": null }));
        assert!(
            server
                .claims(application, &asking_for(""))
                .get("org_code")
                .is_none()
        );
    });
}

#[test]
fn k26_assigned_scopes_are_granted_and_removed_ones_are_not() {
    check(|server, _, profile| {
        let application = server.application(&shape(profile));
        let connect = |change: Value| {
            let path = format!("/api/v1/apis/{}/applications", encoded(AUDIENCE));
            server.done("PATCH", &path, &json!({ "applications": [change] }))
        };
        let ask = |more: &str| server.ask(&application, &asking_for(more));
        ask("").assert_refused(400, "unauthorized_client");

        let changed = connect(json!({ "id": application.id }));
        assert_eq!(changed["applications_connected"], json!([application.id]));
        let granted = claims(&ask("").access_token());
        assert_eq!(
            (scopes(&granted), &granted["aud"]),
            (vec![], &json!(AUDIENCE))
        );
        // The rows G11, K7 and T7 define the answer if no scope at all is assigned.
        let error = match profile {
            "kinde" | "trusted-application" => "invalid_scope",
            _ => "unauthorized_client",
        };
        ask("&scope=read:users").assert_refused(400, error);

        let scope = assigned(AUDIENCE, &application.id, "read:users");
        server.done("POST", &scope, &Value::Null);
        assert_eq!(
            scopes(&claims(&ask("&scope=read:users").access_token())),
            ["read:users"]
        );
        assert_eq!(scopes(&claims(&ask("").access_token())), ["read:users"]);
        ask("&scope=write:flags").assert_refused(400, "invalid_scope");
        server.done(
            "POST",
            &assigned(AUDIENCE, &application.client_id, "write:flags"),
            &Value::Null,
        );
        assert_eq!(
            scopes(&claims(&ask("").access_token())),
            ["read:users", "write:flags"]
        );

        server.done("DELETE", &scope, &Value::Null);
        ask("&scope=read:users").assert_refused(400, "invalid_scope");
        assert_eq!(scopes(&claims(&ask("").access_token())), ["write:flags"]);

        let changed = connect(json!({ "id": application.client_id, "operation": "delete" }));
        assert_eq!(
            changed["applications_disconnected"],
            json!([application.id])
        );
        ask("").assert_refused(400, "unauthorized_client");
        // The scopes are not restored with the authorization.
        connect(json!({ "id": application.id }));
        assert_eq!(scopes(&claims(&ask("").access_token())), [""; 0]);
    });
}

#[test]
fn k27_a_token_of_an_application_lists_the_organizations() {
    check(|server, _, _| {
        server.done(
            "POST",
            "/api/v1/organization",
            &json!({ "name": "Acme", "code": "org_acme" }),
        );
        // An application that manages the server does not act as a system user, whatever the profile.
        let reader = server.application(&json!({}));
        let management = format!("{}/api", server.issuer());
        let list =
            |token: &str| server.call_as(token, "GET", "/api/v1/organizations", &Value::Null);
        server.authorize(&management, &reader.id, &["read:environments"]);
        let without = server.management_token(&reader.client_id, &reader.secret);
        assert_eq!(list(&without).status, 403);
        server.authorize(&management, &reader.id, &["read:organizations"]);
        for audience in [management.clone(), format!("{management}/v1")] {
            let token = server.ask(&reader, &format!("&audience={audience}&scope="));
            let answer = list(&token.access_token());
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.json()["organizations"][0]["code"], "org_acme");
        }
    });
}

#[test]
fn k35_a_scope_that_is_assigned_on_one_of_two_audiences_is_not_granted_for_both() {
    check(|server, application, _| {
        let other = "https://mirror.example/api";
        let api = server.api(other, &["read:users", "write:flags"]);
        server.authorize(&api, &application.id, &["write:flags"]);
        let both = asking_for(&format!("&audience={other}"));
        assert_eq!(scopes(&server.claims(application, &both)), ["write:flags"]);
        for turned in [both.clone(), format!("&audience={other}{}", asking_for(""))] {
            let answer = server.ask(application, &format!("{turned}&scope=read:users"));
            answer.assert_refused(400, "invalid_scope");
            let (cause, evidence) = server.cause(&answer);
            assert_eq!(cause, "scope-not-assigned");
            assert!(evidence.contains(other), "{evidence}");
        }
        // Once it is assigned on both, it is granted.
        server.done(
            "POST",
            &assigned(&api, &application.id, "read:users"),
            &Value::Null,
        );
        let claims = server.claims(application, &both);
        assert_eq!(scopes(&claims), ["read:users", "write:flags"]);
    });
}

#[test]
fn g14_a_suspended_organization_and_an_address_that_is_not_allowed_are_refused_at_once() {
    check(|server, application, profile| {
        let body = json!({ "name": "Acme", "code": "org_acme" });
        server.done("POST", "/api/v1/organization", &body);
        let path = format!("/api/v1/applications/{}", application.id);
        server.done("PATCH", &path, &json!({ "org_code": "org_acme" }));
        let status = if profile == "generic" { 403 } else { 400 };
        let granted = || server.ask(application, &asking_for("")).access_token();
        let refused = |cause: &str| {
            let answer = server.ask(application, &asking_for(""));
            answer.assert_refused(status, "access_denied");
            assert_eq!(server.cause(&answer).0, cause);
        };
        let suspend = |is_suspended: bool| {
            let body = json!({ "is_suspended": is_suspended });
            server.done("PATCH", "/api/v1/organization/org_acme", &body);
        };
        let allow = |addresses: &[&str]| {
            server.done("PATCH", &path, &json!({ "allowed_addresses": addresses }));
        };
        granted();
        suspend(true);
        refused("organization-suspended");
        suspend(false);
        granted();
        allow(&["10.0.0.0/8", "2001:db8::/32"]);
        refused("address-not-allowed");
        allow(&["10.0.0.0/8", "127.0.0.0/8"]);
        granted();
        allow(&["192.0.2.1"]);
        refused("address-not-allowed");
        allow(&[]);
        granted();
    });
}

#[test]
fn k3_a_deleted_application_is_refused_at_once_and_the_diagnosis_names_time_and_actor() {
    check(|server, application, _| {
        server.ask(application, &asking_for("")).access_token();
        let path = format!("/api/v1/applications/{}", encoded(&application.client_id));
        server.done("DELETE", &path, &Value::Null);
        let answer = server.ask(application, &asking_for(""));
        answer.assert_refused(401, "invalid_client");
        let (cause, evidence) = server.cause(&answer);
        assert_eq!(cause, "application-deleted");
        assert!(evidence.contains("operator"), "{evidence}");
        let shown = server.get(&format!("/api/v1/diagnoses/{}", answer.member("trace_id")));
        assert_eq!(shown["diagnosis"]["cause"], "application-deleted");
        assert_eq!(shown["diagnosis"]["client_id"], *application.client_id);

        // A new application with the same client id does not get the authorizations or the secret of the deleted one.
        let mut again = json!({ "client_id": application.client_id });
        merge(
            &mut again,
            &json!({ "system_user": "svc", "is_system_user_allowed": true }),
        );
        let again = server.application(&again);
        assert_ne!(again.id, application.id);
        server
            .ask(application, &asking_for(""))
            .assert_refused(401, "invalid_client");
        server
            .ask(&again, &asking_for(""))
            .assert_refused(400, "unauthorized_client");
    });
}
