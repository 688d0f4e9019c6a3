//! A registry from a file, which the management API shows and does not change.

use m2m_admin::management::SCOPES;
use m2m_authority::registry::SecretHash;
use serde_json::Value;

use m2m_testkit::SECRET;

use crate::access::{document, operations};
use crate::managed::keys::ED25519;
use crate::server::ManagementCalls as _;
use crate::server::{Server, registry_file};

#[test]
fn a_registry_from_a_file_is_shown_and_every_change_is_409() {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let document = document(&Server::start());
    let operations = operations(&document);
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let manager = format!(
        "[[api]]\nname = \"Management\"\naudience = \"{{issuer}}/api\"\nscopes = {scopes:?}\n\
         [[application]]\nname = \"Manager\"\nclient_id = \"manager\"\nsecret_sha256 = \"{hash}\"\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {scopes:?} }}]\n"
    );
    let server = Server::of_file(&(registry_file() + &manager), "manager", SECRET);
    let mut changes = 0;
    for operation in &operations {
        let described = &document["paths"][&operation.form][operation.method.to_ascii_lowercase()];
        let path = match &*operation.form {
            "/api/v1/organization" => "/api/v1/organization?code=none".to_owned(),
            _ => operation.path.clone(),
        };
        // These operations request tokens, and do not change records.
        if operation.form.ends_with("/check") || operation.form.ends_with("/test_token") {
            continue;
        }
        if operation.method == "GET" {
            let answer = server.call("GET", &path, &Value::Null);
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
            body = serde_json::json!({ "private_key": ED25519 });
        }
        let path = match operation.form.contains("feature_flag_key") {
            true => format!("{}?value=1", operation.path),
            false => operation.path.clone(),
        };
        let read_only = (409, "REGISTRY_READ_ONLY");
        let message = server.refused(read_only, &operation.method, &path, &body);
        assert!(message.contains("m2m serve --data"), "{message}");
    }
    assert!(changes > 20, "{changes}");
    let shown = server.get("/api/v1/applications/plain-id");
    assert_eq!(
        shown["application"]["apis"][0]["audience"],
        "https://orders.example/api"
    );
    for query in ["", "?dry_run=true", "?prune=true"] {
        let answer = server.apply(query, "[[organization]]\ncode = \"o\"\n");
        assert_eq!(answer.status, 409, "{query}: {answer:?}");
    }
    server.ask_with("plain-id", SECRET, "").access_token();
}
