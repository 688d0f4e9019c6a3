//! Metadata, keys and error pages.

use m2m_jwt::{Algorithm, Expectations, JwkSet, KeySet, Limits, UnixTime, Unverified, verify};
use oauth_proto::{AuthorizationServerMetadata, Issuer};

use crate::support::{SECRET, Serving, run, text};

#[test]
fn a37_metadata_are_at_both_names_and_name_the_issuer() {
    let server = Serving::start(&[]);
    let issuer = Issuer::parse(&server.issuer()).unwrap();
    let answer = server.call("GET", "/.well-known/oauth-authorization-server", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let provider = server.call("GET", "/.well-known/openid-configuration", "");
    assert_eq!(provider.body, answer.body);
    let metadata = AuthorizationServerMetadata::parse(answer.body.as_bytes(), &issuer).unwrap();
    assert!(metadata.skipped().is_empty(), "{:?}", metadata.skipped());
    assert_eq!(
        metadata.token_endpoint,
        Some(format!("{issuer}/oauth2/token"))
    );
    assert_eq!(metadata.grant_types_supported, ["client_credentials"]);
    assert_eq!(
        metadata.token_endpoint_auth_methods_supported,
        ["client_secret_basic", "client_secret_post"]
    );
    assert_eq!(
        metadata.id_token_signing_alg_values_supported,
        ["ES256", "EdDSA"]
    );
    assert!(
        answer.json()["response_types_supported"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(!answer.body.contains("none"));
}

#[test]
fn f4_both_documents_have_the_members_that_clients_require() {
    let server = Serving::start(&[]);
    let issuer = server.issuer();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let document = server.call("GET", path, "").json();
        for member in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(!document[member].is_null(), "{path}: {member}");
        }
        assert_eq!(
            document["authorization_endpoint"],
            format!("{issuer}/oauth2/authorize"),
            "{path}"
        );
    }
    let path = "/oauth2/authorize?response_type=code&client_id=plain-id";
    let answer = server.call("GET", path, "");
    assert_eq!(
        (answer.status, answer.json()["error"].as_str()),
        (404, Some("not_found"))
    );
    let page = server.call("GET", path, "accept: text/html\r\n");
    assert_eq!(page.status, 404);
    assert!(
        page.body.contains("authorization endpoint") && page.body.contains("client_credentials"),
        "{}",
        page.body
    );
}

#[test]
fn f7_a_path_of_an_endpoint_that_only_other_servers_have_is_answered_with_its_name() {
    let server = Serving::start(&[]);
    for (path, endpoint) in [
        ("/oauth2/authorize", "no authorization endpoint. It"),
        (
            "/oauth2/authorize?client_id=a",
            "no authorization endpoint. It",
        ),
        ("/oauth2//Authorize/", "no authorization endpoint. It"),
        ("/authorize", "no authorization endpoint. It"),
        ("/oauth/authorize", "no authorization endpoint. It"),
        ("/connect/authorize", "no authorization endpoint. It"),
        ("/oauth2/userinfo", "no userinfo endpoint. It"),
        ("/connect/userinfo", "no userinfo endpoint. It"),
        ("/oauth2/register", "no registration endpoint. It"),
        (
            "/oauth2/device_authorization",
            "no device-authorization endpoint. It",
        ),
        (
            "/oauth2/par",
            "no pushed-authorization-request endpoint. It",
        ),
        ("/oauth2/logout", "no logout endpoint. It"),
        ("/oauth2/other", "There is nothing at this path"),
        ("/a/authorize", "There is nothing at this path"),
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = server.call(method, path, "");
            assert_eq!(answer.status, 404, "{method} {path}");
            let description = answer.json()["error_description"].to_string();
            assert!(
                description.contains(endpoint) && description.contains("POST /oauth2/token"),
                "{method} {path}: {description}"
            );
            let explained = run(&["explain", &answer.body]);
            let explained = text(&explained.stdout);
            assert!(explained.contains("path-unknown"), "{explained}");
            let is_missing = endpoint.starts_with("no ");
            let says_grant = description.contains("the client credentials grant only");
            assert_eq!(says_grant, is_missing, "{method} {path}: {description}");
        }
    }
}

#[test]
fn a6_the_media_type_of_the_jwk_set_is_the_one_that_the_caller_prefers() {
    let server = Serving::start(&[]);
    for (accept, expected) in [
        ("", "application/jwk-set+json"),
        ("accept: */*\r\n", "application/jwk-set+json"),
        ("accept: application/json\r\n", "application/json"),
        (
            "accept: application/json, text/plain, */*\r\n",
            "application/json",
        ),
        (
            "accept: application/jwk-set+json, application/json\r\n",
            "application/jwk-set+json",
        ),
    ] {
        let answer = server.call("GET", "/.well-known/jwks.json", accept);
        assert_eq!(answer.header("content-type"), Some(expected), "{accept}");
        assert_eq!(answer.header("vary"), Some("Accept"), "{accept}");
    }
}

#[test]
fn f3_a_server_with_a_registry_file_publishes_the_algorithms_of_its_apis() {
    let server = Serving::start(&[]);
    let keys = server.call("GET", "/.well-known/jwks.json", "").json();
    let keys = keys["keys"].as_array().unwrap().iter();
    let algorithms: Vec<&str> = keys.map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, ["ES256", "EdDSA"]);
}

#[test]
fn a37_an_issuer_with_a_path_has_its_metadata_where_rfc_8414_says() {
    let server = Serving::start(&["--issuer", "https://id.example/tenant"]);
    assert!(server.ready.contains("issuer https://id.example/tenant,"));
    for path in [
        "/.well-known/oauth-authorization-server/tenant",
        "/tenant/.well-known/openid-configuration",
    ] {
        let metadata = server.call("GET", path, "").json();
        assert_eq!(metadata["issuer"], "https://id.example/tenant");
        assert_eq!(
            metadata["token_endpoint"],
            "https://id.example/tenant/oauth2/token"
        );
    }
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    server
        .post("/tenant/oauth2/token", "", &form)
        .access_token();
}

#[test]
fn a_token_is_verified_from_the_jwk_set() {
    let server = Serving::start(&[]);
    let answer = server.call("GET", "/.well-known/jwks.json", "");
    assert_eq!(
        answer.header("content-type"),
        Some("application/jwk-set+json")
    );
    let keys = KeySet::new(&JwkSet::parse(&answer.body).unwrap());
    for (client_id, audience) in [
        ("plain-id", "https://orders.example/api"),
        ("my.trusted.app/service", "https://reports.example/"),
    ] {
        let token = server.token(client_id, SECRET, "").access_token();
        let token = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let now = token.unverified_claims().unwrap().issued_at().unwrap();
        assert!(now > UnixTime::from_seconds(1_750_000_000));
        let (issuer, audiences) = (server.issuer(), [audience]);
        let expectations = Expectations::access_token(&issuer, &audiences, Algorithm::ALL);
        let claims = verify(&token, &keys, &expectations, now).unwrap();
        assert_eq!(claims.client_id(), Some(client_id));
    }
}

#[test]
fn public_documents_are_cached_and_known_again() {
    let server = Serving::start(&[]);
    let answer = server.call("GET", "/.well-known/jwks.json", "");
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let tag = answer.header("etag").unwrap();
    let again = server.call(
        "GET",
        "/.well-known/jwks.json",
        &format!("if-none-match: {tag}\r\n"),
    );
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let head = server.call("HEAD", "/.well-known/jwks.json", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(
        head.header("content-length"),
        Some(answer.body.len().to_string().as_str())
    );
}

#[test]
fn every_error_uri_leads_to_causes_and_fixes() {
    let server = Serving::start(&[]);
    let refusal = server.token("plain-id", "wrong", "").json();
    let path = refusal["error_uri"]
        .as_str()
        .unwrap()
        .strip_prefix(&server.issuer())
        .unwrap()
        .to_owned();
    for path in [path.as_str(), "/errors/503", "/errors/secret-rotated-out"] {
        let page = server.call("GET", path, "").json();
        assert!(!page["causes"].as_array().unwrap().is_empty(), "{path}");
        assert!(!page["fixes"].as_array().unwrap().is_empty(), "{path}");
    }
    let index = server.call("GET", "/errors", "").json();
    let uris = index["errors"].as_array().unwrap();
    assert!(
        uris.iter()
            .any(|error| error["uri"] == refusal["error_uri"])
    );
}

#[test]
fn the_root_describes_the_server() {
    let server = Serving::start(&[]);
    let root = server.call("GET", "/", "").json();
    assert_eq!(root["name"], "m2m");
    assert_eq!(root["issuer"], server.issuer());
}
