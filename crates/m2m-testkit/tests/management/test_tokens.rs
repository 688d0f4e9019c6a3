//! Test tokens that operators request in the name of applications, and checks whether one would be issued.

use serde_json::{Value, json};

use m2m_authority::flow::Requester;

use crate::managed::log::Logged;
use crate::server::ManagementCalls as _;
use crate::server::{Made, OPERATOR, PROFILES, Server, claims, encoded, shape};

const AUDIENCE: &str = "https://a.example";

fn server(profile: &str) -> (Server, Made) {
    let server = Server::in_profile(profile);
    let api = server.api(AUDIENCE, &["read:a", "write:a"]);
    server.api("https://b.example", &["read:b"]);
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "Acme", "code": "org_acme" }),
    );
    let mut body = shape(profile);
    body["org_code"] = "org_acme".into();
    let application = server.application(&body);
    server.authorize(&api, &application.id, &["read:a"]);
    (server, application)
}

#[test]
fn k29_a_test_token_is_what_the_application_would_get_and_can_be_used() {
    for profile in PROFILES {
        let (server, application) = server(profile);
        let path = format!(
            "/api/v1/applications/{}/test_token",
            encoded(&application.client_id)
        );
        for scope in [None, Some("read:a")] {
            let mut body = json!({ "audience": AUDIENCE });
            let mut more = format!("&audience={AUDIENCE}");
            if let Some(scope) = scope {
                body["scope"] = scope.into();
                more += &format!("&scope={scope}");
            }
            let test = server.call("POST", &path, &body);
            assert_eq!(test.status, 200, "{test:?}");
            assert_eq!(test.header("cache-control"), Some("no-store"));
            assert_eq!(test.header("pragma"), Some("no-cache"));
            let logged = server.log().entries().pop();
            let Some(Logged::Issued(event)) = logged else {
                panic!("{logged:?}")
            };
            let operator = OPERATOR.into();
            assert_eq!(event.requester, Requester::Vouched { operator });
            assert_eq!(*event.client_id, *application.client_id);
            let real = server.ask(&application, &more);
            let without = |answer: &Value| {
                let mut answer = answer.clone();
                answer.as_object_mut().unwrap().remove("access_token");
                answer
            };
            assert_eq!(without(&test.json()), without(&real.json()), "{profile}");
            let own = |token: &str| {
                let mut claims = claims(token);
                let members = claims.as_object_mut().unwrap();
                for name in ["jti", "iat", "exp"] {
                    assert!(members.remove(name).is_some());
                }
                claims
            };
            assert_eq!(own(&test.access_token()), own(&real.access_token()));
        }
    }
    // A test token for the management API is valid there.
    let server = Server::start();
    let audience = format!("{}/api", server.issuer());
    let path = "/api/v1/applications/operator/test_token";
    let test = server.call(
        "POST",
        path,
        &json!({ "audience": audience, "scope": "read:apis" }),
    );
    let token = test.access_token();
    let ask = |path: &str| server.call_as(&token, "GET", path, &Value::Null).status;
    assert_eq!(
        (ask("/api/v1/apis"), ask("/api/v1/applications")),
        (200, 403)
    );
}

#[test]
fn the_check_the_test_token_and_the_token_endpoint_agree_in_every_profile() {
    for profile in PROFILES {
        let (server, application) = server(profile);
        let path = format!("/api/v1/applications/{}", application.id);
        let suspend = |is_suspended: bool| {
            let body = json!({ "is_suspended": is_suspended });
            server.done("PATCH", "/api/v1/organization/org_acme", &body);
        };
        let agree = |label: &str, audience: Option<&str>, scope: Option<&str>| {
            let mut query = String::new();
            let mut body = json!({});
            let mut form = String::new();
            for (name, value) in [("audience", audience), ("scope", scope)] {
                if let Some(value) = value {
                    query += &format!("&{name}={}", encoded(value));
                    form += &format!("&{name}={}", encoded(value));
                    body[name] = value.into();
                }
            }
            let real = server.ask(&application, &form);
            let test = server.call("POST", &format!("{path}/test_token"), &body);
            let check = server.get(&format!("{path}/check?{}", query.trim_start_matches('&')));
            let check = &check["check"];
            assert_eq!(
                test.status, real.status,
                "{profile}, {label}: {test:?} {real:?}"
            );
            assert_eq!(
                check["granted"],
                real.status == 200,
                "{profile}, {label}: {check}"
            );
            if real.status == 200 {
                let claims = claims(&real.access_token());
                assert_eq!(check["scope"], claims["scope"], "{profile}, {label}");
                assert_eq!(check["expires_in"], real.json()["expires_in"]);
                assert_eq!(check["audiences"], json!([claims["aud"]]));
            } else {
                let (cause, _) = server.cause(&real);
                assert_eq!(check["cause"], cause, "{profile}, {label}");
                assert_eq!(check["error"], real.json()["error"], "{profile}, {label}");
                assert_eq!(
                    test.json()["error"],
                    real.json()["error"],
                    "{profile}, {label}"
                );
                assert!(!check["fixes"].as_array().unwrap().is_empty(), "{check}");
                assert!(
                    !check["description"].as_str().unwrap().is_empty(),
                    "{check}"
                );
            }
        };
        agree("a valid request", Some(AUDIENCE), None);
        agree("a scope", Some(AUDIENCE), Some("read:a"));
        agree("no audience", None, None);
        agree(
            "a scope that is not assigned",
            Some(AUDIENCE),
            Some("write:a"),
        );
        agree(
            "a scope that the API does not define",
            Some(AUDIENCE),
            Some("read:b"),
        );
        agree("one scope of two", Some(AUDIENCE), Some("read:a write:a"));
        agree(
            "an API that it is not authorized for",
            Some("https://b.example"),
            None,
        );
        agree("an unknown API", Some("https://a.example/"), None);
        suspend(true);
        agree("a suspended organization", Some(AUDIENCE), None);
        suspend(false);
        server.done("PATCH", &path, &json!({ "is_enabled": false }));
        agree("a disabled application", Some(AUDIENCE), None);
        server.done(
            "PATCH",
            &path,
            &json!({ "is_enabled": true, "grant_types": [] }),
        );
        agree("no grant", Some(AUDIENCE), None);
        server.done(
            "PATCH",
            &path,
            &json!({ "grant_types": ["client_credentials"], "client_type": "public" }),
        );
        agree("a public application", Some(AUDIENCE), None);
        server.done(
            "PATCH",
            &path,
            &json!({ "client_type": "confidential", "access_token_lifetime": 60 }),
        );
        agree("another lifetime", Some(AUDIENCE), None);
    }
}

#[test]
fn a_test_token_counts_against_the_quota_and_a_check_does_not() {
    let (server, application) = server("rfc");
    let path = format!("/api/v1/applications/{}", application.id);
    let quota = json!({ "tokens": 2, "per": "1h", "mode": "enforce" });
    server.done(
        "PATCH",
        &path,
        &json!({ "token_quota": quota, "allowed_addresses": ["192.0.2.0/24"] }),
    );
    // The address of the operator does not matter.
    server
        .ask(&application, "")
        .assert_refused(400, "access_denied");
    for _ in 0..5 {
        let check = server.get(&format!("{path}/check"));
        assert_eq!(check["check"]["granted"], true, "{check}");
    }
    let test = || server.call("POST", &format!("{path}/test_token"), &json!({}));
    assert_eq!([test().status, test().status], [200, 200]);
    let third = test();
    assert_eq!(third.status, 429, "{third:?}");
    assert!(third.header("retry-after").is_some());
    let check = server.get(&format!("{path}/check"));
    assert_eq!(check["check"]["granted"], false, "{check}");
    server.done(
        "PATCH",
        &path,
        &json!({ "token_quota": null, "allowed_addresses": [] }),
    );
    server.ask(&application, "").access_token();
}
