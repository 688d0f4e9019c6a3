//! The requests that are sent.

use m2m_client::{
    AccessTokenRequest, AuthenticationMethod, Credentials, InvalidCredentials, discovery_requests,
};
use oauth_proto::{BasicCredentials, Form, Issuer, MessageLimits};

#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
fn sent(
    request: &AccessTokenRequest,
    secret: &str,
    method: AuthenticationMethod,
) -> http::Request<bytes::Bytes> {
    let credentials = Credentials::new("my.trusted.app/service", secret).unwrap();
    let endpoint = "https://id.example/oauth2/token".parse().unwrap();
    request.to_http(&endpoint, &credentials, method)
}

/// A secret with every character that some clients encode wrongly.
const SECRET: &str = "a+b%c:d é/=&";

#[test]
fn the_halves_of_a_basic_header_are_form_encoded() {
    let http = sent(
        &AccessTokenRequest::new(),
        SECRET,
        AuthenticationMethod::ClientSecretBasic,
    );
    assert_eq!(http.method(), "POST");
    assert_eq!(http.uri(), "https://id.example/oauth2/token");
    assert_eq!(
        http.headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(http.headers()["accept"], "application/json");
    let header = &http.headers()["authorization"];
    assert!(header.is_sensitive());
    let credentials = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap();
    assert_eq!(credentials.client_id(), "my.trusted.app/service");
    assert_eq!(credentials.secret().decoded, Some(SECRET));
    assert_eq!(http.body(), "grant_type=client_credentials");
}

#[test]
fn the_body_has_the_parameters_and_on_request_the_credentials() {
    let request = AccessTokenRequest::new()
        .with_audience("https://a.example/")
        .with_audience("https://b.example/")
        .with_resource("urn:c")
        .with_scope("read:a write:a")
        .with_scope("read:b")
        .with_parameter("organization", "org_acme")
        .unwrap();
    let http = sent(&request, SECRET, AuthenticationMethod::ClientSecretPost);
    assert!(!http.headers().contains_key("authorization"));
    let form = Form::parse(http.body(), &MessageLimits::DEFAULT).unwrap();
    let pairs: Vec<(String, String)> = form
        .pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", "my.trusted.app/service"),
        ("client_secret", SECRET),
        ("audience", "https://a.example/"),
        ("audience", "https://b.example/"),
        ("resource", "urn:c"),
        ("scope", "read:a write:a read:b"),
        ("organization", "org_acme"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, expected);
}

#[test]
fn no_parameter_is_repeated() {
    for name in ["grant_type", "client_id", "client_secret", "scope"] {
        let error = AccessTokenRequest::new()
            .with_parameter(name, "x")
            .unwrap_err();
        assert_eq!(error.name, name);
    }
}

#[test]
fn a_debug_shows_no_secret() {
    let credentials = Credentials::new("id", "hunter2hunter2").unwrap();
    let request = AccessTokenRequest::new()
        .with_parameter("client_assertion", "hunter2hunter2")
        .unwrap();
    for method in [
        AuthenticationMethod::ClientSecretBasic,
        AuthenticationMethod::ClientSecretPost,
    ] {
        let http = request.to_http(
            &"https://id.example/".parse().unwrap(),
            &credentials,
            method,
        );
        let shown = format!("{credentials:?} {request:?} {:?}", http.headers());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("Basic "), "{shown}");
    }
}

#[test]
fn credentials_that_an_unset_variable_left_empty_are_refused() {
    assert_eq!(
        Credentials::new("", "x").unwrap_err(),
        InvalidCredentials::ClientIdEmpty
    );
    assert_eq!(
        Credentials::new("x", "").unwrap_err(),
        InvalidCredentials::SecretEmpty
    );
}

#[test]
fn a37_metadata_is_requested_at_the_urls_of_rfc_8414_and_openid() {
    let asked = |issuer| {
        let issuer = Issuer::parse(issuer).unwrap();
        discovery_requests(&issuer).map(|request| request.uri().to_string())
    };
    assert_eq!(
        asked("https://id.example"),
        [
            "https://id.example/.well-known/oauth-authorization-server",
            "https://id.example/.well-known/openid-configuration",
        ]
    );
    assert_eq!(
        asked("https://id.example:8443/a/b/"),
        [
            "https://id.example:8443/.well-known/oauth-authorization-server/a/b",
            "https://id.example:8443/a/b/.well-known/openid-configuration",
        ]
    );
}
