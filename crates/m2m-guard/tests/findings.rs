//! The evidence of refusals, the signal to fetch keys, limits, and the claims of callers.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/issuer.rs"]
mod issuer;

use calls::{KINDE, call, call_with, with};
use issuer::{HEADER, NOW, RFC9068, guard, keys, signed};
use m2m_guard::m2m_errors::Disclosure;
use m2m_guard::{
    Algorithm, Call, Cause, Denied, Evidence, IssuerProfile, KeySet, Limits, Requirement, UnixTime,
    VerificationKey,
};
use m2m_jwt::{JwkSet, SigningKey, sign};

const TOKEN: Requirement<'static> = Requirement::token();

#[track_caller]
fn refused(header: &str, claims: &str) -> Denied {
    call(
        &guard(),
        &format!("Bearer {}", signed(header, claims)),
        TOKEN,
    )
    .expect_err("the guard refuses it")
}

#[test]
fn f13_a_type_is_refused_with_what_was_found_and_what_is_expected() {
    for (typ, found) in [
        (r#","typ":"JWT""#, r#""JWT""#),
        ("", "absent"),
        (r#","typ":"a\u001b[2J\u202e""#, r#""a\u{1b}[2J\u{202e}""#),
    ] {
        let denied = refused(&format!(r#"{{"alg":"EdDSA"{typ}}}"#), RFC9068);
        assert_eq!(
            denied.to_string(),
            format!(
                "token-type-wrong: the header parameter `typ` of the token is {found} instead of \"at+jwt\""
            )
        );
        assert_eq!(denied.client_id(), None);
    }
    let long = refused(
        &format!(r#"{{"alg":"EdDSA","typ":"{}"}}"#, "x".repeat(5000)),
        RFC9068,
    );
    assert!(long.to_string().len() < 250, "{long}");
    let header = r#"{"alg":"EdDSA","typ":"x"}"#;
    let okta = guard().with_issuer_profile(IssuerProfile::Okta);
    let denied = call(&okta, &format!("Bearer {}", signed(header, RFC9068)), TOKEN).unwrap_err();
    assert_eq!(
        denied.to_string(),
        r#"token-type-wrong: the header parameter `typ` of the token is "x" instead of one of ["JWT", "at+jwt"]"#
    );
}

#[test]
fn f13_an_algorithm_is_refused_with_what_was_found_and_what_is_expected() {
    let header = r#"{"alg":"none","typ":"at+jwt"}"#;
    let token = format!("Bearer {}", signed(header, RFC9068));
    let narrow = guard().with_algorithms(&[Algorithm::EdDsa]);
    assert_eq!(
        call(&narrow, &token, TOKEN).unwrap_err().to_string(),
        r#"token-algorithm-wrong: the header parameter `alg` of the token is "none" instead of "EdDSA""#
    );
    let of_another_key = refused(r#"{"alg":"ES256","typ":"at+jwt"}"#, RFC9068);
    assert_eq!(
        of_another_key.to_string(),
        r#"token-algorithm-wrong: the header parameter `alg` of the token is "ES256" instead of "EdDSA""#
    );
}

#[test]
fn f13_the_answer_of_a_type_says_nothing_untrue_and_nothing_new() {
    let jwt = refused(r#"{"alg":"EdDSA","typ":"JWT"}"#, RFC9068);
    let none = refused(r#"{"alg":"EdDSA"}"#, RFC9068);
    assert_eq!(jwt.challenge(None), none.challenge(None));
    let text = jwt.description();
    assert!(!text.contains("is not an access token"), "{text}");
    assert!(!text.contains("at+jwt") && !text.contains("JWT"), "{text}");
    assert_eq!(Cause::TokenTypeWrong.entry().disclosure, Disclosure::Public);
}

#[test]
fn f13_what_was_found_is_bounded() {
    let many: Vec<String> = (0..100)
        .map(|n| format!("\"https://{n}.example/{}\"", "a".repeat(90)))
        .collect();
    let claims = with(RFC9068, "aud", &format!("[{}]", many.join(",")));
    let denied = refused(HEADER, &claims);
    assert_eq!(denied.cause(), Cause::AudienceMismatch);
    assert!(denied.to_string().len() < 6000);
    let claims = with(RFC9068, "iss", &format!("\"{}\"", "é\\u001b".repeat(1000)));
    let denied = refused(HEADER, &claims);
    assert_eq!(denied.cause(), Cause::IssuerMismatch);
    let line = denied.to_string();
    assert!(line.len() < 2500 && !line.contains('\u{1b}'), "{line}");
}

#[test]
fn f14_a_token_with_too_many_roles_is_refused_for_its_size_until_the_owner_raises_the_limit() {
    let roles: Vec<String> = (0..300)
        .map(|n| format!(r#""client-{n}":{{"roles":["r"]}}"#))
        .collect();
    let claims = with(
        RFC9068,
        "resource_access",
        &format!("{{{}}}", roles.join(",")),
    );
    let token = format!("Bearer {}", signed(HEADER, &claims));
    let denied = call(&guard(), &token, TOKEN).unwrap_err();
    assert_eq!(denied.cause(), Cause::TokenTooLong);
    assert!(denied.to_string().contains("too many members"), "{denied}");
    assert!(!denied.description().contains("wrong type"));
    let raised = guard().with_limits(Limits {
        max_json_members: 1000,
        ..Limits::DEFAULT
    });
    let caller = call(&raised, &token, TOKEN).unwrap();
    let access = caller
        .claim("resource_access")
        .and_then(|access| access.as_object())
        .unwrap();
    assert_eq!(access.members().count(), 300);
    assert!(access.get("client-299").is_some());
    // A duplicate is found beyond the default limit as well.
    let twice = claims.replace("\"client-299\"", "\"client-280\"");
    let denied = call(&raised, &format!("Bearer {}", signed(HEADER, twice)), TOKEN).unwrap_err();
    assert_eq!(denied.cause(), Cause::TokenClaimMalformed);
}

#[test]
fn f14_a_token_that_is_nested_too_deeply_is_refused_for_it() {
    let nested = |depth: usize| {
        with(
            RFC9068,
            "x",
            &format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
        )
    };
    let token = |depth| format!("Bearer {}", signed(HEADER, nested(depth)));
    assert!(call(&guard(), &token(15), TOKEN).is_ok());
    let denied = call(&guard(), &token(16), TOKEN).unwrap_err();
    assert_eq!(denied.cause(), Cause::TokenTooLong);
    assert!(denied.to_string().contains("nested too deeply"), "{denied}");
    let raised = guard().with_limits(Limits {
        max_json_depth: usize::MAX,
        ..Limits::DEFAULT
    });
    assert!(call(&raised, &token(40), TOKEN).is_ok());
    assert!(call(&raised, &token(63), TOKEN).is_ok());
    assert_eq!(
        call(&raised, &token(64), TOKEN).unwrap_err().cause(),
        Cause::TokenTooLong
    );
}

#[test]
fn e9_a_token_of_seventeen_kilobytes_passes_if_the_owner_allows_it() {
    let claims = with(RFC9068, "x", &format!("\"{}\"", "x".repeat(17 * 1024)));
    let token = format!("Bearer {}", signed(HEADER, claims));
    assert_eq!(
        call(&guard(), &token, TOKEN).unwrap_err().cause(),
        Cause::TokenTooLong
    );
    let raised = guard().with_limits(Limits {
        max_token_bytes: 32 * 1024,
        ..Limits::DEFAULT
    });
    assert!(call(&raised, &token, TOKEN).is_ok());
    let lowered = guard().with_limits(Limits {
        max_token_bytes: 100,
        ..Limits::DEFAULT
    });
    let denied = call(
        &lowered,
        &format!("Bearer {}", signed(HEADER, RFC9068)),
        TOKEN,
    )
    .unwrap_err();
    assert_eq!(denied.cause(), Cause::TokenTooLong);
}

#[test]
fn f15_the_guard_says_when_keys_may_be_outdated_also_without_key_ids() {
    let (old, _) = SigningKey::generate(Algorithm::EdDsa, Some("old")).unwrap();
    let (new, _) = SigningKey::generate(Algorithm::EdDsa, Some("new")).unwrap();
    let named = KeySet::from(VerificationKey::new(old.public_jwk()).unwrap());
    let check = |keys: &KeySet, token: &str| {
        let header = format!("Bearer {token}");
        let authorization: [&[u8]; 1] = [header.as_bytes()];
        let call = Call::new(&authorization, None);
        let denied = guard()
            .check(&call, keys, TOKEN, UnixTime::from_seconds(NOW))
            .unwrap_err();
        (denied.cause(), denied.keys_may_be_outdated())
    };
    let by = |key: &SigningKey| sign(Some("at+jwt"), RFC9068.as_bytes(), key).unwrap();
    assert_eq!(check(&named, &by(&new)), (Cause::TokenKeyUnknown, true));
    // The issuer has replaced its one key, and neither tokens nor keys have an id.
    assert_eq!(
        check(&named, &signed(HEADER, RFC9068)),
        (Cause::TokenSignatureWrong, true)
    );
    assert_eq!(check(&keys(), &by(&new)), (Cause::TokenKeyUnknown, true));
    // The named key is there, so that the token is forged.
    let (forger, _) = SigningKey::generate(Algorithm::EdDsa, Some("old")).unwrap();
    assert_eq!(
        check(&named, &by(&forger)),
        (Cause::TokenSignatureWrong, false)
    );
    let none = KeySet::new(&JwkSet::default());
    assert!(check(&none, &by(&new)).1);
    let late = with(RFC9068, "exp", "1799999990");
    assert!(!refused(HEADER, &late).keys_may_be_outdated());
}

#[test]
fn a1_a_claim_that_is_not_needed_refuses_no_token() {
    for (claim, value) in [
        ("scp", "\"read:orders\""),
        ("scp", "null"),
        ("scp", "{}"),
        ("azp", "null"),
        ("azp", "[]"),
        ("org_code", "null"),
    ] {
        let caller = call_with(&guard(), &with(RFC9068, claim, value), TOKEN);
        let caller = caller.unwrap_or_else(|denied| panic!("{claim} {value}: {denied}"));
        assert_eq!(
            caller.scopes().collect::<Vec<_>>(),
            ["read:orders", "list:orders"]
        );
        assert_eq!(caller.organization_code().is_some(), claim != "org_code");
    }
    let without = call_with(&guard(), &with(KINDE, "scp", "null"), TOKEN).unwrap();
    assert_eq!(without.scopes().count(), 0);
    // A list of scopes is not what the RFC says; the profile of the issuer accepts it.
    let list = with(RFC9068, "scope", r#"["read:orders"]"#);
    assert_eq!(refused(HEADER, &list).cause(), Cause::TokenClaimMalformed);
    let duende = guard().with_issuer_profile(IssuerProfile::Duende);
    assert!(call_with(&duende, &list, Requirement::scope("read:orders")).is_ok());
}

#[test]
fn a8_an_expiration_in_milliseconds_is_named() {
    let guard = guard().with_max_lifetime_seconds(86_400);
    assert!(call_with(&guard, RFC9068, TOKEN).is_ok());
    assert!(call_with(&guard, &with(RFC9068, "exp", "1800086400"), TOKEN).is_ok());
    let longer = call_with(&guard, &with(RFC9068, "exp", "1800086401"), TOKEN).unwrap_err();
    assert_eq!(
        longer.to_string(),
        "token-claim-malformed: the token is valid until 1800086401, longer than the maximum of 86400 seconds"
    );
    let milliseconds =
        call_with(&guard, &with(RFC9068, "exp", "1800003600000"), TOKEN).unwrap_err();
    assert!(
        milliseconds
            .to_string()
            .ends_with("in milliseconds instead of seconds"),
        "{milliseconds}"
    );
    assert_eq!(milliseconds.client_id(), Some("job"));
    assert!(call_with(&guard, &with(RFC9068, "exp", "18446744073709551615"), TOKEN).is_err());
}

#[test]
fn a10_the_evidence_names_the_scheme_that_came_and_never_the_credential() {
    let token = signed(HEADER, RFC9068);
    for (prefix, text) in [
        (
            "JWT ",
            "the Authorization header has the scheme JWT instead of Bearer",
        ),
        (
            "token ",
            "the Authorization header has the scheme Token instead of Bearer",
        ),
        (
            "Bearer%20",
            "in the Authorization header, Bearer is not followed by a space",
        ),
        ("", "the Authorization header has no scheme"),
        (
            "hunter2 ",
            "the Authorization header has an unknown scheme of 7 bytes",
        ),
    ] {
        let denied = call(&guard(), &format!("{prefix}{token}"), TOKEN).unwrap_err();
        assert_eq!(
            (denied.cause(), denied.status()),
            (Cause::TokenMissing, 401)
        );
        assert!(matches!(denied.evidence(), Evidence::Scheme(_)));
        let line = denied.to_string();
        assert!(
            line.starts_with(&format!("token-missing: {text}")),
            "{line}"
        );
        assert!(
            !line.contains(&token[..8]) && !line.contains("hunter2"),
            "{line}"
        );
        assert_eq!(denied.challenge(None).as_deref(), Some("Bearer"));
    }
    let authorization: [&[u8]; 0] = [];
    let none = guard().check(
        &Call::new(&authorization, None),
        &keys(),
        TOKEN,
        UnixTime::from_seconds(NOW),
    );
    assert_eq!(none.unwrap_err().to_string(), "token-missing");
}

#[test]
fn e1_e2_a_caller_has_every_claim_of_the_token() {
    let claims = with(RFC9068, "tid", r#""t\u00e9\/1""#);
    let claims = with(&claims, "roles", r#"["reader","wr\u0069ter"]"#);
    let claims = with(&claims, "level", "3");
    let claims = with(&claims, "ratio", "-1.5");
    let claims = with(&claims, "feature_flags", r#"{"beta":{"t":"b","v":true}}"#);
    let caller = call_with(&guard(), &claims, TOKEN).unwrap();
    let claim = |name| caller.claim(name);
    assert_eq!(claim("tid").unwrap().as_str().as_deref(), Some("té/1"));
    assert_eq!(
        claim("roles").unwrap().as_strings().unwrap(),
        ["reader", "writer"]
    );
    assert_eq!(claim("level").unwrap().as_u64(), Some(3));
    assert_eq!(claim("level").unwrap().as_i64(), Some(3));
    assert_eq!(
        (
            claim("ratio").unwrap().as_u64(),
            claim("ratio").unwrap().as_f64()
        ),
        (None, Some(-1.5))
    );
    let flags = claim("feature_flags")
        .and_then(|flags| flags.as_object())
        .unwrap();
    let beta = flags.get("beta").and_then(|beta| beta.as_object()).unwrap();
    assert_eq!(beta.get("v").and_then(|value| value.as_bool()), Some(true));
    assert!(claim("absent").is_none());
    assert_eq!(claim("level").unwrap().as_str(), None);
    assert_eq!(caller.claims().as_str(), claims);
}

#[test]
fn e5_e6_the_guard_is_used_without_other_crates() {
    let seconds = std::time::Duration::from_millis(1_800_000_000_999);
    let now = UnixTime::from(std::time::UNIX_EPOCH + seconds);
    assert_eq!(now.as_seconds(), NOW);
    let denied = guard().deny(Cause::TokenRevoked);
    let entry: &m2m_guard::Entry = denied.cause().entry();
    assert_eq!(entry.id, "token-revoked");
    assert_eq!(
        denied.error_code(),
        Some(m2m_guard::ErrorCode::InvalidToken)
    );
    let _ = guard().with_profile(m2m_guard::Profile::Rfc);
}
