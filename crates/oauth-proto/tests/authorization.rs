//! The `Authorization` header: Basic and Bearer.

use base64::{Engine, engine::general_purpose::STANDARD};
use m2m_errors::Cause;
use oauth_proto::{
    BasicCredentials, BearerToken, InvalidBasicCredentials, InvalidBearer, MessageLimits,
};

/// Checks the id, the raw secret and the decoded one, for the text that is encoded in base64.
fn check(joined: &str, expected: (&str, &str, Option<&str>)) {
    let header = format!("Basic {}", STANDARD.encode(joined));
    let credentials =
        BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).expect("credentials");
    let secret = credentials.secret();
    assert_eq!(
        (credentials.client_id(), secret.raw, secret.decoded),
        expected,
        "{joined}"
    );
}

#[test]
fn a2_a_secret_with_every_difficult_character_arrives() {
    let secret = "a+b%c:d é/=&?";
    let header = BasicCredentials::write("my.app/service", secret);
    let credentials = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap();
    assert_eq!(credentials.client_id(), "my.app/service");
    assert_eq!(credentials.secret().decoded, Some(secret));
}

#[test]
fn a2_splits_at_the_first_colon_before_decoding() {
    check("id:a:b", ("id", "a:b", None));
    check("id:a%3Ab", ("id", "a%3Ab", Some("a:b")));
    check("i%3Ad:a", ("i:d", "a", None));
    check(":", ("", "", None));
    check("id:", ("id", "", None));
}

#[test]
fn a2_clients_that_do_not_encode_get_the_raw_reading() {
    check("id:50%", ("id", "50%", None));
    check("id:a+b", ("id", "a+b", Some("a b")));
    check("id:%C3%28", ("id", "%C3%28", None));
    check("my.app/service:x", ("my.app/service", "x", None));
    check("50%:x", ("50%", "x", None));
    // oauth4webapi encodes characters that need no encoding.
    check("billing%2Djob:a%2Db", ("billing-job", "a%2Db", Some("a-b")));
}

#[test]
fn a1_the_scheme_is_compared_in_any_case() {
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
        let header = format!("{scheme}  YTpi ");
        let credentials =
            BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap();
        assert_eq!(
            (credentials.client_id(), credentials.secret().raw),
            ("a", "b")
        );
    }
}

#[test]
fn a10_a_basic_header_without_id_and_secret_is_empty() {
    for header in ["Basic Og==", "basic  Og== ", "Basic", "\tBasic "] {
        let is_empty = BasicCredentials::is_empty_header(header.as_bytes());
        assert!(is_empty, "{header:?}");
    }
    for header in [
        "",
        "Basic YTo=",
        "Basic OmE=",
        "Basic Og",
        "Bearer Og==",
        "BasicOg==",
    ] {
        let is_empty = BasicCredentials::is_empty_header(header.as_bytes());
        assert!(!is_empty, "{header:?}");
    }
}

#[test]
fn reports_why_a_basic_header_is_refused() {
    let check = |header: &[u8], expected: InvalidBasicCredentials, cause| {
        let error = BasicCredentials::parse(header, &MessageLimits::DEFAULT).unwrap_err();
        assert_eq!(error, expected, "{header:?}");
        assert_eq!(error.cause(), cause);
    };
    let other = Cause::AuthenticationSchemeUnsupported;
    check(b"Bearer YTpi", InvalidBasicCredentials::OtherScheme, other);
    check(b"BasicYTpi", InvalidBasicCredentials::OtherScheme, other);
    check(b"", InvalidBasicCredentials::OtherScheme, other);
    let broken = |offset| InvalidBasicCredentials::BrokenBase64 { offset };
    let malformed = Cause::BasicMalformed;
    check(b"Basic YT*i", broken(8), malformed);
    check(b"Basic YTpi YTpi", broken(10), malformed);
    check(b"Basic YTpiYw", broken(12), malformed);
    check(b"Basic YTpiYx==", broken(11), malformed);
    check(b"Basic YTp_", broken(9), malformed);
    check(b"Basic\tYTpi", broken(5), malformed);
    check(b"Basic /zo=", InvalidBasicCredentials::NotUtf8, malformed);
    check(
        b"Basic YWI=",
        InvalidBasicCredentials::ColonMissing,
        malformed,
    );
    check(b"Basic", InvalidBasicCredentials::ColonMissing, malformed);
    let long = format!("Basic {}", "YTpi".repeat(2048));
    check(
        long.as_bytes(),
        InvalidBasicCredentials::TooLong,
        Cause::HeadersTooLarge,
    );
}

#[test]
fn x9_debug_shows_no_secret() {
    let header = BasicCredentials::write("id", "hush hush");
    let credentials = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap();
    let token = BearerToken::parse(b"Bearer hush", &MessageLimits::DEFAULT).unwrap();
    let shown = format!("{credentials:?} {:?} {token:?}", credentials.secret());
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn r1_the_bearer_scheme_is_compared_in_any_case() {
    for header in [
        "Bearer aB-._~+/9==",
        "bearer   aB-._~+/9==",
        " BEARER aB-._~+/9== ",
    ] {
        let token = BearerToken::parse(header.as_bytes(), &MessageLimits::DEFAULT)
            .unwrap()
            .unwrap();
        assert_eq!(token.expose_secret(), "aB-._~+/9==");
    }
}

#[test]
fn k15_another_scheme_is_not_a_token() {
    for header in ["", "Basic YTpi", "BearerX abc", "DPoP abc", "Negotiate"] {
        assert!(
            BearerToken::parse(header.as_bytes(), &MessageLimits::DEFAULT)
                .unwrap()
                .is_none()
        );
    }
}

#[test]
fn k17_a_bearer_header_has_exactly_one_token() {
    let check = |header: &str, expected| {
        let error = BearerToken::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap_err();
        assert_eq!(error, expected, "{header}");
        assert_eq!(error.cause(), Cause::AuthorizationHeaderMalformed);
    };
    check("Bearer", InvalidBearer::TokenMissing);
    check("Bearer  ", InvalidBearer::TokenMissing);
    check(
        "Bearer abc def",
        InvalidBearer::SeveralTokens { offset: 11 },
    );
    check(
        "Bearer abc, Bearer def",
        InvalidBearer::SeveralTokens { offset: 12 },
    );
    check("Bearer a\"b", InvalidBearer::ByteRefused { offset: 8 });
    check("Bearer \"abc\"", InvalidBearer::ByteRefused { offset: 7 });
    check("Bearer abé", InvalidBearer::ByteRefused { offset: 9 });
    check("Bearer a=b", InvalidBearer::ByteRefused { offset: 9 });
    check("Bearer =", InvalidBearer::ByteRefused { offset: 7 });
    check("Bearer: abc", InvalidBearer::ByteRefused { offset: 6 });
    check("Bearer\tabc", InvalidBearer::ByteRefused { offset: 6 });
}

#[test]
fn r16_refuses_an_oversized_header() {
    let header = format!("Bearer {}", "a".repeat(8192));
    let error = BearerToken::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap_err();
    assert_eq!(error.cause(), Cause::TokenTooLong);
}

#[test]
fn x16_r2_a_second_authorization_header_with_bearer_is_refused() {
    let check = |values: &[&str], expected: Result<Option<&str>, InvalidBearer>| {
        let values = values.iter().map(|value| value.as_bytes());
        let token = BearerToken::parse_all(values, &MessageLimits::DEFAULT);
        assert_eq!(
            token.map(|token| token.map(|token| token.expose_secret())),
            expected
        );
    };
    check(&[], Ok(None));
    check(&["Bearer a"], Ok(Some("a")));
    check(&["Basic YTpi", "Digest x=y"], Ok(None));
    check(
        &["Bearer a", "Bearer a"],
        Err(InvalidBearer::SeveralHeaders),
    );
    check(
        &["Basic YTpi", "bearer"],
        Err(InvalidBearer::SeveralHeaders),
    );
    check(&["Bearer"], Err(InvalidBearer::TokenMissing));
}
