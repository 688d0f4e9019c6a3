//! Introspection, revocation and metadata.

use m2m_errors::Cause;
use oauth_proto::{
    ActiveToken, AuthorizationServerMetadata, IntrospectionRequest, IntrospectionResponse,
    InvalidMetadata, InvalidParameters, Issuer, MessageLimits, MtlsEndpointAliases,
    ProtectedResourceMetadata, ResourceIndicator, RevocationRequest, TokenType,
};

fn issuer(text: &str) -> Issuer {
    Issuer::parse(text).expect("an issuer")
}

#[test]
fn a38_x12_an_inactive_token_has_no_other_members() {
    assert_eq!(
        IntrospectionResponse::Inactive.to_json(),
        r#"{"active":false}"#
    );
    let other = IntrospectionResponse::parse(br#"{"active":false,"client_id":"a","exp":1}"#);
    assert_eq!(other, Ok(IntrospectionResponse::Inactive));
}

#[test]
fn an_active_token_prints_its_claims() {
    let mut token = ActiveToken::default();
    token.scope = Some("read write".into());
    token.client_id = Some("billing-job".into());
    token.token_type = Some(TokenType::Bearer);
    token.exp = Some(1_800_000_000);
    token.aud = vec!["https://a.example".into()];
    let one = IntrospectionResponse::Active(Box::new(token.clone()));
    assert_eq!(
        one.to_json(),
        r#"{"active":true,"scope":"read write","client_id":"billing-job","token_type":"Bearer","exp":1800000000,"aud":"https://a.example"}"#
    );
    token.aud = vec!["a".into(), "b".into()];
    let two = IntrospectionResponse::Active(Box::new(token));
    let json = two.to_json();
    assert!(json.contains(r#""aud":["a","b"]"#), "{json}");
    assert_eq!(
        IntrospectionResponse::parse(json.as_bytes()).as_ref(),
        Ok(&two)
    );
}

#[test]
fn x3_an_introspection_answer_with_a_wrong_type_is_refused() {
    for body in [
        r#"{}"#,
        r#"{"active":"true"}"#,
        r#"{"active":true,"active":false}"#,
        r#"{"active":true,"exp":"1"}"#,
        r#"{"active":true,"exp":-1}"#,
        r#"{"active":true,"aud":[1]}"#,
        r#"{"active":true,"aud":{}}"#,
        r#"{"active":true,"exp":1,"exp":2}"#,
    ] {
        assert!(
            IntrospectionResponse::parse(body.as_bytes()).is_err(),
            "{body}"
        );
    }
}

#[test]
fn a38_reads_an_introspection_request() {
    let body = b"token=a%2Eb&token_type_hint=access_token&client_id=x&client_secret=y&resource=1";
    let request = IntrospectionRequest::parse(body, &MessageLimits::DEFAULT).unwrap();
    assert_eq!(request.token.as_ref().unwrap().expose_secret(), "a.b");
    assert_eq!(request.token_type_hint.as_deref(), Some("access_token"));
    assert_eq!(request.client_id.as_deref(), Some("x"));
    assert_eq!(request.client_secret.as_ref().unwrap().expose_secret(), "y");
    assert!(!format!("{request:?}").contains("a.b"));
}

#[test]
fn a40_reads_a_revocation_request_with_any_hint() {
    let request = RevocationRequest::parse(
        b"token=a&token_type_hint=saml&client_id=",
        &MessageLimits::DEFAULT,
    )
    .unwrap();
    assert_eq!(request.token.as_ref().unwrap().expose_secret(), "a");
    assert_eq!(request.token_type_hint.as_deref(), Some("saml"));
    assert_eq!(request.client_id, None);
}

#[test]
fn a10_a_repeated_token_is_refused_by_both_endpoints() {
    let expected = InvalidParameters::ParameterRepeated {
        name: Some("token"),
        offset: 8,
    };
    let body = b"token=a&token=b";
    assert_eq!(
        IntrospectionRequest::parse(body, &MessageLimits::DEFAULT).unwrap_err(),
        expected
    );
    assert_eq!(
        RevocationRequest::parse(body, &MessageLimits::DEFAULT).unwrap_err(),
        expected
    );
}

#[test]
fn a37_the_well_known_name_is_between_host_and_path() {
    let check = |text, rfc8414, openid| {
        let issuer = issuer(text);
        assert_eq!(AuthorizationServerMetadata::url(&issuer), rfc8414);
        assert_eq!(AuthorizationServerMetadata::openid_path(&issuer), openid);
    };
    check(
        "https://id.example",
        "https://id.example/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    );
    check(
        "https://id.example:8443/",
        "https://id.example:8443/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    );
    check(
        "https://id.example/tenant/1/",
        "https://id.example/.well-known/oauth-authorization-server/tenant/1",
        "/tenant/1/.well-known/openid-configuration",
    );
}

#[test]
fn a37_prints_required_members_and_no_empty_lists() {
    let mut metadata = AuthorizationServerMetadata::new(issuer("https://id.example"));
    metadata.token_endpoint = Some("https://id.example/oauth2/token".to_owned());
    assert_eq!(
        metadata.to_json(),
        r#"{"issuer":"https://id.example","token_endpoint":"https://id.example/oauth2/token","response_types_supported":[]}"#
    );
}

#[test]
fn a30_a37_metadata_survive_printing() {
    let issuer = issuer("https://id.example");
    let mut metadata = AuthorizationServerMetadata::new(issuer.clone());
    metadata.grant_types_supported = vec!["client_credentials".to_owned()];
    metadata.tls_client_certificate_bound_access_tokens = true;
    let mut aliases = MtlsEndpointAliases::default();
    aliases.token_endpoint = Some("https://mtls.id.example/oauth2/token".to_owned());
    metadata.mtls_endpoint_aliases = Some(aliases);
    let json = metadata.to_json();
    assert_eq!(
        AuthorizationServerMetadata::parse(json.as_bytes(), &issuer),
        Ok(metadata)
    );
}

#[test]
fn a37_metadata_of_another_issuer_are_refused() {
    let json = br#"{"issuer":"https://id.example/","token_endpoint":"https://evil.example"}"#;
    let error =
        AuthorizationServerMetadata::parse(json, &issuer("https://id.example")).unwrap_err();
    assert_eq!(error, InvalidMetadata::OtherIssuer);
    assert_eq!(error.cause(), Cause::IssuerMismatch);
}

#[test]
fn a37_metadata_without_a_good_issuer_are_refused() {
    let expected = issuer("https://id.example");
    for json in [
        r#"{}"#,
        r#"{"issuer":null}"#,
        r#"{"issuer":1}"#,
        r#"["https://id.example"]"#,
        r#"{"issuer":"https://id.example","issuer":"https://id.example"}"#,
    ] {
        let error = AuthorizationServerMetadata::parse(json.as_bytes(), &expected).unwrap_err();
        assert!(matches!(error, InvalidMetadata::Document(_)), "{json}");
    }
}

#[test]
fn unknown_members_are_ignored() {
    let json = br#"{"claims_supported":["sub"],"issuer":"https://id.example","x":{"y":null}}"#;
    assert!(AuthorizationServerMetadata::parse(json, &issuer("https://id.example")).is_ok());
}

#[test]
fn the_metadata_of_an_api_has_a_well_known_url() {
    let url = |text| ProtectedResourceMetadata::url(ResourceIndicator::parse(text).unwrap());
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(
        url("https://a.example/"),
        at("https://a.example/.well-known/oauth-protected-resource")
    );
    assert_eq!(
        url("https://a.example/orders?x=y"),
        at("https://a.example/.well-known/oauth-protected-resource/orders?x=y")
    );
    assert_eq!(url("urn:example:api"), None);
}

#[test]
fn metadata_of_another_api_are_refused() {
    let expected = ResourceIndicator::parse("https://a.example/").unwrap();
    let json =
        br#"{"resource":"https://a.example","authorization_servers":["https://id.example"]}"#;
    let error = ProtectedResourceMetadata::parse(json, expected).unwrap_err();
    assert_eq!(error, InvalidMetadata::OtherResource);
    assert_eq!(error.cause(), Cause::AudienceMismatch);
    let expected = ResourceIndicator::parse("https://a.example").unwrap();
    let metadata = ProtectedResourceMetadata::parse(json, expected).unwrap();
    assert_eq!(
        metadata.authorization_servers,
        [issuer("https://id.example")]
    );
}
