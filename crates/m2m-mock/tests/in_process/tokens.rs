//! Tokens, and the requests for them.

use http::StatusCode;
use oauth_proto::BasicCredentials;
use serde_json::{Value, json};

use crate::support::{ISSUER, NOW, World, form, request};

#[test]
fn any_client_with_any_secret_gets_the_audience_and_the_scope_that_it_asks_for() {
    let mut world = World::new();
    let answer = world.token("&audience=https://orders.example/api&scope=read:orders+write:orders");
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 3600);
    assert_eq!(answer.json["scope"], "read:orders write:orders");
    assert_eq!(answer.json["m2m_mock"], "not for production");
    assert_eq!(answer.header("cache-control"), "no-store");
    let claims = world
        .verified(answer.token(), "https://orders.example/api")
        .unwrap();
    let now = NOW.as_seconds();
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER,
            "sub": "any",
            "client_id": "any",
            "aud": "https://orders.example/api",
            "iat": now,
            "exp": now + 3600,
            "jti": "mock-1",
            "scope": "read:orders write:orders",
        })
    );
}

#[test]
fn audiences_are_named_by_audience_and_by_resource_and_the_default_is_the_issuer() {
    let mut world = World::new();
    let answer = world.token("&audience=https://a.example&resource=https://b.example");
    let claims = world.verified(answer.token(), "https://b.example").unwrap();
    assert_eq!(
        claims["aud"],
        json!(["https://a.example", "https://b.example"])
    );
    let answer = world.token("");
    let claims = world.verified(answer.token(), ISSUER).unwrap();
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!(ISSUER), &Value::Null)
    );
}

#[test]
fn credentials_are_taken_from_a_header_or_from_the_body_and_from_one_of_them_only() {
    let mut world = World::new();
    let basic = BasicCredentials::write("my.app/service", "s3 cr3t");
    let by_header =
        |basic: &str, body: &str| form("/oauth2/token", &[("authorization", basic)], body);
    let answer = world.send(&by_header(&basic, "grant_type=client_credentials"));
    let claims = world.verified(answer.token(), ISSUER).unwrap();
    assert_eq!(claims["client_id"], "my.app/service");
    for (authorization, body, expected) in [
        (
            &*basic,
            "grant_type=client_credentials&client_secret=x",
            400,
        ),
        (
            &*basic,
            "grant_type=client_credentials&client_id=other",
            400,
        ),
        ("Basic !", "grant_type=client_credentials", 401),
        ("Digest x", "grant_type=client_credentials", 401),
        ("Basic Og==", "grant_type=client_credentials", 401),
        ("Basic YTo=", "grant_type=client_credentials", 401),
    ] {
        let answer = world.send(&by_header(authorization, body));
        assert_eq!(answer.status, expected, "{authorization} {body}");
    }
}

#[test]
fn the_mistakes_of_a_request_are_those_that_the_server_refuses() {
    let mut world = World::new();
    let client = "client_id=any&client_secret=any";
    for (body, status, error) in [
        (client.to_owned(), 400, "invalid_request"),
        (
            format!("{client}&grant_type=password"),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=client_credentials&client_id=any".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials".to_owned(),
            401,
            "invalid_client",
        ),
        (format!("{client}&grant_type=%zz"), 400, "invalid_request"),
        (
            format!("{client}&grant_type=client_credentials&scope=a&scope=b"),
            400,
            "invalid_request",
        ),
        (
            format!("{client}&grant_type=client_credentials&scope=%22"),
            400,
            "invalid_scope",
        ),
        (
            format!("{client}&grant_type=client_credentials&client_assertion=x"),
            401,
            "invalid_client",
        ),
        (
            format!(
                "grant_type=client_credentials&client_secret=x&client_id={}",
                "a".repeat(257)
            ),
            401,
            "invalid_client",
        ),
    ] {
        let answer = world.send(&form("/oauth2/token", &[], &body));
        assert_eq!(answer.status, status, "{body}: {}", answer.json);
        assert_eq!(answer.json["error"], error, "{body}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(
            challenge.starts_with("Basic realm="),
            status == 401,
            "{body}"
        );
    }
    let json = [("content-type", "application/json")];
    let answer = world.send(&request("POST", "/oauth2/token", &json, "{}"));
    assert_eq!(answer.json["error"], "invalid_request");
    let answer = world.send(&form("/oauth2/token?client_secret=x", &[], "grant_type=a"));
    assert_eq!(answer.json["error"], "invalid_request");
    let answer = world.get("/oauth2/token");
    assert_eq!(
        (answer.status, answer.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
}

#[test]
fn a_request_changes_its_own_token() {
    let mut world = World::new();
    let template = "%7B%22lifetime%22:60,%22claims%22:%7B%22org_code%22:%22org_acme%22%7D,%22without%22:[%22jti%22]%7D";
    let answer = world.token(&format!("&mock_token={template}"));
    assert_eq!(answer.json["expires_in"], 60, "{}", answer.json);
    let payload = world.control("POST", "/mock/tokens", r#"{"client_id":"a"}"#);
    assert_eq!(
        payload.json["expires_in"], 3600,
        "other tokens are the usual ones"
    );
    let answer = world.token("&mock_token={\"lifetime\":-1}");
    assert_eq!(answer.json["error"], "invalid_request");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(
        description.starts_with("mock_token: expected a whole number"),
        "{description}"
    );
    let answer = world.token("&mock_tokne={}");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(
        description.contains("the only parameter of the mock is mock_token"),
        "{description}"
    );
}

#[test]
fn a_token_differs_from_the_usual_one_in_any_claim_and_in_its_type() {
    let mut world = World::new();
    let mut cause = |token: &str| {
        let body =
            format!(r#"{{"client_id":"a","audience":["https://a.example"],"token":{token}}}"#);
        let answer = world.control("POST", "/mock/tokens", &body);
        let token = answer.token().to_owned();
        world.verified(&token, "https://a.example").err()
    };
    for (token, expected) in [
        ("{}", None),
        (
            r#"{"claims":{"org_code":"org_acme","sub":"someone"}}"#,
            None,
        ),
        (r#"{"lifetime":0}"#, Some("token-expired")),
        (r#"{"typ":"JWT"}"#, Some("token-type-wrong")),
        (r#"{"typ":""}"#, Some("token-type-wrong")),
        (
            r#"{"claims":{"iss":"https://other.example"}}"#,
            Some("issuer-mismatch"),
        ),
        (
            r#"{"claims":{"aud":["https://b.example"]}}"#,
            Some("audience-mismatch"),
        ),
        (r#"{"without":["exp"]}"#, Some("token-claim-missing")),
        (
            r#"{"claims":{"exp":"tomorrow"}}"#,
            Some("token-claim-malformed"),
        ),
    ] {
        assert_eq!(cause(token).as_deref(), expected, "{token}");
    }
}

#[test]
fn a_script_lists_the_clients_that_get_tokens() {
    let script = "[[client]]\nclient_id = 'any'\nclient_secret = 's3cr3t-of-any'\n\
                  [[client]]\nclient_id = 'open'\n";
    let mut world = World::of(script);
    assert_eq!(world.token("").status, StatusCode::OK);
    let refused = |world: &mut World, client: &str| {
        let body = format!("grant_type=client_credentials&{client}");
        let answer = world.send(&form("/oauth2/token", &[], &body));
        (answer.status == StatusCode::UNAUTHORIZED).then_some(answer.body)
    };
    assert!(refused(&mut world, "client_id=open&client_secret=x").is_none());
    let wrong = refused(&mut world, "client_id=any&client_secret=x").unwrap();
    let unknown = refused(&mut world, "client_id=other&client_secret=x").unwrap();
    assert_eq!(wrong, unknown);
}
