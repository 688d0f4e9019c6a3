//! A registry from a file, which the management API shows and does not change.

use std::process::Command;

use m2m_admin::management::SCOPES;
use m2m_authority::registry::SecretHash;
use serde_json::Value;

use crate::managed::door::operations;
use crate::managed::{bearer, call, management_token, refusal, send};
use crate::support::{SECRET, Serving, world};

#[test]
fn a_registry_from_a_file_is_shown_and_every_change_is_409() {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let document = Serving::start(&[])
        .call("GET", "/api/v1/openapi.json", "")
        .json();
    let operations = operations(&document);
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let manager = format!(
        "[[api]]\nname = \"Management\"\naudience = \"{{issuer}}/api\"\nscopes = {scopes:?}\n\
         [[application]]\nname = \"Manager\"\nclient_id = \"manager\"\nsecret_sha256 = \"{hash}\"\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {scopes:?} }}]\n"
    );
    let server = Serving::of(&(world() + &manager), &[]);
    let token = management_token(&server, "manager", SECRET);
    let mut changes = 0;
    for operation in &operations {
        let described = &document["paths"][&operation.form][operation.method.to_ascii_lowercase()];
        let path = match &*operation.form {
            "/api/v1/organization" => "/api/v1/organization?code=none".to_owned(),
            _ => operation.path.clone(),
        };
        // These ask for tokens, and change nothing.
        if operation.form.ends_with("/check") || operation.form.ends_with("/test_token") {
            continue;
        }
        if operation.method == "GET" {
            let answer = call(server.address, "GET", &path, &bearer(&token), &Value::Null);
            let expected =
                if path.contains("some-") || path.contains('?') || path.contains("0af7651916cd") {
                    404
                } else {
                    200
                };
            assert_eq!(answer.status, expected, "{path}: {answer:?}");
            continue;
        }
        changes += 1;
        let content = &described["requestBody"]["content"]["application/json"];
        let mut body = content["example"].clone();
        if operation.form == "/api/v1/keys/import" {
            body = serde_json::json!({ "private_key": crate::keys::ED25519 });
        }
        let path = match operation.form.contains("feature_flag_key") {
            true => format!("{}?value=1", operation.path),
            false => operation.path.clone(),
        };
        let answer = call(
            server.address,
            &operation.method,
            &path,
            &bearer(&token),
            &body,
        );
        let message = refusal((409, "REGISTRY_READ_ONLY"), &answer);
        assert!(message.contains("m2m serve --data"), "{message}");
    }
    assert!(changes > 20, "{changes}");
    let shown = call(
        server.address,
        "GET",
        "/api/v1/applications/plain-id",
        &bearer(&token),
        &Value::Null,
    );
    assert_eq!(
        shown.json()["application"]["apis"][0]["audience"],
        "https://orders.example/api"
    );
    let headers = bearer(&token) + "content-type: application/toml\r\n";
    for query in ["", "?dry_run=true", "?prune=true"] {
        let path = format!("/api/v1/apply{query}");
        let world = "[[organization]]\ncode = \"o\"\n";
        let answer = send(server.address, "POST", &path, &headers, world);
        assert_eq!(answer.status, 409, "{query}: {answer:?}");
    }
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn the_printed_line_that_gets_a_management_token_names_the_audience_as_callers_do() {
    let world = "[[api]]\nname = \"Management\"\naudience = \"{issuer}/api\"\n\
                 [[application]]\nname = \"Manager\"\nauthorize = [{ audience = \"{issuer}/api\" }]\n";
    let server = Serving::of(world, &[]);
    server.next_printed();
    let line = server.next_printed();
    let line = line.strip_prefix("try it: ").unwrap();
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["access_token"].is_string(), "{line}: {answer}");
}
