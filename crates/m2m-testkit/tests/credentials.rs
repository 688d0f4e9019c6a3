//! The places of credentials in a request: those that count as client authentication, and the diagnosis of the others.

use m2m_authority::diagnose::Evidence;
use m2m_errors::{Cause, Profile};
use m2m_testkit::{ORDERS, PLAIN_ID, Request, SECRET, World};

#[test]
fn a10_a_basic_header_without_credentials_counts_as_absent_beside_those_in_the_body() {
    let mut world = World::standard(Profile::Rfc);
    for header in [
        "Basic Og==",
        "basic  Og== ",
        "\tBASIC Og==",
        "Basic",
        "Basic ",
    ] {
        let request = Request::token(PLAIN_ID).authorization(header.as_bytes());
        let answer = world.send(&request.audience(ORDERS));
        assert_eq!(answer.status(), 200, "{header:?}");
    }
}

#[test]
fn a10_any_other_authorization_header_beside_credentials_in_the_body_is_refused_and_named() {
    let mut world = World::standard(Profile::Rfc);
    let basic = "an Authorization: Basic header";
    let other = "an Authorization header with another scheme";
    for (header, expected) in [
        // An id without a secret, a secret without an id, and a secret that is a colon.
        ("Basic cGxhaW4taWQ6", basic),
        ("Basic OnNlY3JldA==", basic),
        ("Basic Ojo=", basic),
        // What is not base64 has unknown contents.
        ("Basic Og", basic),
        ("Basic :", basic),
        ("Basic ====", basic),
        ("Bearer", "an Authorization: Bearer header"),
        ("Bearer abc", "an Authorization: Bearer header"),
        ("negotiate YII=", "an Authorization: Negotiate header"),
        ("Digest username=x", "an Authorization: Digest header"),
        ("Basicx Og==", other),
        ("Og==", other),
        ("", "an empty Authorization header"),
        (" ", "an empty Authorization header"),
    ] {
        let request = Request::token(PLAIN_ID).authorization(header.as_bytes());
        let answer = world.send(&request.audience(ORDERS));
        answer.check_refusal((400, "invalid_request"), header);
        assert_eq!(answer.cause(), Some(Cause::AuthenticationMethodsSeveral));
        let diagnosis = answer.diagnosis().unwrap();
        let methods = vec![expected.into(), "client_secret in the body".into()];
        let evidence = [Evidence::MethodsPresent { methods }];
        assert_eq!(*diagnosis.evidence, evidence, "{header:?}");
        assert_eq!(diagnosis.client_id.as_deref(), Some(PLAIN_ID), "{header:?}");
    }
}

#[test]
fn a10_two_authorization_headers_are_refused_even_if_one_of_them_is_empty() {
    let mut world = World::standard(Profile::Rfc);
    for request in [
        Request::token_by_header(PLAIN_ID, SECRET),
        Request::token(PLAIN_ID).authorization(b"Basic Og=="),
    ] {
        let answer = world.send(&request.authorization(b"Basic Og==").audience(ORDERS));
        assert_eq!(answer.cause(), Some(Cause::AuthenticationMethodsSeveral));
        let found = answer.evidence().join("\n");
        assert!(found.contains("several Authorization headers"), "{found}");
    }
}

#[test]
fn a10_a_basic_header_without_credentials_does_not_replace_missing_ones() {
    let mut world = World::standard(Profile::Rfc);
    for (header, client_id, cause, evidence) in [
        (
            "Basic Og==",
            None,
            Cause::CredentialsMissing,
            "client_id is missing",
        ),
        ("Basic", None, Cause::BasicMalformed, "Basic"),
        (
            "Basic Og==",
            Some(PLAIN_ID),
            Cause::CredentialsMissing,
            "client_secret is missing",
        ),
        (
            "Basic",
            Some(PLAIN_ID),
            Cause::CredentialsMissing,
            "client_secret is missing",
        ),
    ] {
        let request = Request::empty().with("grant_type", "client_credentials");
        let request = request.authorization(header.as_bytes());
        let request = match client_id {
            Some(client_id) => request.with("client_id", client_id),
            None => request,
        };
        let answer = world.send(&request);
        answer.check_refusal((401, "invalid_client"), header);
        assert_eq!(answer.cause(), Some(cause), "{header} {client_id:?}");
        let found = answer.evidence().join("\n");
        assert!(found.contains(evidence), "{header} {client_id:?}: {found}");
        assert_eq!(answer.diagnosis().unwrap().client_id.as_deref(), client_id);
    }
    let assertion = Request::token(PLAIN_ID)
        .without("client_secret")
        .with("client_assertion", "a.b.c");
    let answer = world.send(&assertion.authorization(b"Basic Og=="));
    assert_eq!(answer.cause(), Some(Cause::AssertionUnsupported));
}

/// Returns the observations and the advice for a token request with this query, both as text.
fn of_query(query: &str) -> (String, String) {
    let request = Request::token(PLAIN_ID).audience(ORDERS).query(query);
    let answer = World::standard(Profile::Rfc).send(&request);
    answer.check_refusal((400, "invalid_request"), query);
    assert_eq!(answer.cause(), Some(Cause::CredentialsInUrl), "{query}");
    let steps = answer.remedies().into_iter().map(|remedy| remedy.text);
    (
        answer.evidence().join("\n"),
        steps.collect::<Vec<_>>().join("\n"),
    )
}

#[test]
fn a11_only_a_secret_in_the_url_is_called_leaked() {
    for query in [
        "client_id=plain-id",
        "client_id=plain-id&scope=read:orders",
        "client_id=plain-id&client_secret=",
        "client_id=plain-id&client_secret",
        "client_secret=&client%5Fsecret=",
        "client_assertion_type=urn:x",
        "client_assertion=a.b.c",
        "password=",
        "access_token=a.b.c",
        "code=abc",
    ] {
        let (_, advice) = of_query(query);
        assert!(!advice.contains("leaked"), "{query}: {advice}");
        assert!(!advice.is_empty(), "{query}");
    }
    let many = "a&".repeat(100) + "client_id=plain-id&client_secret=x";
    for query in [
        "client_secret=x",
        "client_id=plain-id&client_secret=x",
        "client%5Fsecret=x",
        "client_secret=&client_secret=x",
        "client_secret==",
        "password=x",
        &many,
    ] {
        let (_, advice) = of_query(query);
        assert!(advice.contains("secret as leaked"), "{query}: {advice}");
    }
}

#[test]
fn a11_each_parameter_in_the_url_is_named_with_what_to_do_about_it() {
    let (found, advice) = of_query("client_id=plain-id");
    assert!(found.contains("client_id is in the URL,"), "{found}");
    assert!(
        advice.contains("send the parameter client_id in the body"),
        "{advice}"
    );
    let (found, _) = of_query("client_secret=");
    assert!(
        found.contains("client_secret is in the URL without a value"),
        "{found}"
    );
    for parameter in [
        "access_token",
        "refresh_token",
        "token",
        "assertion",
        "code",
    ] {
        let (found, advice) = of_query(&format!("{parameter}=x"));
        assert!(found.contains(parameter), "{found}");
        let remove = format!("remove the parameter {parameter} from the URL");
        assert!(advice.contains(&remove), "{advice}");
        assert!(!advice.contains("in the body"), "{advice}");
    }
}
