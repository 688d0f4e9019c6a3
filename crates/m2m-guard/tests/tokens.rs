//! The tokens that the guard accepts and refuses. The tests of `m2m-jwt` contain the attacks on tokens; the tests here show that the guard
//! passes each token to it, and answers 401 `invalid_token`.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/issuer.rs"]
mod issuer;

use calls::{KINDE, call, call_with, with};
use issuer::{AUDIENCE, HEADER, ISSUER, NOW, RFC9068, guard, key, keys, signed};
use m2m_errors::{Cause, ErrorCode};
use m2m_guard::{Call, Guard, Requirement};
use m2m_jwt::{
    Algorithm, JwkSet, KeySet, Leeway, MacAlgorithm, MacKey, SigningKey, UnixTime, VerificationKey,
    base64url, sign_access_token,
};

const TOKEN: Requirement<'static> = Requirement::token();

#[track_caller]
fn check_token(guard: &Guard, token: &str, expected: Result<(), Cause>) {
    let outcome = call(guard, &format!("Bearer {token}"), TOKEN);
    if let Err(denied) = &outcome {
        assert_eq!(
            (denied.status(), denied.error_code()),
            (401, Some(ErrorCode::InvalidToken))
        );
        let text = format!("{denied} {denied:?} {:?}", denied.challenge(None));
        assert!(token.len() < 20 || !text.contains(&token[..20]), "{text}");
    }
    let outcome = outcome.map(|_| ()).map_err(|denied| denied.cause());
    assert_eq!(outcome, expected, "{token}");
}

#[track_caller]
fn check_header(header: &str, cause: Cause) {
    check_token(&guard(), &signed(header, RFC9068), Err(cause));
}

#[track_caller]
fn check_claims(claims: &str, expected: Result<(), Cause>) {
    check_token(&guard(), &signed(HEADER, claims), expected);
}

#[test]
fn r1_both_claim_sets_are_accepted() {
    let caller = call_with(&guard(), RFC9068, Requirement::scope("list:orders")).unwrap();
    assert_eq!((caller.client_id(), caller.subject()), ("job", Some("job")));
    assert_eq!(
        (caller.jwt_id(), caller.organization_code()),
        ("1", Some("org_acme"))
    );
    assert_eq!(caller.audiences().collect::<Vec<_>>(), [AUDIENCE]);
    assert_eq!(
        caller.scopes().collect::<Vec<_>>(),
        ["read:orders", "list:orders"]
    );
    assert_eq!(caller.issued_at().as_seconds(), NOW);
    assert_eq!(caller.expires_at().as_seconds(), NOW + 3600);
    let caller = call_with(&guard(), KINDE, Requirement::scope("list:orders")).unwrap();
    assert_eq!((caller.client_id(), caller.subject()), ("job", None));
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR "] {
        let header = format!("{scheme} {}", signed(HEADER, RFC9068));
        assert!(call(&guard(), &header, TOKEN).is_ok(), "{scheme}");
    }
    let user = call_with(&guard(), &with(KINDE, "sub", "\"svc\""), TOKEN).unwrap();
    assert_eq!((user.client_id(), user.subject()), ("job", Some("svc")));
}

#[test]
fn r11_every_expected_algorithm_is_accepted() {
    let now = UnixTime::from_seconds(NOW);
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let (key, _) = SigningKey::generate(algorithm, None).unwrap();
        let keys = KeySet::from(VerificationKey::new(key.public_jwk()).unwrap());
        for claims in [RFC9068, KINDE] {
            let token = sign_access_token(claims.as_bytes(), &key).unwrap();
            let header = format!("Bearer {token}");
            let authorization: [&[u8]; 1] = [header.as_bytes()];
            let call = Call::new(&authorization, None);
            let required = Requirement::scope("read:orders");
            assert!(guard().check(&call, &keys, required, now).is_ok());
            let narrow = guard().with_algorithms(&[Algorithm::Rs256]);
            let denied = narrow.check(&call, &keys, required, now).unwrap_err();
            assert_eq!(denied.cause(), Cause::TokenAlgorithmWrong);
            assert_eq!(denied.client_id(), None, "the signature was not verified");
        }
    }
}

#[test]
fn x1_r11_the_token_does_not_choose_the_algorithm() {
    for algorithm in [
        "none", "None", "NONE", "nOnE", "none ", "", "HS256", "ES256", "RS256", "PS256", "eddsa",
        "EdDSA ", "\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt"}}"#);
        check_header(&header, Cause::TokenAlgorithmWrong);
        // Without a signature, as `none` has it.
        let (input, _) = split(&signed(&header, RFC9068));
        check_token(
            &guard(),
            &format!("{input}."),
            Err(Cause::TokenAlgorithmWrong),
        );
    }
    for value in ["null", "1", "[\"EdDSA\"]", "{}"] {
        let header = format!(r#"{{"alg":{value},"typ":"at+jwt"}}"#);
        check_header(&header, Cause::TokenMalformed);
    }
    check_header(r#"{"typ":"at+jwt"}"#, Cause::TokenMalformed);
}

/// The public key as a secret, in each of its forms.
#[test]
fn x1_r11_a_public_key_is_not_a_secret() {
    let jwk = key().public_jwk().to_json();
    let x = jwk.split("\"x\":\"").nth(1).unwrap();
    let x = base64url::decode(x.split('"').next().unwrap()).unwrap();
    let der = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &x].concat();
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    assert!(
        VerificationKey::from_spki_pem(None, None, pem).is_ok()
            && VerificationKey::from_spki_der(None, None, &der).is_ok()
    );
    for secret in [
        jwk.as_bytes(),
        pem.as_bytes(),
        pem.trim_end().as_bytes(),
        &der,
        &x,
    ] {
        let mac = MacKey::new(MacAlgorithm::Hs256, None, secret).unwrap();
        let forged = mac.sign(Some("at+jwt"), RFC9068.as_bytes()).unwrap();
        check_token(&guard(), &forged, Err(Cause::TokenAlgorithmWrong));
        // The same signature in the name of the key's own algorithm.
        let (_, signature) = split(&forged);
        let (input, _) = split(&signed(HEADER, RFC9068));
        let renamed = format!("{input}.{signature}");
        check_token(&guard(), &renamed, Err(Cause::TokenSignatureWrong));
    }
}

#[test]
fn x2_r12_r13_no_key_comes_from_the_token() {
    let (own, _) = SigningKey::generate(Algorithm::EdDsa, Some("../../etc/passwd")).unwrap();
    let jwk = own.public_jwk().to_json();
    for header in [
        format!(r#"{{"alg":"EdDSA","typ":"at+jwt","jwk":{jwk}}}"#),
        r#"{"alg":"EdDSA","typ":"at+jwt","jku":"https://evil.example/jwks"}"#.to_owned(),
        r#"{"alg":"EdDSA","typ":"at+jwt","x5c":["AA"],"x5u":"https://evil.example"}"#.to_owned(),
    ] {
        // Signed by the issuer, to show that the header does not matter, and by an attacker.
        check_token(&guard(), &signed(&header, RFC9068), Ok(()));
        let (input, _) = split(&signed(&header, RFC9068));
        let mut signature = m2m_jwt::Signature::new();
        m2m_jwt::Signer::sign(&own, input.as_bytes(), &mut signature).unwrap();
        let token = format!("{input}.{}", base64url::encode(signature.as_bytes()));
        check_token(&guard(), &token, Err(Cause::TokenSignatureWrong));
    }
}

#[test]
fn x2_r13_a_key_id_is_compared_and_neither_used_nor_logged() {
    let (thousand, million) = ("k".repeat(1000), "k".repeat(1024 * 1024));
    for (kid, cause) in [
        ("../../etc/passwd", Cause::TokenKeyUnknown),
        ("' OR 1=1 --", Cause::TokenKeyUnknown),
        ("https://evil.example/jwks", Cause::TokenKeyUnknown),
        ("a\\u000d\\u000aset-cookie: a", Cause::TokenKeyUnknown),
        (&thousand, Cause::TokenMalformed),
        (&million, Cause::TokenTooLong),
    ] {
        let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#);
        let named = KeySet::from(VerificationKey::new(named_key().public_jwk()).unwrap());
        let token = format!("Bearer {}", signed(&header, RFC9068));
        let authorization: [&[u8]; 1] = [token.as_bytes()];
        let call = Call::new(&authorization, None);
        let denied = guard().check(&call, &named, TOKEN, UnixTime::from_seconds(NOW));
        let denied = denied.unwrap_err();
        assert_eq!((denied.cause(), denied.status()), (cause, 401));
        let text = format!("{denied} {denied:?} {:?}", denied.challenge(None));
        assert!(!text.contains(&kid[..8]), "{text}");
    }
}

/// A key with an id, so that tokens have to name it.
fn named_key() -> SigningKey {
    let (key, _) =
        SigningKey::generate(Algorithm::EdDsa, Some("1")).expect("there are random numbers");
    key
}

/// Returns the signed part of a token, and its signature.
fn split(token: &str) -> (String, String) {
    let (input, signature) = token.rsplit_once('.').expect("it is a token");
    (input.to_owned(), signature.to_owned())
}

#[test]
fn f15_a_token_that_too_many_keys_match_is_refused_for_that_reason() {
    let now = UnixTime::from_seconds(NOW);
    let signers: Vec<SigningKey> = (0..9)
        .map(|n| {
            SigningKey::generate(Algorithm::EdDsa, Some(&format!("k{n}")))
                .unwrap()
                .0
        })
        .collect();
    let keys: JwkSet = signers.iter().map(|key| key.public_jwk().clone()).collect();
    let keys = KeySet::new(&keys);
    let check = |signer: &SigningKey, kid: &str| {
        let input = format!(
            "{}.{}",
            base64url::encode(format!(r#"{{"alg":"EdDSA","typ":"at+jwt"{kid}}}"#)),
            base64url::encode(RFC9068)
        );
        let mut signature = m2m_jwt::Signature::new();
        m2m_jwt::Signer::sign(signer, input.as_bytes(), &mut signature).unwrap();
        let header = format!("Bearer {input}.{}", base64url::encode(signature.as_bytes()));
        let authorization: [&[u8]; 1] = [header.as_bytes()];
        let denied = guard().check(&Call::new(&authorization, None), &keys, TOKEN, now);
        denied.map(|_| ()).map_err(|denied| denied.cause())
    };
    assert_eq!(check(&signers[7], ""), Ok(()));
    assert_eq!(check(&signers[8], ""), Err(Cause::TokenKeyAmbiguous));
    assert_eq!(check(&signers[8], r#","kid":"k8""#), Ok(()));
    assert_eq!(
        check(&signers[8], r#","kid":"k7""#),
        Err(Cause::TokenSignatureWrong)
    );
}

#[test]
fn x3_r15_a_token_without_a_required_claim_is_refused() {
    for (claims, names) in [
        (
            RFC9068,
            &["iss", "sub", "client_id", "aud", "exp", "iat", "jti"][..],
        ),
        (KINDE, &["iss", "azp", "aud", "exp", "iat", "jti"]),
    ] {
        check_claims(claims, Ok(()));
        for name in names {
            check_claims(&with(claims, name, ""), Err(Cause::TokenClaimMissing));
        }
    }
    // A token with a client_id has the claim set of RFC 9068, whatever other claims it has.
    check_claims(
        &with(KINDE, "client_id", "\"job\""),
        Err(Cause::TokenClaimMissing),
    );
}

#[test]
fn x3_r15_claims_of_the_wrong_type_are_refused() {
    for (claim, value) in [
        ("exp", "\"1800003600\""),
        ("exp", "1e400"),
        ("exp", "null"),
        ("exp", "-1"),
        ("exp", "-0.5"),
        ("exp", "[1800003600]"),
        ("exp", "{}"),
        ("exp", "true"),
        ("nbf", "1e400"),
        ("iat", "\"1800000000\""),
        ("iat", "-1"),
        ("iss", "[\"https://as.example\"]"),
        ("sub", "1"),
        ("jti", "1"),
        ("scope", "[\"read:orders\"]"),
        ("nbf", "\"0\""),
        ("iat", "[]"),
        ("aud", "{}"),
        ("org_code", "1"),
        ("client_id", "[\"job\"]"),
    ] {
        check_claims(
            &with(RFC9068, claim, value),
            Err(Cause::TokenClaimMalformed),
        );
    }
    // Where there is no `scope`, `scp` decides.
    for scp in ["\"read:orders\"", "1", "[1]", "{}"] {
        check_claims(&with(KINDE, "scp", scp), Err(Cause::TokenClaimMalformed));
    }
}

/// Fractions of a second are cut off, as those of the verifier's clock are.
#[test]
fn x3_r15_finite_decimals_are_times() {
    let expired = Err(Cause::TokenExpired);
    for (claim, value, expected) in [
        ("exp", "1800000001.9", Ok(())),
        ("exp", "1800000000.9", expired),
        ("exp", "18.000000009e8", expired),
        ("exp", "18.000000019e8", Ok(())),
        ("nbf", "1800000010.9", Ok(())),
        ("nbf", "1800000011.1", Err(Cause::TokenNotYetValid)),
        ("iat", "1800000010.9", Ok(())),
        ("iat", "1800000011.1", Err(Cause::TokenIssuedInFuture)),
    ] {
        check_claims(&with(RFC9068, claim, value), expected);
    }
}

#[test]
fn x4_r14_r16_an_ambiguous_token_is_refused() {
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","crit":["x"],"x":1}"#,
        Cause::TokenCriticalHeader,
    );
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","b64":false}"#,
        Cause::TokenCriticalHeader,
    );
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","zip":"DEF"}"#,
        Cause::TokenCriticalHeader,
    );
    check_header(
        r#"{"alg":"EdDSA","alg":"EdDSA","typ":"at+jwt"}"#,
        Cause::TokenMalformed,
    );
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","x":[{"y":{"a":1,"\u0061":1}}]}"#,
        Cause::TokenMalformed,
    );
    for twice in [
        r#""x":{"a":1,"a":1}"#,
        r#""x":[[{"y":{"a":1,"\u0061":2}}]]"#,
        r#""iss":"https://as.example""#,
        r#""\u0069ss":"https://as.example""#,
        r#""scope":"admin:orders""#,
    ] {
        let twice = RFC9068.replace("{\"iss\"", &format!("{{{twice},\"iss\""));
        check_claims(&twice, Err(Cause::TokenClaimMalformed));
    }
    let mut header = br#"{"alg":"EdDSA","typ":"at+jwt","x":" "}"#.to_vec();
    let space = header.iter().position(|byte| *byte == b' ').unwrap();
    header[space] = 0xFF;
    let header = base64url::encode(&header);
    let (_, payload) = split(&split(&signed(HEADER, RFC9068)).0);
    let forged = format!("{header}.{payload}.{}", "A".repeat(86));
    check_token(&guard(), &forged, Err(Cause::TokenMalformed));
    let mut claims = RFC9068.as_bytes().to_vec();
    claims.splice(8..9, [0xFF]);
    check_token(
        &guard(),
        &signed(HEADER, claims),
        Err(Cause::TokenClaimMalformed),
    );
    let long = with(RFC9068, "x", &format!("\"{}\"", "x".repeat(16 * 1024)));
    check_claims(&long, Err(Cause::TokenTooLong));
}

#[test]
fn x6_r10_the_audience_is_compared_exactly() {
    for audience in [
        "\"https://orders.example/api/\"",
        "\"https://orders.example/ap\"",
        "\"https://ORDERS.example/api\"",
        "\"https://orders.example/api/v2\"",
        "\"https://orders.example/API\"",
        "\"orders.example/api\"",
        "\" https://orders.example/api\"",
        "\"https://orders.example/%61pi\"",
        "[\"https://orders.example/\",\"api\"]",
        "\"\"",
        "[]",
    ] {
        check_claims(
            &with(RFC9068, "aud", audience),
            Err(Cause::AudienceMismatch),
        );
    }
    check_claims(&with(RFC9068, "aud", ""), Err(Cause::TokenClaimMissing));
    check_token(
        &Guard::new(ISSUER, &[]),
        &signed(HEADER, RFC9068),
        Err(Cause::AudienceMismatch),
    );
    let with_slash = Guard::new(ISSUER, &["https://orders.example/api/"]);
    check_token(
        &with_slash,
        &signed(HEADER, RFC9068),
        Err(Cause::AudienceMismatch),
    );
    let several = Guard::new(ISSUER, &["https://other.example", AUDIENCE]);
    check_token(&several, &signed(HEADER, RFC9068), Ok(()));
}

#[test]
fn r9_the_issuer_is_compared_byte_for_byte() {
    for issuer in [
        "https://as.example/",
        "http://as.example",
        "https://AS.example",
        "",
    ] {
        check_claims(
            &with(RFC9068, "iss", &format!("\"{issuer}\"")),
            Err(Cause::IssuerMismatch),
        );
    }
    let denied = call_with(
        &guard(),
        &with(RFC9068, "iss", "\"https://b.example\""),
        TOKEN,
    )
    .unwrap_err();
    assert_eq!(
        denied.to_string(),
        r#"issuer-mismatch: the token is from "https://b.example" instead of "https://as.example""#
    );
}

#[test]
fn r8_r17_only_an_access_token_is_accepted() {
    for header in [
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","typ":"JWT"}"#,
        r#"{"alg":"EdDSA","typ":"id_token+jwt"}"#,
        r#"{"alg":"EdDSA","typ":"client-authentication+jwt"}"#,
        r#"{"alg":"EdDSA","typ":"logout+jwt"}"#,
    ] {
        check_header(header, Cause::TokenTypeWrong);
    }
    // An ID token and a client assertion in the name of an access token, which no issuer writes: they lack its claims.
    for claims in [
        r#"{"iss":"https://as.example","sub":"u","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"nonce":"n"}"#,
        r#"{"iss":"job","sub":"job","aud":"https://as.example","exp":1800000060,"iat":1800000000,"jti":"1"}"#,
    ] {
        check_claims(claims, Err(Cause::TokenClaimMissing));
    }
    check_token(
        &guard(),
        &signed(r#"{"alg":"EdDSA","typ":"application/at+jwt"}"#, RFC9068),
        Ok(()),
    );
}

#[test]
fn r15_x27_a_token_expires_at_its_second_regardless_of_the_leeway() {
    let header = format!("Bearer {}", signed(HEADER, RFC9068));
    let authorization: [&[u8]; 1] = [header.as_bytes()];
    let call = Call::new(&authorization, None);
    let end = NOW + 3600;
    for leeway in [Leeway::NONE, Leeway::DEFAULT, Leeway::MAX] {
        let guard = guard().with_leeway(leeway);
        let at = |seconds| guard.check(&call, &keys(), TOKEN, UnixTime::from_seconds(seconds));
        assert!(at(end - 1).is_ok());
        assert_eq!(at(end).unwrap_err().cause(), Cause::TokenExpired);
        let earliest = NOW - leeway.as_seconds();
        assert!(at(earliest).is_ok());
        assert_eq!(
            at(earliest - 1).unwrap_err().cause(),
            Cause::TokenIssuedInFuture
        );
    }
}

#[test]
fn r15_x27_times_may_lie_ten_seconds_ahead_by_default() {
    check_claims(&with(RFC9068, "nbf", "1800000010"), Ok(()));
    check_claims(&with(RFC9068, "iat", "1800000010"), Ok(()));
    check_claims(
        &with(RFC9068, "nbf", "1800000011"),
        Err(Cause::TokenNotYetValid),
    );
    check_claims(
        &with(RFC9068, "iat", "1800000011"),
        Err(Cause::TokenIssuedInFuture),
    );
}

#[test]
fn r18_r19_a_bound_token_is_not_a_bearer_token() {
    for confirmation in [r#"{"jkt":"x"}"#, r#"{"x5t#S256":"x"}"#, "{}", "null"] {
        for claims in [RFC9068, KINDE] {
            check_claims(&with(claims, "cnf", confirmation), Err(Cause::TokenBound));
        }
    }
}

#[test]
fn a_list_element_that_is_not_a_scope_grants_nothing() {
    let claims = with(
        KINDE,
        "scp",
        r#"["read:orders write:orders","","list:orders"]"#,
    );
    let caller = call_with(&guard(), &claims, TOKEN).unwrap();
    assert_eq!(caller.scopes().collect::<Vec<_>>(), ["list:orders"]);
    for needed in [
        "",
        "read:orders",
        "write:orders",
        "read:orders write:orders",
    ] {
        assert!(
            call_with(&guard(), &claims, Requirement::scope(needed)).is_err(),
            "{needed}"
        );
    }
}

#[test]
fn the_scope_claim_takes_precedence_over_the_list() {
    let claims = with(KINDE, "scope", "\"read:orders\"");
    let caller = call_with(&guard(), &claims, TOKEN).unwrap();
    assert_eq!(caller.scopes().collect::<Vec<_>>(), ["read:orders"]);
}
