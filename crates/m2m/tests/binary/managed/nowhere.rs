//! Secrets and tokens: shown once, and not stored in the clear anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, OPERATOR_SECRET, bearer, call};
use crate::support::{send_to, text};

/// All secrets and tokens that were issued, each with its kind.
#[derive(Default)]
struct GivenOut(Vec<(String, String)>);

impl GivenOut {
    fn add(&mut self, kind: &str, value: &str) {
        assert!(value.len() > 20, "{kind}: {value}");
        self.0.push((kind.to_owned(), value.to_owned()));
    }

    fn token(&mut self, kind: &str, token: &str) {
        self.add(kind, token);
        self.add(
            &format!("the signature of {kind}"),
            token.rsplit('.').next().unwrap(),
        );
    }

    /// Asserts that the content contains none of them.
    fn assert_not_in(&self, place: &str, content: &[u8]) {
        assert!(!content.is_empty(), "{place}");
        for (kind, value) in &self.0 {
            for form in [
                value.clone(),
                STANDARD.encode(value),
                m2m_jwt::base64url::encode(value.as_bytes()),
            ] {
                let form = form.trim_end_matches('=').as_bytes();
                let is_there = content.windows(form.len()).any(|window| window == form);
                assert!(!is_there, "{kind} is in {place}");
            }
        }
    }
}

#[test]
fn x9_issued_secrets_and_tokens_are_in_no_file_log_event_export_or_metric() {
    let managed = Managed::start(&["--ops-listen", "127.0.0.1:0"]);
    let ops = managed.server.ops();
    let mut given = GivenOut::default();
    given.add("the operator's secret", OPERATOR_SECRET);
    given.token("the operator's token", &managed.token);
    let api = managed.api("https://a.example", &["read:a"]);
    for claims in ["rfc9068", "kinde"] {
        managed.done(
            "PATCH",
            &format!("/api/v1/apis/{api}"),
            &json!({ "claims": claims }),
        );
        let application = managed.application(&json!({}));
        given.add("a first secret", &application.secret);
        managed.authorize(&api, &application.id, &["read:a"]);
        given.token("a token", &managed.ask(&application, "").access_token());
        let path = format!("/api/v1/applications/{}/secrets", application.id);
        let rotated = managed.done("POST", &path, &json!({ "overlap_seconds": 60 }));
        let secret = rotated["secret"]["client_secret"].as_str().unwrap();
        given.add("a rotated secret", secret);
        // The secret is used with mistakes that a diagnosis recognizes.
        for wrong in [
            format!("{secret}%0A"),
            format!("%20{secret}"),
            secret[1..].to_owned(),
            secret.to_ascii_uppercase(),
        ] {
            managed
                .server
                .token(&application.client_id, &wrong, "")
                .assert_refused(401, "invalid_client");
        }
        managed
            .server
            .token(secret, &application.client_id, "")
            .assert_refused(401, "invalid_client");
        let answer = managed.server.post(
            "/oauth2/token",
            "",
            &format!("grant_type={secret}&scope={secret}&client_id=x&client_secret={secret}"),
        );
        assert_eq!(answer.status, 400, "{answer:?}");
        managed
            .server
            .call("GET", &format!("/oauth2/token?client_secret={secret}"), "");
        managed.server.call("GET", &format!("/{secret}"), "");
        let listed = managed.get(&path);
        let first = listed["secrets"][0]["id"].as_str().unwrap();
        managed.done("DELETE", &format!("{path}/{first}"), &Value::Null);
        managed
            .ask(&application, "")
            .assert_refused(401, "invalid_client");
        managed.done(
            "DELETE",
            &format!("/api/v1/applications/{}", application.id),
            &Value::Null,
        );
    }
    let applied = managed.done(
        "POST",
        "/api/v1/apply",
        &json!({ "application": [{ "name": "Applied" }] }),
    );
    given.add(
        "a secret that a file made",
        applied["credentials"][0]["client_secret"].as_str().unwrap(),
    );
    let test_token = managed.done(
        "POST",
        "/api/v1/applications/operator/test_token",
        &json!({ "audience": format!("{}/api", managed.server.issuer()) }),
    );
    given.token("a test token", test_token["access_token"].as_str().unwrap());
    let key = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    given.add("the private part of a key", key);
    let import = json!({ "private_key": crate::keys::ED25519, "algorithm": "EdDSA" });
    managed.done("POST", "/api/v1/keys/import", &import);
    // As a caller might send it by mistake: in a name, as a token, in the query, in a body that is refused.
    let address = managed.server.address;
    let token = managed.token.clone();
    for (method, path, headers) in [
        ("GET", format!("/api/v1/apis?token={token}"), bearer(&token)),
        (
            "GET",
            format!("/api/v1/applications/{token}"),
            String::new(),
        ),
        (
            "GET",
            "/api/v1/apis".to_owned(),
            format!("authorization: Bearer {token}x\r\n"),
        ),
        (
            "GET",
            "/api/v1/apis".to_owned(),
            format!("authorization: {token}\r\n"),
        ),
        (
            "GET",
            "/api/v1/apis".to_owned(),
            format!("authorization: Bearer {token} {token}\r\n"),
        ),
        (
            "GET",
            "/api/v1/apis".to_owned(),
            format!("authorization: Bearer \"{token}\"\r\n"),
        ),
        (
            "GET",
            format!("/api/v1/apis?access_token={token}"),
            String::new(),
        ),
        ("DELETE", "/api/v1/keys".to_owned(), bearer(&token)),
    ] {
        let answer = call(address, method, &path, &headers, &Value::Null);
        assert!(answer.status >= 400, "{answer:?}");
        given.assert_not_in("an answer", answer.body.as_bytes());
    }
    let wrong = json!({ "name": "A", "type": "m2m", "secret_sha256": OPERATOR_SECRET });
    let answer = managed.call("POST", "/api/v1/applications", &wrong);
    assert_eq!(answer.status, 400, "{answer:?}");
    given.assert_not_in("an answer", answer.body.as_bytes());

    // Nothing that shows records or logs contains any of them.
    for path in [
        "/api/v1/events?page_size=500",
        "/api/v1/diagnoses?page_size=500",
        "/api/v1/export",
        "/api/v1/export?with_secret_hashes=true",
        "/api/v1/keys",
        "/api/v1/apis?expand=scopes",
        "/api/v1/applications",
        "/api/v1/applications/operator",
        "/api/v1/applications/operator/secrets",
        "/api/v1/environment",
        "/.well-known/jwks.json",
    ] {
        let answer = managed.call("GET", path, &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        given.assert_not_in(path, answer.body.as_bytes());
    }
    let metrics = send_to(
        ops,
        b"GET /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    );
    given.assert_not_in("the metrics", metrics.body.as_bytes());

    let Managed { server, data, .. } = managed;
    // The content of the files while the server runs, and when it has ended.
    let files = || {
        let entries = std::fs::read_dir(data.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    for file in files() {
        let content = std::fs::read(&file).unwrap();
        if !content.is_empty() {
            given.assert_not_in(&file.display().to_string(), &content);
        }
    }
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    given.assert_not_in("the log", log.as_bytes());
    for file in files() {
        let content = std::fs::read(&file).unwrap();
        if !content.is_empty() {
            given.assert_not_in(&file.display().to_string(), &content);
        }
    }
    let (snapshot, events) = data.look();
    given.assert_not_in("the registry", format!("{snapshot:?}").as_bytes());
    given.assert_not_in("the audit log", format!("{events:?}").as_bytes());
    for arguments in [
        ["export"].as_slice(),
        &["export", "--with-secret-hashes"],
        &["key", "list"],
    ] {
        let output = data.run(arguments);
        given.assert_not_in("a command", text(&output.stdout).as_bytes());
    }
}
