//! The calls of an API that the seed documents and RFC 6750 describe: status, code, challenge, cause and evidence of each.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/issuer.rs"]
mod issuer;

use calls::{KINDE, call, call_with, with};
use issuer::{AUDIENCE, HEADER, RFC9068, guard, signed};
use m2m_errors::{Cause, Profile};
use m2m_guard::{Denied, Evidence, Guard, Requirement, SentScheme};
use m2m_jwt::{InvalidToken, UnixTime};
use oauth_proto::{Challenge, MessageLimits};

const TOKEN: Requirement<'static> = Requirement::token();

/// Asserts the status, the code and the cause of a denial, and that its challenge agrees.
#[track_caller]
fn check(denied: &Denied, status: u16, error: Option<&str>, cause: Cause) {
    assert_eq!(
        (
            denied.status(),
            denied.error_code().map(|code| code.as_str()),
            denied.cause()
        ),
        (status, error, cause)
    );
    let challenge = denied.challenge(Some("t-1")).expect("there is a challenge");
    let challenges = Challenge::parse_list(challenge.as_bytes(), &MessageLimits::DEFAULT)
        .expect("it can be read");
    let [challenge] = challenges.as_slice() else {
        panic!("one challenge: {challenges:?}");
    };
    assert_eq!(challenge.scheme(), "Bearer");
    assert_eq!(challenge.parameter("error"), error);
    assert_eq!(challenge.parameter("trace_id"), Some("t-1"));
    let description = error.map(|_| denied.description());
    assert_eq!(
        challenge.parameter("error_description"),
        description.as_deref()
    );
}

/// Returns the denial of a call with such a token, and asserts that the profile `kinde` and the RFCs agree on the answer.
#[track_caller]
fn denied(claims: &str, required: Requirement<'_>) -> Denied {
    let of = |guard: Guard| call_with(&guard, claims, required).expect_err("denied");
    let (rfc, kinde) = (of(guard()), of(guard().with_profile(Profile::Kinde)));
    assert_eq!(
        (rfc.status(), rfc.error_code()),
        (kinde.status(), kinde.error_code())
    );
    assert_eq!(rfc.challenge(None), kinde.challenge(None));
    kinde
}

#[test]
fn k15_r3_g2_without_a_token_there_is_a_bare_challenge() {
    for (authorization, evidence) in [
        ("", Evidence::None),
        ("Basic YTpi", scheme("Basic")),
        ("DPoP abc", scheme("DPoP")),
    ] {
        let denied = call(&guard(), authorization, Requirement::scope("read:orders")).unwrap_err();
        check(&denied, 401, None, Cause::TokenMissing);
        assert_eq!(denied.challenge(None).as_deref(), Some("Bearer"));
        assert_eq!(denied.evidence(), &evidence);
    }
}

fn scheme(name: &'static str) -> Evidence {
    Evidence::Scheme(SentScheme::Known { name })
}

#[test]
fn k16_r4_g2_g17_an_expired_token_is_denied_with_its_expiration() {
    let denied = denied(&with(RFC9068, "exp", "1799999990"), TOKEN);
    check(&denied, 401, Some("invalid_token"), Cause::TokenExpired);
    let expired_at = UnixTime::from_seconds(1_799_999_990);
    assert_eq!(
        denied.evidence(),
        &Evidence::Token(InvalidToken::Expired { expired_at })
    );
    assert_eq!(denied.client_id(), Some("job"));
    assert_eq!(
        denied.to_string(),
        "token-expired: the token expired at 1799999990"
    );
}

#[test]
fn k17_r4_a_header_that_cannot_be_read() {
    for authorization in ["Bearer", "Bearer a b", "Bearer \"a\"", "Bearer a\u{e9}"] {
        for (profile, status) in [
            (Profile::Rfc, 400),
            (Profile::Kinde, 401),
            (Profile::TrustedApplication, 400),
            (Profile::Generic, 400),
        ] {
            let guard = guard().with_profile(profile);
            let denied = call(&guard, authorization, TOKEN).unwrap_err();
            let cause = Cause::AuthorizationHeaderMalformed;
            check(&denied, status, Some("invalid_request"), cause);
            assert!(
                matches!(denied.evidence(), Evidence::Header(_)),
                "{denied:?}"
            );
        }
    }
}

#[test]
fn k18_g3_g18_a_token_of_another_organization() {
    for claims in [RFC9068, KINDE] {
        let denied = denied(claims, TOKEN.in_organization("org_other"));
        check(
            &denied,
            403,
            Some("insufficient_scope"),
            Cause::OrganizationMismatch,
        );
        assert_eq!(
            denied.evidence(),
            &Evidence::Organization {
                needed: "org_other".into(),
                found: Some("org_acme".into())
            }
        );
    }
}

#[test]
fn k18_a_resource_of_another_organization_that_the_handler_has_loaded() {
    let guard = guard();
    let caller = call_with(&guard, RFC9068, Requirement::scope("read:orders")).unwrap();
    assert!(
        guard
            .check_caller(&caller, TOKEN.in_organization("org_acme"))
            .is_ok()
    );
    let denied = guard
        .check_caller(&caller, TOKEN.in_organization("org_other"))
        .unwrap_err();
    check(
        &denied,
        403,
        Some("insufficient_scope"),
        Cause::OrganizationMismatch,
    );
    assert_eq!(denied.client_id(), Some("job"));
}

#[test]
fn k19_r5_g3_g18_a_token_without_the_scope() {
    let needed = ["read:orders", "write:orders", "close:orders"];
    for claims in [RFC9068, KINDE] {
        let denied = denied(claims, Requirement::scopes(&needed));
        check(
            &denied,
            403,
            Some("insufficient_scope"),
            Cause::ScopeInsufficient,
        );
        assert_eq!(denied.needed_scopes().collect::<Vec<_>>(), needed);
        assert_eq!(
            denied.challenge(None).as_deref(),
            Some(concat!(
                r#"Bearer error="insufficient_scope", error_description="The token lacks the scope write:orders that this call needs. "#,
                r#"Request a token that has this scope", scope="read:orders write:orders close:orders""#
            ))
        );
        assert_eq!(
            denied.to_string(),
            r#"scope-insufficient: the token lacks ["write:orders", "close:orders"] of the required scopes ["read:orders", "write:orders", "close:orders"]"#
        );
    }
}

#[test]
fn k20_g3_a_token_of_a_global_application_on_an_organization_route() {
    let denied = denied(
        &with(RFC9068, "org_code", ""),
        TOKEN.in_organization("org_acme"),
    );
    check(
        &denied,
        403,
        Some("insufficient_scope"),
        Cause::OrganizationMissing,
    );
    let fixes = denied.cause().entry().for_operator.fixes;
    assert!(
        fixes
            .iter()
            .any(|fix| fix.contains("application that belongs to the resource's organization"))
    );
}

#[test]
fn k32_r4_r10_g17_a_token_for_another_audience_is_denied_with_both_audiences() {
    let denied = denied(
        &with(KINDE, "aud", r#"["https://a.example","https://b.example"]"#),
        TOKEN,
    );
    check(&denied, 401, Some("invalid_token"), Cause::AudienceMismatch);
    assert_eq!(
        denied.evidence(),
        &Evidence::Audience {
            expected: [AUDIENCE.into()].into(),
            found: ["https://a.example".into(), "https://b.example".into()].into()
        }
    );
    assert_eq!(
        denied.to_string(),
        r#"audience-mismatch: the token is for ["https://a.example", "https://b.example"] instead of ["https://orders.example/api"]"#
    );
}

#[test]
fn g17_a_token_of_a_client_that_may_not_call() {
    let refused = guard().with_clients(&["other", "job2"]);
    let denied = call_with(&refused, RFC9068, TOKEN).unwrap_err();
    check(&denied, 401, Some("invalid_token"), Cause::ClientMismatch);
    assert_eq!(denied.client_id(), Some("job"));
    let accepted = guard().with_clients(&["other", "job"]);
    for claims in [RFC9068, KINDE] {
        assert!(call_with(&accepted, claims, TOKEN).is_ok());
    }
}

#[test]
fn r2_r7_a_token_in_the_query_is_refused() {
    let header = format!("Bearer {}", signed(HEADER, RFC9068));
    for (authorization, cause) in [
        (&[header.as_bytes()][..], Cause::TokenSentTwice),
        (&[], Cause::TokenInUrl),
    ] {
        let call = m2m_guard::Call::new(authorization, Some(b"page=2&access_token=abc"));
        let denied = guard()
            .check(
                &call,
                &issuer::keys(),
                TOKEN,
                UnixTime::from_seconds(issuer::NOW),
            )
            .unwrap_err();
        check(&denied, 400, Some("invalid_request"), cause);
    }
    // Two headers, the same or not.
    for second in [&*header, "Bearer abc", "Basic YTpi"] {
        let authorization = [header.as_bytes(), second.as_bytes()];
        let call = m2m_guard::Call::new(&authorization, None);
        let now = UnixTime::from_seconds(issuer::NOW);
        let denied = guard()
            .check(&call, &issuer::keys(), TOKEN, now)
            .unwrap_err();
        let cause = Cause::AuthorizationHeaderMalformed;
        check(&denied, 400, Some("invalid_request"), cause);
    }
}

#[test]
fn r6_a_challenge_has_what_the_guard_knows_each_once_and_in_quotes() {
    let guard = guard()
        .with_realm("or\"ders")
        .with_resource_metadata("https://orders.example/.well-known/oauth-protected-resource/api");
    let missing = call(&guard, "", TOKEN).unwrap_err();
    assert_eq!(
        missing.challenge(None).as_deref(),
        Some(
            r#"Bearer realm="or\"ders", resource_metadata="https://orders.example/.well-known/oauth-protected-resource/api""#
        )
    );
    let denied = call_with(&guard, RFC9068, Requirement::scope("a\"b")).unwrap_err();
    let challenge = denied.challenge(Some("a\\b")).unwrap();
    assert!(challenge.contains(r#", scope="a?b", "#), "{challenge}");
    assert!(challenge.ends_with(r#", trace_id="a?b""#), "{challenge}");
    assert!(!denied.description().contains('"'));
}

#[test]
fn of_several_mistakes_the_one_that_no_scope_fixes_is_reported() {
    let required = Requirement::scope("write:orders").in_organization("org_other");
    let cause = |claims: &str| denied(claims, required).cause();
    assert_eq!(cause(&with(RFC9068, "exp", "1")), Cause::TokenExpired);
    assert_eq!(cause(RFC9068), Cause::OrganizationMismatch);
    let bound = with(RFC9068, "cnf", r#"{"jkt":"x"}"#);
    assert_eq!(cause(&bound), Cause::TokenBound);
}

#[test]
fn a_cause_that_the_api_found_is_denied_in_the_same_way() {
    let guard = guard();
    check(
        &guard.deny(Cause::TokenRevoked),
        401,
        Some("invalid_token"),
        Cause::TokenRevoked,
    );
    let unavailable = guard.deny(Cause::KeysUnavailable);
    assert_eq!(
        (unavailable.status(), unavailable.challenge(None)),
        (503, None)
    );
}

#[test]
fn e10_limits_of_messages_and_of_tokens_have_different_names() {
    let (of_message, of_token) = (MessageLimits::DEFAULT, m2m_jwt::Limits::DEFAULT);
    assert!(format!("{of_message:?}").starts_with("MessageLimits {"));
    assert!(format!("{of_token:?}").starts_with("Limits {"));
}
