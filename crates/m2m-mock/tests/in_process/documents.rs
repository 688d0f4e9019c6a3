//! The metadata, the JWK set, and paths that do not exist.

use http::StatusCode;
use oauth_proto::{AuthorizationServerMetadata, Issuer};

use crate::support::{ISSUER, World, request};

#[test]
fn both_metadata_documents_name_the_endpoints() {
    let mut world = World::new();
    let issuer = Issuer::parse(ISSUER).unwrap();
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        let answer = world.get(path);
        assert_eq!(answer.json["m2m_mock"], "not for production");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let metadata = AuthorizationServerMetadata::parse(&answer.body, &issuer).unwrap();
        assert!(metadata.skipped().is_empty());
        let url = |path: &str| Some(format!("{ISSUER}{path}"));
        assert_eq!(metadata.token_endpoint, url("/oauth2/token"));
        assert_eq!(metadata.introspection_endpoint, url("/oauth2/introspect"));
        assert_eq!(metadata.revocation_endpoint, url("/oauth2/revoke"));
        assert_eq!(metadata.jwks_uri, url("/.well-known/jwks.json"));
        assert_eq!(metadata.id_token_signing_alg_values_supported, ["ES256"]);
    }
}

#[test]
fn a_path_that_does_not_exist_names_the_one_that_was_meant() {
    let mut world = World::new();
    for (path, expected) in [
        ("/oauth2/tokens", "did you mean /oauth2/token?"),
        ("/.well-known/jwks", "/.well-known/jwks.json"),
        ("/mock/forced-answer", "did you mean /mock/forced-answers?"),
        ("/mock/keys/rotation", "did you mean /mock/keys/rotate?"),
        ("/somewhere", "the paths are /oauth2/token"),
        ("/mocks", "the paths are /oauth2/token"),
    ] {
        let answer = world.get(path);
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json["error"], "not_found");
        let description = answer.json["error_description"].as_str().unwrap();
        assert!(description.contains(expected), "{path}: {description}");
    }
}

#[test]
fn an_unreadable_request_is_refused_with_the_mark_as_well() {
    let issuer = Issuer::parse(ISSUER).unwrap();
    let now = crate::support::NOW;
    let mock = m2m_mock::Mock::new(m2m_mock::Script::default(), issuer, now).unwrap();
    let answer = mock.refuse(StatusCode::REQUEST_TIMEOUT, "too late", now);
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(answer.headers()["m2m-mock"], "not for production");
    assert_eq!(answer.headers()["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
}

#[test]
fn head_is_answered_as_get() {
    let mut world = World::new();
    let answer = world.send(&request("HEAD", "/.well-known/jwks.json", &[], ""));
    assert_eq!(answer.status, StatusCode::OK);
}
