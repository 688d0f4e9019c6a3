//! Answers: tokens, refusals, challenges.

use m2m_errors::Cause;
use oauth_proto::{
    Challenge, ChallengeParameter, ErrorResponse, IntrospectionResponse, InvalidChallenge,
    InvalidDocument, MessageLimits, TokenResponse, TokenType,
};

fn response(expires_in: Option<u64>, scope: Option<&'static str>) -> TokenResponse<'static> {
    let mut response = TokenResponse::bearer("abc");
    response.expires_in = expires_in;
    response.scope = scope.map(Into::into);
    response
}

#[test]
fn a16_a17_k21_prints_the_members_in_the_order_of_the_rfc() {
    assert_eq!(
        response(Some(3600), Some("read write")).to_json_with_secret(),
        r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600,"scope":"read write"}"#
    );
    assert_eq!(
        response(None, None).to_json_with_secret(),
        r#"{"access_token":"abc","token_type":"Bearer"}"#
    );
}

#[test]
fn x9_debug_of_a_token_response_shows_no_token() {
    assert!(!format!("{:?}", response(None, None)).contains("abc"));
}

#[test]
fn a17_a_client_reads_what_servers_send() {
    let body = br#"{"scope":"a b","token_type":"bearer","expires_in":"3599","ext":{"x":[1]},"access_token":"a\u002Eb"}"#;
    let response = TokenResponse::parse(body).unwrap();
    assert_eq!(response.access_token.expose_secret(), "a.b");
    assert_eq!(response.token_type, TokenType::Bearer);
    assert_eq!(response.expires_in, Some(3599));
    assert_eq!(response.scope.as_deref(), Some("a b"));
    let other = TokenResponse::parse(br#"{"access_token":"a","token_type":"MAC","scope":null}"#);
    assert_eq!(other.unwrap().token_type, TokenType::Other("MAC".into()));
}

#[test]
fn a17_refuses_an_answer_without_a_token_or_with_two() {
    for body in [
        r#"{"token_type":"Bearer"}"#,
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
        r#"{"access_token":1,"token_type":"Bearer"}"#,
        r#"{"access_token":"a","token_type":"Bearer","expires_in":-1}"#,
        r#"{"access_token":"a","token_type":"Bearer","token_type":"DPoP"}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        r#"{"access_token":"a","token_type":"Bearer","expires_in":"+1"}"#,
        r#"{"access_token":"a","token_type":"Bearer","expires_in":""}"#,
    ] {
        let error = TokenResponse::parse(body.as_bytes()).unwrap_err();
        assert!(
            matches!(error, InvalidDocument::WrongMembers { line: 1, .. }),
            "{body}: {error}"
        );
    }
    for body in [&b""[..], b"<html>", b"{\"access_token\":\"\xFF\"", b"{} {}"] {
        assert!(TokenResponse::parse(body).is_err());
    }
    assert_eq!(
        TokenResponse::parse(b"<html>").unwrap_err(),
        InvalidDocument::NotJson { line: 1, column: 1 }
    );
}

#[test]
fn a_document_is_read_by_its_traits_as_by_its_parser() {
    let token = r#"{"access_token":"abc","token_type":"bearer"}"#;
    let read = TokenResponse::try_from(token).unwrap();
    assert_eq!(read.access_token.expose_secret(), "abc");
    let read = TokenResponse::try_from(token.as_bytes()).unwrap();
    assert_eq!(read.token_type, TokenType::Bearer);
    let refusal = br#"{"error":"invalid_scope"}"#;
    let parsed = ErrorResponse::parse(refusal);
    assert_eq!(ErrorResponse::try_from(&refusal[..]), parsed);
    let inactive = IntrospectionResponse::try_from(r#"{"active":false}"#);
    assert_eq!(inactive, Ok(IntrospectionResponse::Inactive));
    let wrong = ErrorResponse::try_from("{}");
    assert_eq!(wrong, ErrorResponse::parse(b"{}"));
    assert!(wrong.is_err());
}

#[test]
fn a21_a_refusal_contains_only_the_bytes_that_the_rfc_allows() {
    let mut response = ErrorResponse::new("invalid_scope");
    response.error_description = Some("Invalid \"scope\": \\ \u{e9}\n'ok'".into());
    response.error_uri = Some("https://id.example/errors/invalid scope".into());
    response.trace_id = Some("0af7651916cd43dd8448eb211c80319c".into());
    assert_eq!(
        response.to_json(),
        "{\"error\":\"invalid_scope\",\"error_description\":\"Invalid ?scope?: ? ??'ok'\",\
         \"error_uri\":\"https://id.example/errors/invalid?scope\",\
         \"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}"
    );
}

#[test]
fn a_refusal_of_any_provider_is_read() {
    let body = br#"{"error_codes":[7000215],"trace_id":"t","error":"invalid_client","error_description":"AADSTS: \"x\""}"#;
    let response = ErrorResponse::parse(body).unwrap();
    assert_eq!(response.error, "invalid_client");
    assert_eq!(response.error_description.as_deref(), Some("AADSTS: \"x\""));
    assert_eq!(response.trace_id.as_deref(), Some("t"));
    assert!(ErrorResponse::parse(br#"{"message":"no"}"#).is_err());
    assert!(ErrorResponse::parse(br#"{"error":{"code":401}}"#).is_err());
}

#[test]
fn r6_every_value_of_a_challenge_is_quoted_and_no_parameter_repeats() {
    let challenge = Challenge::basic()
        .with(ChallengeParameter::Realm, "a \"b\" \\ é\r\nX: y")
        .with(ChallengeParameter::Error, "invalid_request")
        .with(ChallengeParameter::ErrorDescription, "no \"quotes\"")
        .with(ChallengeParameter::ErrorUri, "https://id.example/a b")
        .with(ChallengeParameter::Error, "invalid_client");
    let value = challenge.to_string();
    assert_eq!(
        value,
        r#"Basic realm="a \"b\" \\ ???X: y", error="invalid_client", error_description="no ?quotes?", error_uri="https://id.example/a?b""#
    );
    assert_eq!(
        Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT).unwrap(),
        [challenge]
    );
}

#[test]
fn r3_a_challenge_without_an_error_is_the_scheme_alone() {
    assert_eq!(Challenge::bearer().to_string(), "Bearer");
}

#[test]
fn r5_the_challenge_contains_the_scope() {
    let challenge = Challenge::bearer()
        .with(ChallengeParameter::Error, "insufficient_scope")
        .with(ChallengeParameter::Scope, "read:users write:flags");
    assert_eq!(
        challenge.to_string(),
        r#"Bearer error="insufficient_scope", scope="read:users write:flags""#
    );
}

#[test]
fn reads_several_challenges_in_one_value() {
    let value = br#", Negotiate a87421000492aa==, Basic realm="x, y", charset="UTF-8",, Bearer error=invalid_token , Custom,DPoP algs="ES256" ,"#;
    let list = Challenge::parse_list(value, &MessageLimits::DEFAULT).unwrap();
    let schemes: Vec<_> = list.iter().map(Challenge::scheme).collect();
    assert_eq!(schemes, ["Negotiate", "Basic", "Bearer", "Custom", "DPoP"]);
    assert_eq!(list[0].token68(), Some("a87421000492aa=="));
    assert_eq!(list[1].parameter("realm"), Some("x, y"));
    assert_eq!(list[1].parameter("CHARSET"), Some("UTF-8"));
    assert_eq!(list[2].parameter("error"), Some("invalid_token"));
    assert_eq!(list[3].parameters().count(), 0);
    assert_eq!(list[4].parameter("algs"), Some("ES256"));
}

#[test]
fn white_space_is_allowed_around_the_equals_sign() {
    let list = Challenge::parse_list(b"Bearer a = \"b\" , c\t=d", &MessageLimits::DEFAULT).unwrap();
    let [challenge] = &list[..] else {
        panic!("one challenge")
    };
    assert_eq!(
        challenge.parameters().collect::<Vec<_>>(),
        [("a", "b"), ("c", "d")]
    );
}

#[test]
fn reports_where_a_challenge_is_malformed() {
    let check = |value: &str, expected: InvalidChallenge| {
        let outcome = Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT);
        assert_eq!(outcome, Err(expected), "{value}");
        assert_eq!(expected.cause(), Cause::HttpMalformed);
    };
    check("", InvalidChallenge::ByteRefused { offset: 0 });
    check(" , ", InvalidChallenge::ByteRefused { offset: 3 });
    check("=a", InvalidChallenge::ByteRefused { offset: 0 });
    check("Bearer: x", InvalidChallenge::ByteRefused { offset: 6 });
    check("Bearer a=\"b", InvalidChallenge::QuoteOpen { offset: 9 });
    check(
        "Bearer a=\"b\\\"",
        InvalidChallenge::QuoteOpen { offset: 9 },
    );
    check(
        "Bearer a=\"b\"c",
        InvalidChallenge::ByteRefused { offset: 12 },
    );
    check(
        "Bearer a=\"b\0\"",
        InvalidChallenge::ByteRefused { offset: 11 },
    );
    check(
        "Bearer a=\"b\" c=\"d\"",
        InvalidChallenge::ByteRefused { offset: 13 },
    );
    check(
        "Bearer a=b, A=c",
        InvalidChallenge::ParameterRepeated { offset: 12 },
    );
    check(
        "Bearer a=b, c=,",
        InvalidChallenge::ByteRefused { offset: 14 },
    );
    check("Bearer é", InvalidChallenge::ByteRefused { offset: 7 });
    let many: Vec<_> = (0..65).map(|number| format!("p{number}=v")).collect();
    check(
        &format!("Bearer {}", many.join(",")),
        InvalidChallenge::ParametersTooMany,
    );
    let long = "a,".repeat(4097);
    let outcome = Challenge::parse_list(long.as_bytes(), &MessageLimits::DEFAULT);
    assert_eq!(outcome, Err(InvalidChallenge::TooLong));
}
