//! Signing keys over the management API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_jwt::{Algorithm, SigningKey};
use serde_json::{Value, json};

use crate::managed::keys::ED25519;
use crate::server::ManagementCalls as _;
use crate::server::{OPERATOR, OPERATOR_SECRET, Server};

/// Returns the key id of a token.
fn kid(token: &str) -> Value {
    let header = m2m_jwt::base64url::decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].clone()
}

fn text(kid: &Value) -> String {
    kid.as_str().unwrap().to_owned()
}

#[test]
fn a_key_is_announced_before_it_signs_unless_it_is_an_emergency() {
    let mut server = Server::in_folder();
    let api = server.api("https://a.example", &[]);
    let application = server.application(&json!({}));
    server.authorize(&api, &application.id, &[]);
    let first = kid(&server.ask(&application, "").access_token());
    let rotate = json!({ "algorithm": "ES256" });
    let next = server.done("POST", "/api/v1/keys/rotate", &rotate)["key"].clone();
    assert_eq!(
        (&next["state"], &next["algorithm"]),
        (&json!("next"), &json!("ES256"))
    );
    assert!(next["signs_from"].is_string());
    assert!(server.announced().contains(&text(&next["kid"])));
    assert_eq!(kid(&server.ask(&application, "").access_token()), first);
    let message = server.refused((409, "KEY_TOO_NEW"), "POST", "/api/v1/keys/rotate", &rotate);
    assert!(
        message.contains(next["signs_from"].as_str().unwrap()),
        "{message}"
    );

    let emergency = json!({ "algorithm": "ES256", "emergency": true });
    let rotated = server.done("POST", "/api/v1/keys/rotate", &emergency);
    assert!(rotated["warning"].is_string(), "{rotated}");
    // The current token is signed with the previous key.
    let refused = server.call("GET", "/api/v1/apis", &Value::Null);
    assert_eq!(refused.status, 401, "{refused:?}");
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    let now = kid(&server.ask(&application, "").access_token());
    assert_eq!(now, rotated["key"]["kid"]);
    assert_ne!(now, first);
    let listed = server.get("/api/v1/keys");
    let keys = listed["keys"].as_array().unwrap();
    let state = |kid: &Value| {
        keys.iter()
            .find(|key| key["kid"] == *kid)
            .map(|key| key["state"].clone())
    };
    assert_eq!((state(&now), state(&first)), (Some(json!("active")), None));
    assert!(!server.announced().contains(&text(&first)));
    let before = server.announced();
    let server = server.restart();
    assert_eq!(server.announced(), before);
    assert_eq!(kid(&server.ask(&application, "").access_token()), now);
}

#[test]
fn x9_an_imported_key_is_shown_without_its_private_part_and_an_invalid_one_is_not_repeated() {
    let server = Server::start();
    let import = |key: &str| json!({ "private_key": key });
    let imported = server.done("POST", "/api/v1/keys/import", &import(ED25519));
    assert_eq!(imported["key"]["kid"], "rfc8037");
    assert!(server.announced().contains(&"rfc8037".to_owned()));
    // Importing the same key again has no effect; another key with the same id is refused.
    server.done("POST", "/api/v1/keys/import", &import(ED25519));
    let (_, document) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let text = STANDARD.encode(document.secret_der());
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let pem = lines.join("\n");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
    let body = json!({ "private_key": pem, "kid": "rfc8037" });
    server.refused((409, "KEY_ID_TAKEN"), "POST", "/api/v1/keys/import", &body);
    // Cut short, of another kind, or with the private part in the wrong place.
    let secret = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    for wrong in [
        ED25519.replace(secret, &secret[..40]),
        ED25519.replace("Ed25519", secret),
        secret.to_owned(),
        format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"),
    ] {
        let answer = server.call("POST", "/api/v1/keys/import", &import(&wrong));
        assert!(matches!(answer.status, 400 | 409), "{answer:?}");
        assert!(!answer.body.contains(&secret[..20]), "{answer:?}");
    }
    let events = server.get("/api/v1/events?subject=key").to_string();
    assert!(
        events.contains("rfc8037") && !events.contains(secret),
        "{events}"
    );
}
