//! A private key that others may know is removed at once.

use m2m_admin::Prune;
use m2m_authority::registry::{ClaimSet, KeyState};
use m2m_authority::{AccessTokenClaims, sign_access_token};
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, Pkcs8Document, SigningKey};
use serde_json::{Value, json};

use crate::managed::{MANAGER, ManagedServer};
use m2m_testkit::World;

const ROTATE: &str = "/api/v1/keys/rotate";
const APPLICATIONS: &str = "/api/v1/applications";

fn rotate(emergency: bool) -> Value {
    json!({ "algorithm": "ES256", "emergency": emergency })
}

/// The key ids of an algorithm in the registry, in this state.
fn in_state(server: &ManagedServer, algorithm: Algorithm, state: KeyState) -> Vec<String> {
    let keys = server.snapshot().keys;
    let found = keys
        .iter()
        .filter(|key| key.algorithm == algorithm && key.state == state);
    found.map(|key| key.kid.to_string()).collect()
}

/// Returns a token that someone else has signed with the private key.
fn forged(server: &ManagedServer, key: &SigningKey) -> String {
    let applications = server.snapshot().applications;
    let mut applications = applications.iter();
    let found = applications.find(|stored| &*stored.value.client_id == MANAGER);
    let jwt_id = m2m_authority::JwtId::new([0; 12], found.unwrap().id.mark());
    let audience = format!("{}/api", World::ISSUER);
    let claims = AccessTokenClaims {
        issuer: World::ISSUER,
        subject: None,
        client_id: MANAGER,
        audience: &[&*audience],
        expires_at: server.now().saturating_add_seconds(3600),
        issued_at: server.now(),
        jwt_id: jwt_id.as_str(),
        scope: "read:applications",
        organization_code: None,
        properties: &[],
        feature_flags: &[],
    };
    sign_access_token(&claims, ClaimSet::Rfc9068, key).unwrap()
}

/// Returns a server that signs with a key that someone else has.
fn with_known_key() -> (ManagedServer, SigningKey, Pkcs8Document) {
    let mut server = ManagedServer::new();
    let (key, document) = SigningKey::generate(Algorithm::Es256, Some("known")).unwrap();
    let pem = pem(&document);
    let import = json!({ "private_key": pem, "kid": "known" });
    let (status, body) = server.call(MANAGER, "POST", "/api/v1/keys/import", &import);
    assert_eq!(status, 201, "{body}");
    server.advance(600);
    let (status, body) = server.call(MANAGER, "POST", ROTATE, &rotate(false));
    assert_eq!(
        (status, body.pointer("/key/kid").unwrap()),
        (200, &json!("known")),
        "{body}"
    );
    (server, key, document)
}

fn pem(document: &Pkcs8Document) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(document.secret_der());
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

#[test]
fn a_leaked_key_is_rejected_after_an_emergency_rotation() {
    let (mut server, key, _) = with_known_key();
    let forged = forged(&server, &key);
    let own = server.token(MANAGER).unwrap();
    assert_eq!(server.call_as(&forged, "GET", APPLICATIONS).0, 200);
    let of_others = in_state(&server, Algorithm::EdDsa, KeyState::Active);
    let (status, body) = server.call(MANAGER, "POST", ROTATE, &rotate(true));
    assert_eq!(status, 200, "{body}");
    for token in [&forged, &own] {
        let refused = server.call_as(token, "GET", APPLICATIONS);
        assert_eq!(refused, (401, Some(Cause::TokenKeyUnknown)));
    }
    // The new key signs, and the keys of other algorithms stay.
    let (status, _) = server.call(MANAGER, "GET", APPLICATIONS, &Value::Null);
    assert_eq!(status, 200);
    let signing = body["key"]["kid"].as_str().unwrap().to_owned();
    assert_eq!(
        in_state(&server, Algorithm::Es256, KeyState::Active),
        std::slice::from_ref(&signing)
    );
    for key_ids in server.announced() {
        assert!(!key_ids.contains(&"known".to_owned()), "{key_ids:?}");
        assert!(
            key_ids.contains(&signing) && key_ids.contains(&of_others[0]),
            "{key_ids:?}"
        );
    }
}

#[test]
fn an_emergency_removes_every_key_of_the_algorithm_and_says_so() {
    let (mut server, _, _) = with_known_key();
    let (status, next) = server.call(MANAGER, "POST", ROTATE, &rotate(false));
    assert_eq!((status, &next["key"]["state"]), (200, &json!("next")));
    let retiring = in_state(&server, Algorithm::Es256, KeyState::Retiring);
    let (status, body) = server.call(MANAGER, "POST", ROTATE, &rotate(true));
    assert_eq!(status, 200, "{body}");
    let mut removed: Vec<&str> = body["removed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kid| kid.as_str().unwrap())
        .collect();
    let mut expected = vec!["known", next["key"]["kid"].as_str().unwrap(), &retiring[0]];
    removed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(removed, expected);
    let warning = body["warning"].as_str().unwrap();
    for part in [
        "known",
        "no longer in the JWK set",
        "management API",
        "300 seconds",
    ] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    // The audit log has each of them.
    let path = "/api/v1/events?subject=key&page_size=100";
    let (_, events) = server.call(MANAGER, "GET", path, &Value::Null);
    for kid in removed {
        let events = events["events"].as_array().unwrap().iter();
        let of_key = events.filter(|event| event["name"] == kid);
        assert!(
            of_key
                .clone()
                .any(|event| event["after"]["state"] == "retired"),
            "{kid}"
        );
    }
}

#[test]
fn a_key_that_was_removed_never_comes_back() {
    let (mut server, _, document) = with_known_key();
    assert_eq!(server.call(MANAGER, "POST", ROTATE, &rotate(true)).0, 200);
    for kid in ["known", "another"] {
        let import = json!({ "private_key": pem(&document), "kid": kid });
        let (status, body) = server.call(MANAGER, "POST", "/api/v1/keys/import", &import);
        assert_eq!(status, 409, "{body}");
        assert_eq!(body.pointer("/errors/0/code").unwrap(), "KEY_RETIRED");
        let cause = server.refused().unwrap().cause;
        assert_eq!(cause, Cause::KeyRetired);
    }
    // A rotation does not bring it back either, after any time.
    server.advance(100 * 86_400);
    for emergency in [false, true] {
        assert_eq!(
            server.call(MANAGER, "POST", ROTATE, &rotate(emergency)).0,
            200
        );
        server.advance(600);
        for key_ids in server.announced() {
            assert!(!key_ids.contains(&"known".to_owned()), "{key_ids:?}");
        }
    }
    server.apply("", Prune::Keep).unwrap();
}
