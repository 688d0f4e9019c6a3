//! The rotation of keys.

use http::StatusCode;

use crate::support::{ISSUER, World};

fn published(world: &mut World) -> usize {
    let set = world.get("/.well-known/jwks.json");
    set.json["keys"].as_array().unwrap().len()
}

#[test]
fn each_start_has_a_key_of_its_own() {
    let token = World::new().token("").token().to_owned();
    let error = World::new().verified(&token, ISSUER).unwrap_err();
    assert_eq!(error, "token-key-unknown");
}

#[test]
fn a_kept_key_verifies_earlier_tokens_and_a_dropped_one_does_not() {
    let mut world = World::new();
    let first = world.token("").token().to_owned();
    let rotated = world.control("POST", "/mock/keys/rotate", r#"{"old":"kept"}"#);
    assert_eq!(rotated.json["replaced"].as_array().unwrap().len(), 1);
    let second = world.token("").token().to_owned();
    assert_eq!(published(&mut world), 2);
    world.verified(&first, ISSUER).unwrap();
    world.verified(&second, ISSUER).unwrap();

    world.control("POST", "/mock/keys/rotate", r#"{"old":"dropped"}"#);
    assert_eq!(published(&mut world), 1);
    for token in [&first, &second] {
        assert_eq!(
            world.verified(token, ISSUER).unwrap_err(),
            "token-key-unknown"
        );
    }
    let third = world.token("").token().to_owned();
    world.verified(&third, ISSUER).unwrap();
}

#[test]
fn a_rotation_can_change_the_algorithm() {
    let mut world = World::of("signing_alg = 'ES384'");
    let first = world.token("").token().to_owned();
    let rotated = world.control("POST", "/mock/keys/rotate", r#"{"alg":"EdDSA"}"#);
    assert_eq!(rotated.json["alg"], "EdDSA");
    let metadata = world.get("/.well-known/openid-configuration");
    let algorithms = &metadata.json["id_token_signing_alg_values_supported"];
    assert_eq!(algorithms, &serde_json::json!(["EdDSA"]));
    let second = world.token("").token().to_owned();
    world.verified(&first, ISSUER).unwrap();
    world.verified(&second, ISSUER).unwrap();

    let refused = world.control("POST", "/mock/keys/rotate", r#"{"alg":"es256"}"#);
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let description = refused.json["error_description"].as_str().unwrap();
    assert_eq!(
        description,
        "alg: unknown algorithm 'es256'; did you mean 'ES256'?"
    );
}
