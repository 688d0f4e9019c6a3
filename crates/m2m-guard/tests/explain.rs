//! All the reasons for which a call would be denied.

use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{Algorithm, Call, Guard, JwkSet, KeySet, Requirement, UnixTime};
use proptest::prelude::{any, prop_assert_eq, proptest};

const API: &str = "https://orders.example/api";

/// The ids of the causes.
fn reasons(
    issuer: &TestIssuer,
    guard: &Guard,
    token: &TestToken,
    required: Requirement<'_>,
    now: UnixTime,
) -> Vec<&'static str> {
    let set = JwkSet::parse(&issuer.jwk_set()).expect("the set is valid");
    let bearer = token.bearer();
    let authorization = [bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    let keys = KeySet::new(&set);
    let reasons = guard.explain(&call, &keys, required, now);
    let first = guard.check(&call, &keys, required, now);
    // The first reason is the one that the caller gets.
    assert_eq!(
        first.err().map(|denied| denied.to_string()),
        reasons.first().map(ToString::to_string)
    );
    reasons.iter().map(|denied| denied.cause().id()).collect()
}

fn guard() -> Guard {
    Guard::new("https://issuer.test", &[API])
        .with_clients(&["billing-job"])
        .with_algorithms(&[Algorithm::Es256, Algorithm::EdDsa])
}

#[test]
fn a_token_with_every_fault_is_explained_in_the_order_of_the_checks() {
    let issuer = TestIssuer::new();
    let token = issuer
        .token("https://other.example")
        .claim("iss", "https://other.test")
        .client("stranger")
        .token_type(Some("JWT"))
        .organization("org_other");
    let required = Requirement::scope("read:orders").in_organization("org_acme");
    let late = issuer.now().saturating_add_seconds(3600);
    assert_eq!(
        reasons(&issuer, &guard(), &token, required, late),
        [
            "token-type-wrong",
            "issuer-mismatch",
            "audience-mismatch",
            "token-expired",
            "client-mismatch",
            "organization-mismatch",
            "scope-insufficient",
        ]
    );
}

#[test]
fn a_reason_that_leaves_nothing_to_check_is_the_last_one() {
    let issuer = TestIssuer::new();
    let now = issuer.now();
    let required = Requirement::scope("read:orders");
    let forged = TestIssuer::new().token("https://other.example");
    assert_eq!(
        reasons(&issuer, &guard(), &forged, required, now),
        ["token-key-unknown"]
    );
    let malformed = issuer.token(API).claim_json("exp", "\"soon\"");
    assert_eq!(
        reasons(&issuer, &guard(), &malformed, required, now),
        ["token-claim-malformed"]
    );
    let bound = issuer
        .token("https://other.example")
        .claim_json("cnf", "{}");
    assert_eq!(
        reasons(&issuer, &guard(), &bound, required, now),
        ["audience-mismatch", "token-bound"]
    );
}

#[test]
fn a_good_token_has_no_reason() {
    let issuer = TestIssuer::new();
    let token = issuer.token(API).client("billing-job").scope("read:orders");
    let required = Requirement::scope("read:orders");
    let found = reasons(&issuer, &guard(), &token, required, issuer.now());
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_token_of_the_future_is_explained() {
    let issuer = TestIssuer::new();
    let token = issuer.token(API).client("billing-job");
    let early = issuer.now().saturating_sub_seconds(3600);
    let required = Requirement::scope("read:orders");
    let found = reasons(&issuer, &guard(), &token, required, early);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found.last(), Some(&"scope-insufficient"));
}

proptest! {
    /// However a token is, the explanation ends, names no cause twice, and begins with the reason of the check.
    #[test]
    fn an_explanation_agrees_with_the_check(
        issuer_is_other: bool,
        audience_is_other: bool,
        client_is_other: bool,
        token_type in any::<Option<String>>(),
        exp in any::<u64>(),
        iat in any::<u64>(),
        now in any::<u64>(),
        organization in any::<Option<String>>(),
    ) {
        let issuer = TestIssuer::new();
        let mut token = issuer
            .token(if audience_is_other { "other" } else { API })
            .client(if client_is_other { "stranger" } else { "billing-job" })
            .token_type(token_type.as_deref())
            .claim_json("exp", &exp.to_string())
            .claim_json("iat", &iat.to_string());
        if issuer_is_other {
            token = token.claim("iss", "https://other.test");
        }
        if let Some(code) = &organization {
            token = token.organization(code);
        }
        let required = Requirement::scope("read:orders").in_organization("org_acme");
        let found = reasons(&issuer, &guard(), &token, required, UnixTime::from_seconds(now));
        let mut unique = found.clone();
        unique.dedup();
        prop_assert_eq!(found, unique);
    }
}
