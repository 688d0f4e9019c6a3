//! The properties that hold for every call.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/issuer.rs"]
mod issuer;

use calls::{KINDE, call_with, with};
use issuer::{RFC9068, guard};
use m2m_errors::Cause;
use m2m_guard::{Requirement, fuzzing};
use proptest::prelude::*;

/// Scope tokens by RFC 6749, section 3.3, of few characters, so that lists overlap. `\` and `"` cannot occur in one.
fn scope_token() -> impl Strategy<Value = String> {
    "[a-c!:]{1,2}"
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_have_exactly_one_outcome(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::guard(&data);
    }

    #[test]
    fn any_bearer_header_has_exactly_one_outcome(
        query in "(|access_token=x|[a-z%=&]{0,20})",
        values in proptest::collection::vec("(|[Bb]earer |Basic )[ -~é]{0,60}", 0..3),
    ) {
        fuzzing::guard(format!("{query}\n{}", values.join("\n")).as_bytes());
    }

    #[test]
    fn a_call_is_accepted_only_with_every_required_scope_and_organization(
        claims in proptest::sample::select(&[RFC9068, KINDE][..]),
        granted in proptest::collection::vec(scope_token(), 0..6),
        needed in proptest::collection::vec(scope_token(), 0..4),
        organization in proptest::option::of("[ab]"),
        needed_organization in proptest::option::of("[ab]"),
    ) {
        let claims = with(claims, "scope", &format!("\"{}\"", granted.join(" ")));
        let code = organization.as_ref().map(|code| format!("\"{code}\"")).unwrap_or_default();
        let claims = with(&claims, "org_code", &code);
        let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
        let mut required = Requirement::scopes(&needed);
        if let Some(code) = &needed_organization {
            required = required.in_organization(code);
        }
        let expected = if needed_organization.is_some() && organization.is_none() {
            Err(Cause::OrganizationMissing)
        } else if needed_organization.is_some() && organization != needed_organization {
            Err(Cause::OrganizationMismatch)
        } else if needed.iter().any(|scope| !granted.iter().any(|own| own == scope)) {
            Err(Cause::ScopeInsufficient)
        } else {
            Ok(())
        };
        let outcome = call_with(&guard(), &claims, required);
        prop_assert_eq!(outcome.map(|_| ()).map_err(|denied| denied.cause()), expected);
    }
}
