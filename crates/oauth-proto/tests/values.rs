//! Single values, as a request has them.

use std::time::{Duration, SystemTime};

use m2m_errors::Cause;
use oauth_proto::{
    Audience, ClientId, FormContentType, GrantType, GrantTypeReading, InvalidResourceIndicator,
    Issuer, ResourceIndicator, Scope, ScopeToken, UnixTime,
};

#[test]
fn a14_refuses_a_scope_outside_of_the_grammar() {
    for text in [
        "", " ", "a ", " a", "a  b", "a\tb", "a\"b", "a\\b", "a\u{7f}", "é", "a\nb", "a\0",
    ] {
        let error = Scope::parse(text).unwrap_err();
        assert_eq!(error.cause(), Cause::ScopeMalformed, "{text:?}");
    }
}

#[test]
fn a14_one_refused_byte_anywhere_refuses_all() {
    let good = "read:users write:flags";
    for place in 0..good.len() {
        for refused in ["\"", "\\", "\0", "\u{7f}", "é"] {
            let mut text = good.to_owned();
            text.replace_range(place..=place, refused);
            assert_eq!(Scope::parse(&text).unwrap_err().offset, place, "{text:?}");
        }
    }
}

#[test]
fn a_scope_is_compared_byte_for_byte() {
    let scope = Scope::parse("read:users Write").unwrap();
    assert!(scope.contains("Write"));
    assert!(!scope.contains("write"));
    assert!(!scope.contains("read"));
    assert!(!scope.contains("read:users Write"));
    let tokens: Vec<_> = scope.tokens().map(|token| token.as_str()).collect();
    assert_eq!(tokens, ["read:users", "Write"]);
}

#[test]
fn x17_ten_thousand_scopes_are_read_and_printed_once_each() {
    let text = (0..10_000)
        .map(|number| (number % 5_000).to_string())
        .collect::<Vec<_>>()
        .join(" ");
    let scope = Scope::parse(&text).unwrap();
    assert_eq!(scope.tokens().count(), 10_000);
    assert_eq!(
        Scope::parse(&scope.to_string()).unwrap().tokens().count(),
        5_000
    );
}

#[test]
#[should_panic(expected = "the literal is not a scope token")]
fn a_literal_that_is_not_a_scope_panics() {
    let _ = ScopeToken::from_static("two words");
}

#[test]
fn a22_a_resource_is_an_absolute_uri_without_a_fragment() {
    for text in [
        "https://api.example",
        "https://api.example/",
        "https://api.example:8443/v1?tenant=a",
        "http://[2001:db8::1]:80/x",
        "urn:example:api",
        "api:orders",
        "https://api.example/%7Eorders",
        "https:",
    ] {
        assert!(ResourceIndicator::parse(text).is_ok(), "{text}");
    }
    let check = |text: &str, expected| {
        let error = ResourceIndicator::parse(text).unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert_eq!(error.cause(), Cause::AudienceMalformed);
    };
    check("", InvalidResourceIndicator::NotAbsolute);
    check("/orders", InvalidResourceIndicator::NotAbsolute);
    check("//api.example", InvalidResourceIndicator::NotAbsolute);
    check("api.example", InvalidResourceIndicator::NotAbsolute);
    check(
        "https://api.example/#",
        InvalidResourceIndicator::Fragment { offset: 20 },
    );
    check(
        "https://api.example/a b",
        InvalidResourceIndicator::ByteRefused { offset: 21 },
    );
    check(
        "https://api.example/%zz",
        InvalidResourceIndicator::ByteRefused { offset: 20 },
    );
    check(
        "https://bücher.example",
        InvalidResourceIndicator::ByteRefused { offset: 9 },
    );
    check(
        &format!("https://{}", "a".repeat(2041)),
        InvalidResourceIndicator::TooLong,
    );
}

#[test]
fn x6_audiences_differ_by_a_slash_and_by_case() {
    let audience = Audience::parse("https://api.example").unwrap();
    for other in [
        "https://api.example/",
        "https://API.example",
        "https://api.exampl",
    ] {
        assert_ne!(audience, Audience::parse(other).unwrap());
    }
}

#[test]
fn client_ids_in_common_use_are_accepted() {
    for text in [
        "billing-job",
        "my.trusted.app/service",
        "0oa1b2c3d4",
        "https//x",
        "{a}",
        "a@b.example",
    ] {
        assert_eq!(ClientId::parse(text).unwrap().as_str(), text);
    }
    assert_eq!(
        ClientId::parse("a b").unwrap_err().cause(),
        Cause::ClientIdMalformed
    );
}

#[test]
fn a_value_is_read_by_its_traits_as_by_its_parser() {
    assert!(Scope::try_from("a b").is_ok_and(|scope| scope.contains("b")));
    assert_eq!(Scope::try_from("a  b").unwrap_err().offset, 2);
    assert_eq!(ScopeToken::try_from("a"), ScopeToken::parse("a"));
    assert_eq!(ClientId::try_from("é"), ClientId::parse("é"));
    assert_eq!(Audience::try_from(""), Audience::parse(""));
    let relative = ResourceIndicator::try_from("/a");
    assert_eq!(relative, ResourceIndicator::parse("/a"));
    let issuer = Issuer::parse("https://id.example");
    assert_eq!("https://id.example".parse(), issuer);
    assert_eq!(Issuer::try_from("https://id.example"), issuer);
    for value in ["client_credentials", "password", "Password"] {
        assert_eq!(GrantTypeReading::from(value), GrantType::parse(value));
    }
    for value in [
        &b"application/x-www-form-urlencoded"[..],
        b"text/plain",
        b"",
    ] {
        let parsed = FormContentType::parse(Some(value));
        assert_eq!(FormContentType::try_from(value), parsed);
    }
}

#[test]
fn a_time_before_1970_becomes_1970() {
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(UnixTime::from(before), UnixTime::from_seconds(0));
    let after = SystemTime::UNIX_EPOCH + Duration::from_millis(1_999);
    assert_eq!(UnixTime::from(after), UnixTime::from_seconds(1));
}
