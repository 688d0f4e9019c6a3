//! Forms and token requests, as a server reads them.

use m2m_errors::Cause;
use oauth_proto::{
    Form, FormContentType, InvalidContentType, InvalidForm, InvalidTokenRequest, MessageLimits,
    TokenRequest, query_carries_credentials,
};

fn parse(body: &str) -> Result<TokenRequest<'_>, InvalidTokenRequest> {
    TokenRequest::parse(body.as_bytes(), &MessageLimits::DEFAULT)
}

fn refused(body: &str) -> InvalidTokenRequest {
    parse(body).expect_err("a body that is refused")
}

#[test]
fn reads_every_parameter_of_the_grant() {
    let request = parse(
        "grant_type=client_credentials&client_id=my.app%2Fservice&client_secret=s3cr3t%2B&scope=read+write\
         &audience=https%3A%2F%2Fa.example&resource=urn:b&audience=c&resource=urn:d\
         &client_assertion=x.y.z&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    )
    .unwrap();
    assert_eq!(request.grant_type.as_deref(), Some("client_credentials"));
    assert_eq!(request.client_id.as_deref(), Some("my.app/service"));
    assert_eq!(
        request.client_secret.as_ref().unwrap().expose_secret(),
        "s3cr3t+"
    );
    assert_eq!(request.scope.as_deref(), Some("read write"));
    assert_eq!(request.audiences, ["https://a.example", "c"]);
    assert_eq!(request.resources, ["urn:b", "urn:d"]);
    assert_eq!(
        request.client_assertion.as_ref().unwrap().expose_secret(),
        "x.y.z"
    );
    assert_eq!(
        request.client_assertion_type.as_deref(),
        Some(oauth_proto::CLIENT_ASSERTION_TYPE_JWT_BEARER)
    );
}

#[test]
fn x9_debug_shows_neither_secret_nor_assertion() {
    let request = parse("client_id=a&client_secret=hush1&client_assertion=hush2").unwrap();
    let shown = format!("{request:?}");
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("[redacted]"));
}

#[test]
fn a8_a_parameter_without_a_value_counts_as_omitted() {
    let request =
        parse("grant_type=&client_id&client_secret=&scope=&audience=&resource=&client_assertion=")
            .unwrap();
    assert_eq!(request.grant_type, None);
    assert_eq!(request.client_id, None);
    assert!(request.client_secret.is_none());
    assert_eq!(request.scope, None);
    assert!(request.audiences.is_empty() && request.resources.is_empty());
    assert!(request.client_assertion.is_none());
}

#[test]
fn a9_unknown_parameters_are_ignored() {
    let request =
        parse("x=1&code=2&grant_type=client_credentials&refresh_token=3&y&%00=4").unwrap();
    assert_eq!(request.grant_type.as_deref(), Some("client_credentials"));
}

#[test]
fn a10_refuses_a_repeated_parameter() {
    for name in [
        "grant_type",
        "client_id",
        "client_secret",
        "scope",
        "client_assertion",
        "client_assertion_type",
    ] {
        let body = format!("{name}=a&x=1&{name}=a");
        let error = refused(&body);
        assert_eq!(
            error,
            InvalidTokenRequest::ParameterRepeated {
                name: Some(name),
                offset: name.len() + 7
            }
        );
        assert_eq!(error.cause(), Cause::ParameterRepeated);
    }
}

#[test]
fn a10_refuses_a_repeated_unknown_parameter_without_naming_it() {
    assert_eq!(
        refused("x=1&y=2&x=3"),
        InvalidTokenRequest::ParameterRepeated {
            name: None,
            offset: 8
        }
    );
    assert_eq!(
        refused("x=1&%78=1"),
        InvalidTokenRequest::ParameterRepeated {
            name: None,
            offset: 4
        }
    );
}

#[test]
fn a10_a_repeat_counts_even_without_a_value_and_encoded() {
    for body in [
        "scope=&scope=a",
        "scope=a&scope=",
        "scope&scope",
        "scope=a&sc%6Fpe=b",
    ] {
        assert!(
            matches!(
                refused(body),
                InvalidTokenRequest::ParameterRepeated {
                    name: Some("scope"),
                    ..
                }
            ),
            "{body}"
        );
    }
}

#[test]
fn a10_audience_and_resource_may_repeat() {
    let request = parse("audience=a&audience=a&resource=b:&resource=c:").unwrap();
    assert_eq!(request.audiences, ["a", "a"]);
    assert_eq!(request.resources, ["b:", "c:"]);
}

#[test]
fn k14_a_broken_form_is_reported_before_a_repeat() {
    let error = refused("scope=a&scope=b&x=%zz");
    assert_eq!(
        error,
        InvalidTokenRequest::Form(InvalidForm::BrokenPercentEncoding { offset: 18 })
    );
    assert_eq!(error.cause(), Cause::BodyMalformed);
}

#[test]
fn k14_refuses_a_body_that_is_not_utf8() {
    let error = TokenRequest::parse(b"client_id=\xFF", &MessageLimits::DEFAULT).unwrap_err();
    assert_eq!(
        error,
        InvalidTokenRequest::Form(InvalidForm::NotUtf8 { offset: 10 })
    );
    assert_eq!(refused("a=%C3").cause(), Cause::BodyMalformed);
}

#[test]
fn x17_refuses_a_form_beyond_a_limit_and_accepts_one_at_the_limit() {
    let limits = MessageLimits {
        max_body_bytes: 16,
        max_parameters: 2,
        max_name_bytes: 3,
        max_value_bytes: 4,
        max_header_bytes: 0,
    };
    let check = |body: &str, expected: Option<InvalidForm>| {
        let outcome = Form::parse(body.as_bytes(), &limits);
        assert_eq!(outcome.err(), expected, "{body}");
    };
    check("abc=defg&h=i&&&&", None);
    check(
        "abc=defg&h=i&&&&&",
        Some(InvalidForm::BodyTooLarge { limit: 16 }),
    );
    check("a&b&c", Some(InvalidForm::ParametersTooMany { limit: 2 }));
    check("abcd=e", Some(InvalidForm::NameTooLong { offset: 0 }));
    check("a&b=cdefg", Some(InvalidForm::ValueTooLong { offset: 4 }));
    for too_long in ["abcd=e", "a&b=cdefg"] {
        let error = Form::parse(too_long.as_bytes(), &limits).unwrap_err();
        assert_eq!(error.cause(), Cause::ParameterTooLong);
    }
    // Lengths are those of the decoded text.
    check("a=%41%41%41%41", None);
}

#[test]
fn x17_ten_thousand_parameters_are_refused_by_their_number() {
    let body: String = (0..10_000).map(|number| format!("{number}&")).collect();
    assert_eq!(refused(&body).cause(), Cause::ParametersTooMany);
}

#[test]
fn a3_finds_credentials_in_a_query_however_they_are_spelled() {
    for query in [
        "client_secret=s",
        "a=b&client_secret",
        "client%5Fsecret=s",
        "%63%6C%69%65%6E%74%5f%73%65%63%72%65%74=s",
        "client_id=a",
        "client_assertion=x",
        "access_token=x",
        "a=%zz&client_secret=s",
    ] {
        assert!(query_carries_credentials(query.as_bytes()), "{query}");
    }
    for query in [
        "",
        "scope=read",
        "x=client_secret",
        "client_secrets=1",
        "client%zzsecret=1",
        "%",
    ] {
        assert!(!query_carries_credentials(query.as_bytes()), "{query}");
    }
}

#[test]
fn a11_accepts_every_spelling_of_the_media_type() {
    for value in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLEncoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; charset=\"utf-8\"",
        "application/x-www-form-urlencoded; charset=utf8; x=\"a;\\\"b\"",
        "application/x-www-form-urlencoded;",
        "application/x-www-form-urlencoded; ;charset=utf-8 ",
        // The charset says nothing about the body (F6).
        "application/x-www-form-urlencoded; charset=ISO-8859-1",
        "application/x-www-form-urlencoded;charset=us-ascii",
        "application/x-www-form-urlencoded; charset='utf-8'",
        "application/x-www-form-urlencoded; charset=UTF_8",
        "application/x-www-form-urlencoded; charset=",
        "application/x-www-form-urlencoded; charset=; x=y",
        "application/x-www-form-urlencoded; charset=\"\"",
        "application/x-www-form-urlencoded; charset=\"windows-1252\"",
        "application/x-www-form-urlencoded; charset=utf-8; charset=latin1",
    ] {
        assert!(
            FormContentType::parse(Some(value.as_bytes())).is_ok(),
            "{value}"
        );
    }
}

#[test]
fn k13_a11_refuses_another_type_and_reports_which_part_is_wrong() {
    let check = |value: Option<&str>, expected| {
        let error = FormContentType::parse(value.map(str::as_bytes)).unwrap_err();
        assert_eq!(error, expected, "{value:?}");
        assert_eq!(error.cause(), Cause::ContentTypeWrong);
    };
    check(None, InvalidContentType::Missing);
    check(Some(" "), InvalidContentType::Missing);
    check(Some("application/json"), InvalidContentType::OtherMediaType);
    check(Some(";charset=utf-8"), InvalidContentType::OtherMediaType);
    check(
        Some("multipart/form-data; boundary=x"),
        InvalidContentType::OtherMediaType,
    );
    check(
        Some("application/x-www-form-urlencoded, text/plain"),
        InvalidContentType::OtherMediaType,
    );
    for malformed in ["charset", "=x", "charset=\"utf-8", "a=b c=d", "a=\"b\"c"] {
        check(
            Some(&format!("application/x-www-form-urlencoded; {malformed}")),
            InvalidContentType::MalformedParameters { offset: 34 },
        );
    }
}

#[test]
fn a_server_reads_the_request_that_a_client_writes() {
    let mut request = TokenRequest::default();
    request.grant_type = Some("client_credentials".into());
    request.client_id = Some("my.app/service".into());
    request.client_secret = Some("a+b %:é&=".into());
    request.audiences = vec!["https://a.example/?x=y&z".into()];
    let body = request.to_form_with_secret();
    let read = parse(&body).unwrap();
    assert_eq!(read.client_secret.unwrap().expose_secret(), "a+b %:é&=");
    assert_eq!(read.audiences, request.audiences);
    assert_eq!(read.client_id, request.client_id);
}
