//! The calls that many tests of the management API make.

use m2m_authority::registry::SecretHash;
use m2m_testkit::SECRET;
use serde_json::{Value, json};

use super::{Answer, Server};

/// An application that was created.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

impl Server {
    /// Calls the management API.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, "", body)
    }

    /// Calls the management API with further header fields.
    pub(crate) fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        let headers = format!("{}{headers}", bearer(&self.token));
        self.call_bare(method, path, &headers, body)
    }

    /// Calls the management API with another token.
    pub(crate) fn call_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.call_bare(method, path, &bearer(token), body)
    }

    /// Calls the management API with only these header fields. `Value::Null` means a request without a body.
    pub(crate) fn call_bare(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        if body.is_null() {
            return self.send(method, path, headers, "");
        }
        let headers = format!("{headers}content-type: application/json\r\n");
        self.send(method, path, &headers, &body.to_string())
    }

    /// Makes a call that has to succeed, and returns the answer.
    #[track_caller]
    pub(crate) fn done(&self, method: &str, path: &str, body: &Value) -> Value {
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
    pub(crate) fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// Makes a call that has to be refused with this status and code, and returns the message.
    #[track_caller]
    pub(crate) fn refused(
        &self,
        expected: (u16, &str),
        method: &str,
        path: &str,
        body: &Value,
    ) -> String {
        self.call(method, path, body).refusal(expected)
    }

    /// Applies a file.
    pub(crate) fn apply(&self, query: &str, text: &str) -> Answer {
        let headers = bearer(&self.token) + "content-type: application/toml\r\n";
        self.send("POST", &format!("/api/v1/apply{query}"), &headers, text)
    }

    /// Creates an application.
    #[track_caller]
    pub(crate) fn application(&self, more: &Value) -> Made {
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
    pub(crate) fn api(&self, audience: &str, scopes: &[&str]) -> String {
        let scopes: Vec<Value> = scopes.iter().map(|key| json!({ "key": key })).collect();
        let body = json!({ "name": "An API", "audience": audience, "scopes": scopes });
        let made = self.done("POST", "/api/v1/apis", &body);
        made["api"]["id"].as_str().unwrap().to_owned()
    }

    /// Authorizes an application for an API, and assigns it these scopes.
    #[track_caller]
    pub(crate) fn authorize(&self, api: &str, application: &str, scopes: &[&str]) {
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

    /// Returns the cause of a refused token request in the log, and the diagnosis.
    #[track_caller]
    pub(crate) fn cause(&self, refused: &Answer) -> (String, String) {
        let cause = self.log().cause(&refused.member("trace_id"));
        let (cause, diagnosis) = cause.expect("every refusal is in the log");
        (cause.id().to_owned(), diagnosis)
    }

    /// Sends a form to the token endpoint.
    pub(crate) fn post(&self, headers: &str, form: &str) -> Answer {
        let headers = format!("content-type: application/x-www-form-urlencoded\r\n{headers}");
        self.send("POST", "/oauth2/token", &headers, form)
    }

    /// Requests a token with these credentials in the body.
    pub(crate) fn ask_with(&self, client_id: &str, secret: &str, more: &str) -> Answer {
        let (client_id, secret) = (encoded(client_id), encoded(secret));
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}"
        );
        self.post("", &form)
    }

    /// Requests a token as this application.
    pub(crate) fn ask(&self, application: &Made, more: &str) -> Answer {
        self.ask_with(&application.client_id, &application.secret, more)
    }

    /// Requests a token as this application, and returns its claims.
    #[track_caller]
    pub(crate) fn claims(&self, application: &Made, more: &str) -> Value {
        claims(&self.ask(application, more).access_token())
    }

    /// Requests a token for the management API with all assigned scopes.
    #[track_caller]
    pub(crate) fn management_token(&self, client_id: &str, secret: &str) -> String {
        let audience = format!("&audience={}/api", self.issuer());
        self.ask_with(client_id, secret, &audience).access_token()
    }
}

/// Returns a file with an API for each of two kinds of keys, and an application for each kind of client id, whose secret is [`SECRET`].
pub(crate) fn world() -> String {
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
pub(crate) fn shape(profile: &str) -> Value {
    match profile {
        "trusted-application" => {
            json!({ "system_user": "svc.integration", "is_system_user_allowed": true })
        }
        _ => json!({}),
    }
}

/// Returns the path of the assignment of a scope.
pub(crate) fn assigned(api: &str, application: &str, scope: &str) -> String {
    let [api, application, scope] = [api, application, scope].map(encoded);
    format!("/api/v1/apis/{api}/applications/{application}/scopes/{scope}")
}

/// Returns the header field that carries a token.
pub(crate) fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

/// Returns the claims of a token without verifying it.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&m2m_jwt::base64url::decode(payload).unwrap()).unwrap()
}

/// Returns a name with the escapes that it needs in a path.
pub(crate) fn encoded(name: &str) -> String {
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
pub(crate) fn merge(into: &mut Value, from: &Value) {
    let members = from.as_object().into_iter().flatten();
    for (name, value) in members {
        into[name] = value.clone();
    }
}
