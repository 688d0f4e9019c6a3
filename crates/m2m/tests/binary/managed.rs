//! The management API of a server in a process of its own.
//!
//! The answers of the operations are tested in one process, in `crates/m2m-testkit/tests/management`. The tests here need a process:
//!
//! - `curl` runs commands from the documentation of other services over TLS.
//! - `full_disk` and `killed` need a full disk, a locked database and `kill -9`, and look into the data directory afterwards.
//! - `http` is about bytes on a connection: HEAD, bodies that are announced, paths beside the management API.
//! - `maintenance` is about the token endpoint of the binary, which refuses callers meanwhile, and about a restart.
//! - `nowhere` and `refusals` look for secrets and refusals in the log, the metrics and the files of the process.
//! - `shell` runs commands against the server.

#![expect(
    clippy::indexing_slicing,
    reason = "an answer without what a test looks for fails the test, in its helpers too"
)]

mod curl;
mod full_disk;
mod http;
mod killed;
mod maintenance;
mod nowhere;
mod refusals;
mod shell;

use std::ffi::OsString;
use std::fs::{DirEntry, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::data::Data;
use crate::support::{Answer, PATIENCE, Serving, m2m, send_to};

/// The client id of the application that manages the servers of these tests.
pub(crate) const OPERATOR: &str = "operator";

/// The secret of this application.
pub(crate) const OPERATOR_SECRET: &str = "the-secret-of-the-operator-0123456789";

/// All profiles.
pub(crate) const PROFILES: [&str; 4] = ["rfc", "kinde", "trusted-application", "generic"];

/// A server with its own data directory, and a token for all of its management API.
pub(crate) struct Managed {
    pub(crate) server: Serving,
    pub(crate) data: Data,
    pub(crate) token: String,
}

/// A created application.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

impl Managed {
    /// Starts a server with nothing in it but the application that manages it.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::over(fresh(), arguments)
    }

    /// Starts a server of this data directory.
    pub(crate) fn over(data: Data, arguments: &[&str]) -> Self {
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(data.path()).args(arguments);
        Self::of_command(command, data)
    }

    /// Starts a server of this data directory with this command.
    pub(crate) fn of_command(mut command: std::process::Command, data: Data) -> Self {
        command
            .env("M2M_BOOTSTRAP_CLIENT_ID", OPERATOR)
            .env("M2M_BOOTSTRAP_CLIENT_SECRET", OPERATOR_SECRET);
        let server = Serving::of_command(command, None);
        let token = management_token(&server, OPERATOR, OPERATOR_SECRET);
        Self {
            server,
            data,
            token,
        }
    }

    /// Calls the management API.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, "", body)
    }

    /// Calls it with further header fields.
    pub(crate) fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        let headers = format!("{}{headers}", bearer(&self.token));
        call(self.server.address, method, path, &headers, body)
    }

    /// Calls an operation that succeeds, and returns the answer.
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

    /// Returns the record or list at this path.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null)
    }

    /// Calls an operation that is refused with this status and code, and returns the message.
    #[track_caller]
    pub(crate) fn refused(
        &self,
        expected: (u16, &str),
        method: &str,
        path: &str,
        body: &Value,
    ) -> String {
        refusal(expected, &self.call(method, path, body))
    }

    /// Creates an application. In the profile `trusted-application` it acts as a user.
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

    /// Requests a token as an application.
    pub(crate) fn ask(&self, application: &Made, more: &str) -> Answer {
        self.server
            .token(&application.client_id, &application.secret, more)
    }

    /// Returns the claims of the token that an application gets.
    #[track_caller]
    pub(crate) fn claims(&self, application: &Made, more: &str) -> Value {
        claims(&self.ask(application, more).access_token())
    }
}

/// Sends a request with a body in JSON to a server that may end meanwhile. Returns nothing if the answer is incomplete.
pub(crate) fn try_call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &Value,
) -> Option<Answer> {
    let headers = format!("{headers}content-type: application/json\r\n");
    try_send(address, method, path, &headers, &body.to_string())
}

/// Sends a request with a body of any kind to a server that may end meanwhile. Returns nothing if the answer is incomplete.
pub(crate) fn try_send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<Answer> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    if !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        return None;
    }
    let answer = Answer::parse(&bytes);
    let length = answer.header("content-length")?.parse::<usize>().unwrap();
    (answer.body.len() == length).then_some(answer)
}

/// Returns the fields that an application needs in this profile to get tokens.
pub(crate) fn shape(profile: &str) -> Value {
    match profile {
        "trusted-application" => {
            json!({ "system_user": "svc.integration", "is_system_user_allowed": true })
        }
        _ => json!({}),
    }
}

/// Returns the data directory of a server that was started once, with keys of all algorithms. Generating them takes longer than most tests.
pub(crate) fn fresh() -> Data {
    static FILES: LazyLock<Vec<(OsString, Vec<u8>)>> = LazyLock::new(|| {
        let managed = Managed::over(Data::new(), &[]);
        assert!(managed.server.stop().0.success());
        let entries = std::fs::read_dir(managed.data.path()).unwrap();
        let read = |entry: DirEntry| (entry.file_name(), std::fs::read(entry.path()).unwrap());
        entries.map(|entry| read(entry.unwrap())).collect()
    });
    let data = Data::new();
    std::fs::create_dir(data.path()).unwrap();
    std::fs::set_permissions(data.path(), Permissions::from_mode(0o700)).unwrap();
    for (name, content) in FILES.iter() {
        let path = data.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
    data
}

/// Returns the path of the assignment of a scope.
pub(crate) fn assigned(api: &str, application: &str, scope: &str) -> String {
    let [api, application, scope] = [api, application, scope].map(encoded);
    format!("/api/v1/apis/{api}/applications/{application}/scopes/{scope}")
}

/// Requests a token for the management API, with all assigned scopes.
#[track_caller]
pub(crate) fn management_token(server: &Serving, client_id: &str, secret: &str) -> String {
    let audience = format!("&audience={}/api", server.issuer());
    server.token(client_id, secret, &audience).access_token()
}

/// Returns the header field that carries a token.
pub(crate) fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

/// Sends a request, with a body in JSON unless it is null.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &Value,
) -> Answer {
    if body.is_null() {
        return send(address, method, path, headers, "");
    }
    let headers = format!("{headers}content-type: application/json\r\n");
    send(address, method, path, &headers, &body.to_string())
}

/// Sends a request with a body of any kind.
pub(crate) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Answer {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    send_to(address, request.as_bytes())
}

/// Asserts that an answer is a refusal of the management API in its usual form: uncacheable JSON with code and message. Returns the message.
#[track_caller]
pub(crate) fn refusal((status, code): (u16, &str), answer: &Answer) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    let errors = json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{json}");
    assert_eq!(errors[0]["code"], code, "{json}");
    let message = errors[0]["message"].as_str().unwrap();
    assert!(!message.is_empty());
    message.to_owned()
}

/// Returns the claims of a token, without verifying its signature.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&m2m_jwt::base64url::decode(payload).unwrap()).unwrap()
}

/// Encodes a name for a path.
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

/// Adds the members of one object to another.
fn merge(into: &mut Value, from: &Value) {
    let members = from.as_object().into_iter().flatten();
    for (name, value) in members {
        into[name] = value.clone();
    }
}
