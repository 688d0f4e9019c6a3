//! Delegation: operators cannot assign scopes that they do not have.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Answer, Made, OPERATOR, OPERATOR_SECRET, Server, assigned};

/// The scopes of an operator who can do much, but not everything.
const NARROW: [&str; 7] = [
    "update:applications",
    "create:application_secrets",
    "delete:application_secrets",
    "create:application_api_scopes",
    "create:test_tokens",
    "update:apis",
    "read:applications",
];

/// Returns a server, an application that manages it with few scopes, and a token of that application.
struct Narrow {
    server: Server,
    application: Made,
    token: String,
}

impl Narrow {
    fn new() -> Self {
        let server = Server::start();
        let audience = format!("{}/api", server.issuer());
        let application = server.application(&json!({}));
        server.authorize(&audience, &application.client_id, &NARROW);
        let token = server.management_token(&application.client_id, &application.secret);
        Self {
            server,
            application,
            token,
        }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.server.call_as(&self.token, method, path, body)
    }

    #[track_caller]
    fn is_beyond(&self, method: &str, path: &str, body: &Value) {
        let answer = self.call(method, path, body);
        assert_eq!(answer.status, 403, "{method} {path}: {answer:?}");
        assert_eq!(answer.json()["errors"][0]["code"], "SCOPE_BEYOND_TOKEN");
    }
}

#[test]
fn a_manager_with_few_scopes_cannot_gain_more() {
    let narrow = Narrow::new();
    let audience = format!("{}/api", narrow.server.issuer());
    let own = &narrow.application.client_id;
    // More scopes for itself, or for another one whose secret its owner knows.
    narrow.is_beyond(
        "POST",
        &assigned(&audience, own, "apply:registry"),
        &Value::Null,
    );
    // The secret of an application that can do more: created, or set.
    let of_operator = format!("/api/v1/applications/{OPERATOR}");
    narrow.is_beyond("POST", &format!("{of_operator}/secrets"), &json!({}));
    let hash = json!({ "secret_sha256": "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk=" });
    narrow.is_beyond("PATCH", &of_operator, &hash);
    // Its token.
    let test_token = format!("{of_operator}/test_token");
    narrow.is_beyond("POST", &test_token, &json!({}));
    let alias = json!({ "audience": format!("{audience}/v1") });
    narrow.is_beyond("POST", &test_token, &alias);
    // None of these requests changed anything.
    let token = narrow.server.management_token(OPERATOR, OPERATOR_SECRET);
    let answer = narrow
        .server
        .call_as(&token, "GET", "/api/v1/environment", &Value::Null);
    assert_eq!(answer.status, 200);
}

#[test]
fn a_manager_can_grant_the_scopes_that_it_has() {
    let narrow = Narrow::new();
    let audience = format!("{}/api", narrow.server.issuer());
    let other = narrow.server.application(&json!({}));
    narrow.server.authorize(&audience, &other.client_id, &[]);
    let scope = assigned(&audience, &other.client_id, "read:applications");
    assert_eq!(narrow.call("POST", &scope, &Value::Null).status, 200);
    let secrets = format!("/api/v1/applications/{}/secrets", other.client_id);
    assert_eq!(narrow.call("POST", &secrets, &json!({})).status, 201);
}
