//! Management tokens that were valid, after their application has lost the right to manage the server.

use m2m_authority::registry::time_text;
use m2m_jwt::UnixTime;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, Server, assigned, claims, encoded};

/// Lists applications with this token.
fn list(server: &Server, token: &str) -> u16 {
    let answer = server.call_as(token, "GET", "/api/v1/applications", &Value::Null);
    if answer.status == 401 {
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    answer.status
}

#[test]
fn g2_a_change_of_the_application_revokes_its_management_tokens_at_once() {
    let server = Server::start();
    let management = format!("{}/api", server.issuer());
    server.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "O", "code": "org" }),
    );
    let now = "/api/v1/environment";
    let end_and_back = |label: &str, end: &dyn Fn(&Made), back: Option<&dyn Fn(&Made)>| {
        let made = server.application(&json!({ "org_code": "org" }));
        server.authorize(&management, &made.id, &["read:applications", "read:apis"]);
        let token = server.management_token(&made.client_id, &made.secret);
        assert_eq!(list(&server, &token), 200, "{label}");
        end(&made);
        assert_eq!(list(&server, &token), 401, "{label}");
        if let Some(back) = back {
            back(&made);
            assert_eq!(list(&server, &token), 200, "{label}");
        }
        // Other applications are not affected.
        server.get(now);
    };
    let change = |made: &Made, change: Value| {
        server.done(
            "PATCH",
            &format!("/api/v1/applications/{}", made.id),
            &change,
        );
    };
    end_and_back(
        "disabled",
        &|made| change(made, json!({ "is_enabled": false })),
        Some(&|made| change(made, json!({ "is_enabled": true }))),
    );
    end_and_back(
        "public",
        &|made| change(made, json!({ "client_type": "public" })),
        Some(&|made| change(made, json!({ "client_type": "confidential" }))),
    );
    end_and_back(
        "suspended",
        &|_| {
            drop(server.done(
                "PATCH",
                "/api/v1/organization/org",
                &json!({ "is_suspended": true }),
            ))
        },
        Some(&|_| {
            drop(server.done(
                "PATCH",
                "/api/v1/organization/org",
                &json!({ "is_suspended": false }),
            ))
        }),
    );
    end_and_back(
        "scope removed",
        &|made| {
            drop(server.done(
                "DELETE",
                &assigned(&management, &made.id, "read:applications"),
                &Value::Null,
            ))
        },
        Some(&|made| {
            drop(server.done(
                "POST",
                &assigned(&management, &made.id, "read:applications"),
                &Value::Null,
            ))
        }),
    );
    end_and_back(
        "authorization removed",
        &|made| {
            let path = format!("/api/v1/apis/{}/applications", encoded(&management));
            server.done(
                "PATCH",
                &path,
                &json!({ "applications": [{ "id": made.id, "operation": "delete" }] }),
            );
        },
        None,
    );
    end_and_back(
        "deleted",
        &|made| {
            drop(server.done(
                "DELETE",
                &format!("/api/v1/applications/{}", made.id),
                &Value::Null,
            ))
        },
        None,
    );
    end_and_back(
        "deleted, and created again with the same client id",
        &|made| {
            server.done(
                "DELETE",
                &format!("/api/v1/applications/{}", made.id),
                &Value::Null,
            );
            server.application(&json!({ "client_id": made.client_id }));
        },
        None,
    );
}

#[test]
fn not_before_revokes_earlier_tokens_and_the_next_one_works() {
    let server = Server::start();
    let management = format!("{}/api", server.issuer());
    let made = server.application(&json!({}));
    server.authorize(&management, &made.id, &["read:applications"]);
    let path = format!("/api/v1/applications/{}", made.id);
    let first = server.management_token(&made.client_id, &made.secret);
    let issued_at = claims(&first)["iat"].as_u64().unwrap();
    // A token that must be issued after the present second is valid from the next second on.
    server.advance(1);
    let time = |seconds: u64| time_text(UnixTime::from_seconds(seconds));
    server.done(
        "PATCH",
        &path,
        &json!({ "not_before": time(issued_at - 1) }),
    );
    assert_eq!(list(&server, &first), 200);
    server.done("PATCH", &path, &json!({ "not_before": time(issued_at) }));
    assert_eq!(list(&server, &first), 401);
    assert_eq!(
        server.get(&path)["application"]["not_before"],
        time(issued_at)
    );
    let second = server.management_token(&made.client_id, &made.secret);
    assert!(claims(&second)["iat"].as_u64().unwrap() > issued_at);
    assert_eq!(list(&server, &second), 200);
    server.done("PATCH", &path, &json!({ "not_before": null }));
    assert_eq!(list(&server, &first), 200);
}
