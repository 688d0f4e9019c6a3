//! Requests that are wrong in their form.

use m2m_errors::Cause;
use m2m_testkit::Request;

use crate::{check, form, good, observed};

#[test]
fn g12_the_nearest_grant_type_is_named() {
    let request = good().replacing("grant_type", "client_credential");
    check(
        &request,
        "the most similar grant type is \"client_credentials\"",
        "send grant_type=client_credentials",
    );
}

#[test]
fn g12_a_known_grant_type_that_is_not_supported_is_named() {
    let request = good().replacing("grant_type", "password");
    check(
        &request,
        "the grant type of the request is password",
        "send grant_type=client_credentials",
    );
}

#[test]
fn g5_the_method_that_was_used_is_named() {
    check(
        &good().method("PUT"),
        "the request used PUT, and the path supports only POST",
        "request tokens with POST",
    );
    check(
        &good().method("BREW"),
        "the request used another method than POST",
        "request tokens with POST",
    );
}

#[test]
fn k12_the_missing_credential_is_named() {
    check(
        &good().without("client_id"),
        "client_id is missing",
        "send the parameter client_id",
    );
    check(
        &good().without("client_secret"),
        "client_secret is missing",
        "send the parameter client_secret",
    );
}

#[test]
fn k14_the_position_of_an_error_in_the_body_is_named() {
    check(
        &good().body(b"grant_type=client_credentials&scope=%zz"),
        "malformed at byte 36",
        "",
    );
    let twice = good().body(b"grant_type=client_credentials&scope=a&scope=b");
    check(&twice, "\"scope\" is repeated at byte 38", "");
}

#[test]
fn f7a_the_content_type_that_was_sent_is_named() {
    for (content_type, body, evidence) in [
        (
            Some("application/json"),
            "{\"grant_type\":\"x\"}",
            "is application/json\nthe body looks like JSON, with grant_type",
        ),
        (
            Some("multipart/form-data; boundary=x"),
            "--x",
            "is multipart/form-data, with parameters",
        ),
        (Some("text/unheard-of"), "a=b", "is not a usual one"),
        (None, "", "no Content-Type header\nthe body is empty"),
    ] {
        let request = good().content_type(content_type).body(body.as_bytes());
        let (cause, found, remedies) = observed(&request);
        assert_eq!(cause, Cause::ContentTypeWrong);
        assert!(found.contains(evidence), "{found}");
        assert!(
            remedies[0].contains("application/x-www-form-urlencoded"),
            "{remedies:?}"
        );
    }
}

#[test]
fn f7b_the_mistake_in_a_basic_header_is_named() {
    for (credentials, evidence) in [
        ("plain-id:secret", "not encoded in base64"),
        ("cGxhaW4taWQ6c2Vj-mV0", "URL-safe characters"),
        ("cGxhaW4taWQ6c2VjcmV", "multiple of four"),
        ("cGxhaW4taWQ6 c2VjcmV0", "contains whitespace"),
        ("cGxhaW4taWQ66Q==", "are not UTF-8"),
        ("cGxhaW4taWQ=", "have no colon"),
    ] {
        let request = form("grant_type=client_credentials")
            .authorization(format!("Basic {credentials}").as_bytes());
        let (cause, found, remedies) = observed(&request);
        assert_eq!(cause, Cause::BasicMalformed, "{credentials}");
        assert!(found.contains(evidence), "{credentials}: {found}");
        assert_eq!(remedies.len(), 1, "{remedies:?}");
    }
}

#[test]
fn f7c_a_grant_type_elsewhere_is_named() {
    for (query, body, evidence) in [
        (
            None,
            "{\"grant_type\":\"client_credentials\"}",
            "looks like JSON",
        ),
        (
            Some("grant_type=client_credentials"),
            "",
            "grant_type is in the URL",
        ),
        (
            None,
            "'grant_type=client_credentials'",
            "begins with a quotation mark",
        ),
        (
            None,
            "\u{feff}grant_type=client_credentials",
            "a byte order mark",
        ),
        (None, "Grant_Type=client_credentials", "nearly grant_type"),
        (
            None,
            "?grant_type=client_credentials",
            "begins with a question mark",
        ),
        (
            None,
            "a=b&amp;grant_type=client_credentials",
            "&amp; instead of &",
        ),
    ] {
        let request = match query {
            Some(query) => form(body).query(query),
            None => form(body),
        };
        let (cause, found, _) = observed(&request);
        assert_eq!(cause, Cause::GrantTypeMissing, "{body}");
        assert!(found.contains(evidence), "{body}: {found}");
    }
}

#[test]
fn f7h_missing_credentials_are_named_with_their_similar_names() {
    let request = form("grant_type=client_credentials&clientId=a&clientSecret=b");
    let (cause, found, _) = observed(&request);
    assert_eq!(cause, Cause::CredentialsMissing);
    for expected in [
        "client_id is missing",
        "client_secret is missing",
        "nearly client_id",
        "nearly client_secret",
    ] {
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn f7i_the_methods_of_authentication_that_met_are_named() {
    let request = good().authorization(b"Bearer abc");
    let (cause, found, remedies) = observed(&request);
    assert_eq!(cause, Cause::AuthenticationMethodsSeveral);
    assert!(
        found.contains("an Authorization: Bearer header, client_secret in the body"),
        "{found}"
    );
    assert!(
        remedies[0].contains("no other Authorization header"),
        "{remedies:?}"
    );
}

#[test]
fn f7f_a_compressed_body_is_recognized() {
    let request = Request::empty().body(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xfe]);
    let (_, found, remedies) = observed(&request);
    assert!(found.contains("the body is compressed"), "{found}");
    assert!(
        remedies[0].contains("send the parameters in the body"),
        "{remedies:?}"
    );
}
