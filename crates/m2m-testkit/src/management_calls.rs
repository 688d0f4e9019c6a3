//! The calls that tests of the management API make, to a process or to a server in this one.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a missing member or header fails the test"
)]

use m2m_authority::registry::SecretHash;
use serde_json::{Value, json};

use crate::{HttpAnswer, SECRET};

/// An application that was created.
#[derive(Debug, Clone)]
pub struct Made {
    /// The id.
    pub id: String,
    /// The client id.
    pub client_id: String,
    /// The secret; empty if none was generated.
    pub secret: String,
}

/// A server whose management API can be called as its manager.
pub trait ManagementCalls {
    /// Calls the management API. `Value::Null` means a request without a body.
    fn call(&self, method: &str, path: &str, body: &Value) -> HttpAnswer;

    /// Makes a call that has to succeed, and returns the answer.
    #[track_caller]
    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert!(
            matches!(answer.status, 200 | 201),
            "{method} {path} {body}: {answer:?}"
        );
        let json = answer.json();
        assert!(
            json["code"].is_string() && json["message"].is_string() || path.contains("test_token"),
            "{json}"
        );
        json
    }

    /// Reads a path, which has to succeed, and returns the answer.
    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// Makes a call that has to be refused with this status and code, and returns the message.
    #[track_caller]
    fn refused(&self, expected: (u16, &str), method: &str, path: &str, body: &Value) -> String {
        self.call(method, path, body).refusal(expected)
    }

    /// Creates an application.
    #[track_caller]
    fn application(&self, more: &Value) -> Made {
        let mut body = json!({ "name": "An application", "type": "m2m" });
        merge(&mut body, more);
        let made = &self.done("POST", "/api/v1/applications", &body)["application"];
        let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
        Made {
            id: text("id"),
            client_id: text("client_id"),
            secret: text("client_secret"),
        }
    }

    /// Creates an API with these scopes, and returns its id.
    #[track_caller]
    fn api(&self, audience: &str, scopes: &[&str]) -> String {
        let scopes: Vec<Value> = scopes.iter().map(|key| json!({ "key": key })).collect();
        let body = json!({ "name": "An API", "audience": audience, "scopes": scopes });
        let made = self.done("POST", "/api/v1/apis", &body);
        made["api"]["id"].as_str().unwrap().to_owned()
    }

    /// Authorizes an application for an API, and assigns it these scopes.
    #[track_caller]
    fn authorize(&self, api: &str, application: &str, scopes: &[&str]) {
        let path = format!("/api/v1/apis/{}/applications", encoded(api));
        self.done(
            "PATCH",
            &path,
            &json!({ "applications": [{ "id": application }] }),
        );
        for scope in scopes {
            self.done("POST", &assigned(api, application, scope), &Value::Null);
        }
    }
}

/// Returns a registry file with an API for each of two kinds of keys, and an application for each kind of client id, whose secret is [`SECRET`].
#[must_use]
pub fn registry_file() -> String {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    format!(
        r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders", "write:orders"]

[[api]]
name = "Reports"
audience = "https://reports.example/"
scopes = ["read:reports"]
signing_alg = "EdDSA"

[[application]]
name = "Plain"
client_id = "plain-id"
secret_sha256 = "{hash}"
authorize = [{{ audience = "https://orders.example/api", scopes = ["read:orders"] }}]

[[application]]
name = "Trusted"
client_id = "my.trusted.app/service"
secret_sha256 = "{hash}"
authorize = [{{ audience = "https://reports.example/", scopes = ["read:reports"] }}]

[[application]]
name = "Frugal"
client_id = "frugal"
secret_sha256 = "{hash}"
token_quota = {{ tokens = 2, per = "1h", mode = "enforce" }}
authorize = [{{ audience = "https://orders.example/api", scopes = ["read:orders"] }}]
"#
    )
}

/// Returns the fields that an application needs in this profile to get tokens at all.
#[must_use]
pub fn shape(profile: &str) -> Value {
    match profile {
        "trusted-application" => {
            json!({ "system_user": "svc.integration", "is_system_user_allowed": true })
        }
        _ => json!({}),
    }
}

/// Returns the path of the assignment of a scope.
#[must_use]
pub fn assigned(api: &str, application: &str, scope: &str) -> String {
    let [api, application, scope] = [api, application, scope].map(encoded);
    format!("/api/v1/apis/{api}/applications/{application}/scopes/{scope}")
}

/// Returns the header field that carries a token.
#[must_use]
pub fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

/// Returns the claims of a token, without verifying its signature.
#[must_use]
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&m2m_jwt::base64url::decode(payload).unwrap()).unwrap()
}

/// Returns a name with the escapes that it needs in a path.
#[must_use]
pub fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Copies the members of one object into another.
pub fn merge(into: &mut Value, from: &Value) {
    let members = from.as_object().into_iter().flatten();
    for (name, value) in members {
        into[name] = value.clone();
    }
}
