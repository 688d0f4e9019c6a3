//! Requests at the edge of what is allowed: conditions, names, null, switches, and applications that are created with their APIs.

use crate::managed::{MANAGER, ManagedServer};
use m2m_admin::Prune;
use serde_json::{Value, json};

const JOB: &str = "/api/v1/applications/job";

fn server() -> ManagedServer {
    let mut server = ManagedServer::new();
    let file = "[[api]]\nname = \"Orders\"\naudience = \"https://orders.example\"\nscopes = [\"read\"]\n\
        [[organization]]\ncode = \"acme\"\n[[property]]\nkey = \"region\"\n\
        [[application]]\nname = \"Job\"\nclient_id = \"job\"\n";
    server.apply(file, Prune::Keep).unwrap();
    server
}

#[track_caller]
fn message(answer: &(u16, Value), status: u16) -> String {
    assert_eq!(answer.0, status, "{}", answer.1);
    let message = answer.1.pointer("/errors/0/message");
    message.and_then(Value::as_str).unwrap().to_owned()
}

#[test]
fn a_name_with_invisible_or_reordering_characters_is_refused() {
    let mut server = server();
    for name in ["\u{202e}nimda", "ad\u{200b}min", "  ", "a\nb", "\u{3164}"] {
        for (method, path, body) in [
            ("PATCH", JOB, json!({ "name": name })),
            (
                "POST",
                "/api/v1/applications",
                json!({ "name": name, "type": "m2m" }),
            ),
            (
                "POST",
                "/api/v1/apis",
                json!({ "name": name, "audience": "https://a.example" }),
            ),
            ("POST", "/api/v1/organization", json!({ "name": name })),
            (
                "PATCH",
                "/api/v1/organization/acme",
                json!({ "name": name }),
            ),
            ("PUT", "/api/v1/properties/region", json!({ "name": name })),
        ] {
            let answer = server.call(MANAGER, method, path, &body);
            let message = message(&answer, 400);
            assert!(message.starts_with("name: is not a name: "), "{message}");
        }
        for record in [
            "application]]\nclient_id = \"a\"",
            "api]]\naudience = \"https://a.example\"",
            "organization]]\ncode = \"a\"",
            "property]]\nkey = \"a\"",
        ] {
            let name = json!(name);
            let refused = server.apply(&format!("[[{record}\nname = {name}\n"), Prune::Keep);
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("is not a name: "), "{record}: {refused}");
        }
    }
    let hidden = json!({ "description": "a\u{202e}b" });
    let refused = message(&server.call(MANAGER, "PATCH", JOB, &hidden), 400);
    assert!(refused.contains("U+202E"), "{refused}");
}

#[test]
fn a_dot_segment_is_not_an_identifier() {
    let mut server = server();
    for step in [".", ".."] {
        let property = json!({
            "name": "P", "key": step, "type": "single_line_text", "context": "app",
            "is_private": false, "category_id": "c",
        });
        for (path, body) in [
            (
                "applications",
                json!({ "name": "A", "type": "m2m", "client_id": step }),
            ),
            ("organization", json!({ "name": "O", "code": step })),
            (
                "organization",
                json!({ "name": "O", "feature_flags": { step: "bool" } }),
            ),
            ("properties", property),
        ] {
            let answer = server.call(MANAGER, "POST", &format!("/api/v1/{path}"), &body);
            let message = message(&answer, 400);
            assert!(message.contains("neither . nor .."), "{message}");
        }
        for record in [
            format!("application]]\nname = \"A\"\nclient_id = \"{step}\""),
            format!("organization]]\ncode = \"{step}\""),
            format!("property]]\nkey = \"{step}\""),
            format!("organization]]\ncode = \"a\"\nfeature_flags = {{ \"{step}\" = true }}"),
        ] {
            assert!(
                server.apply(&format!("[[{record}\n"), Prune::Keep).is_err(),
                "{record}"
            );
        }
    }
    let like = json!({ "name": "A", "type": "m2m", "client_id": "..." });
    assert_eq!(
        server
            .call(MANAGER, "POST", "/api/v1/applications", &like)
            .0,
        201
    );
}

#[test]
fn null_is_refused_for_fields_that_cannot_be_cleared_and_the_error_names_the_others() {
    let mut server = server();
    let orders = "/api/v1/apis/https%3A%2F%2Forders.example";
    let scope = &format!("{orders}/scopes/read");
    for (path, member, clears) in [
        (
            JOB,
            "name",
            "null clears access_token_lifetime, contact, default_audience, description",
        ),
        (JOB, "is_enabled", "not_before"),
        (JOB, "secret_sha256", "token_quota"),
        (JOB, "allowed_addresses", "system_user"),
        (orders, "name", "null clears description"),
        (orders, "token_lifetime", "null clears description"),
        ("/api/v1/organization/acme", "is_suspended", "external_id"),
        (scope, "description", ""),
    ] {
        let version = server.version();
        let answer = server.call(MANAGER, "PATCH", path, &json!({ member: null }));
        let message = message(&answer, 400);
        assert!(
            message.starts_with(&format!("{member}: is null and cannot be cleared")),
            "{message}"
        );
        assert!(message.contains(clears), "{message}");
        assert_eq!(server.version(), version);
    }
    let cleared = json!({ "description": null, "org_code": null, "not_before": null });
    assert_eq!(server.call(MANAGER, "PATCH", JOB, &cleared).0, 200);
}

#[test]
fn a_switch_without_a_value_is_refused_and_does_not_mean_off() {
    let mut server = server();
    let file = "[[organization]]\ncode = \"other\"\n";
    for query in ["dry_run=", "dry_run", "prune=", "dry_run=1"] {
        let path = format!("/api/v1/apply?{query}");
        let answer = server.call_with(MANAGER, "POST", &path, "application/toml", file.to_owned());
        let message = message(&answer, 400);
        assert!(message.ends_with("is not true or false"), "{message}");
    }
    let path = "/api/v1/export?with_secret_hashes=";
    message(&server.call(MANAGER, "GET", path, &Value::Null), 400);
}

#[test]
fn an_application_is_created_with_its_apis_or_not_at_all() {
    let mut server = server();
    let new = |audience: &str, scope: &str| {
        json!({
            "name": "New", "type": "m2m", "client_id": "new",
            "apis": [{ "audience": audience, "scopes": [scope] }],
        })
    };
    let path = "/api/v1/applications";
    for (audience, scope) in [
        ("https://order.example", "read"),
        ("https://orders.example", "raed"),
    ] {
        let answer = server.call(MANAGER, "POST", path, &new(audience, scope));
        assert_eq!(answer.0, 404, "{}", answer.1);
    }
    let good = new("https://orders.example", "read");
    assert_eq!(server.call(MANAGER, "POST", path, &good).0, 201);
    let (_, shown) = server.call(MANAGER, "GET", &format!("{path}/new"), &Value::Null);
    let apis = &shown["application"]["apis"];
    assert_eq!(apis[0]["audience"], "https://orders.example");
    assert_eq!(apis[0]["scopes"], json!(["read"]));
}

#[test]
fn x23_an_application_is_not_created_with_more_power_than_its_creator_has() {
    let mut server = server();
    let scopes = [
        "create:applications",
        "update:apis",
        "create:application_api_scopes",
    ];
    let file = format!(
        "[[application]]\nname = \"n\"\nclient_id = \"narrow\"\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {} }}]\n",
        json!(scopes)
    );
    server.apply(&file, Prune::Keep).unwrap();
    let mut create = |scope: &str| {
        for audience in [
            "https://issuer.example/api",
            "https://issuer.example/api/v1",
        ] {
            let apis = json!([{ "audience": audience, "scopes": [scope] }]);
            let body = json!({ "name": "New", "type": "m2m", "apis": apis });
            let answer = server.call("narrow", "POST", "/api/v1/applications", &body);
            if answer.0 != 201 {
                return answer;
            }
        }
        (201, Value::Null)
    };
    let (status, body) = create("delete:apis");
    let code = body.pointer("/errors/0/code").unwrap();
    assert_eq!((status, code), (403, &json!("SCOPE_BEYOND_TOKEN")));
    assert_eq!(create("update:apis").0, 201);
}
