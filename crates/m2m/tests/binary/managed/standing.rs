//! Management tokens that were good, and what they open once their application may not manage any more.

use serde_json::{Value, json};

use crate::managed::{Made, Managed, assigned, bearer, call, encoded, management_token};

/// Lists applications with this token.
fn list(managed: &Managed, token: &str) -> u16 {
    let address = managed.server.address;
    let answer = call(
        address,
        "GET",
        "/api/v1/applications",
        &bearer(token),
        &Value::Null,
    );
    if answer.status == 401 {
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    answer.status
}

#[test]
fn g2_a_change_of_the_application_ends_its_management_tokens_at_once() {
    let managed = Managed::start(&[]);
    let management = format!("{}/api", managed.server.issuer());
    managed.done(
        "POST",
        "/api/v1/organization",
        &json!({ "name": "O", "code": "org" }),
    );
    let now = "/api/v1/environment";
    let end_and_back = |label: &str, end: &dyn Fn(&Made), back: Option<&dyn Fn(&Made)>| {
        let made = managed.application(&json!({ "org_code": "org" }));
        managed.authorize(&management, &made.id, &["read:applications", "read:apis"]);
        let token = management_token(&managed.server, &made.client_id, &made.secret);
        assert_eq!(list(&managed, &token), 200, "{label}");
        end(&made);
        assert_eq!(list(&managed, &token), 401, "{label}");
        if let Some(back) = back {
            back(&made);
            assert_eq!(list(&managed, &token), 200, "{label}");
        }
        // Nobody else is concerned.
        managed.get(now);
    };
    let change = |made: &Made, change: Value| {
        managed.done(
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
            drop(managed.done(
                "PATCH",
                "/api/v1/organization/org",
                &json!({ "is_suspended": true }),
            ))
        },
        Some(&|_| {
            drop(managed.done(
                "PATCH",
                "/api/v1/organization/org",
                &json!({ "is_suspended": false }),
            ))
        }),
    );
    end_and_back(
        "scope taken away",
        &|made| {
            drop(managed.done(
                "DELETE",
                &assigned(&management, &made.id, "read:applications"),
                &Value::Null,
            ))
        },
        Some(&|made| {
            drop(managed.done(
                "POST",
                &assigned(&management, &made.id, "read:applications"),
                &Value::Null,
            ))
        }),
    );
    end_and_back(
        "authorization taken away",
        &|made| {
            let path = format!("/api/v1/apis/{}/applications", encoded(&management));
            managed.done(
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
            drop(managed.done(
                "DELETE",
                &format!("/api/v1/applications/{}", made.id),
                &Value::Null,
            ))
        },
        None,
    );
    end_and_back(
        "deleted, and made again under the same client id",
        &|made| {
            managed.done(
                "DELETE",
                &format!("/api/v1/applications/{}", made.id),
                &Value::Null,
            );
            managed.application(&json!({ "client_id": made.client_id }));
        },
        None,
    );
}

#[test]
fn not_before_ends_the_tokens_up_to_it_and_the_next_one_works() {
    let managed = Managed::start(&[]);
    let management = format!("{}/api", managed.server.issuer());
    let made = managed.application(&json!({}));
    managed.authorize(&management, &made.id, &["read:applications"]);
    let path = format!("/api/v1/applications/{}", made.id);
    let first = management_token(&managed.server, &made.client_id, &made.secret);
    let issued_at = super::claims(&first)["iat"].as_i64().unwrap();
    // In the next second: a token that has to be after the present one is good from then on.
    let later = || {
        let token = management_token(&managed.server, &made.client_id, &made.secret);
        super::claims(&token)["iat"].as_i64().unwrap() > issued_at
    };
    while !later() {}
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap().to_string();
    managed.done(
        "PATCH",
        &path,
        &json!({ "not_before": time(issued_at - 1) }),
    );
    assert_eq!(list(&managed, &first), 200);
    managed.done("PATCH", &path, &json!({ "not_before": time(issued_at) }));
    assert_eq!(list(&managed, &first), 401);
    assert_eq!(
        managed.get(&path)["application"]["not_before"],
        time(issued_at)
    );
    let second = management_token(&managed.server, &made.client_id, &made.secret);
    assert!(super::claims(&second)["iat"].as_i64().unwrap() > issued_at);
    assert_eq!(list(&managed, &second), 200);
    managed.done("PATCH", &path, &json!({ "not_before": null }));
    assert_eq!(list(&managed, &first), 200);
}
