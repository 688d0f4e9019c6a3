//! Known attacks on other implementations: claims. Each token here is signed with the right key, so that only the claims cause the refusal.

#[path = "support/good_token.rs"]
mod good_token;
#[path = "support/keys.rs"]
mod keys;

use good_token::{CLAIMS, HEADER, NOW, check, expectations, forge, outcome};
use keys::{keys_of, signing_key};
use m2m_jwt::{
    Algorithm, Cause, Claim, Expectations, InvalidJson, InvalidToken, Leeway, Limits, UnixTime,
    Unverified, base64url, verify,
};

fn check_claims(claims: &str, expected: InvalidToken) {
    check(HEADER, claims, Err(expected));
}

/// Returns the good claims with one replaced.
fn with(claim: &str, value: &str) -> String {
    let mut claims: serde_json::Map<_, _> =
        serde_json::from_str(CLAIMS).expect("the claims are JSON");
    claims.remove(claim);
    let rest = serde_json::to_string(&claims).expect("the claims are JSON");
    format!(
        "{{\"{claim}\":{value},{}",
        rest.strip_prefix('{').expect("the claims are an object")
    )
}

#[test]
fn x3_r15_a_token_without_a_required_claim_is_refused() {
    for claim in Claim::RFC9068 {
        let mut claims: serde_json::Map<_, _> = serde_json::from_str(CLAIMS).unwrap();
        claims
            .remove(claim.as_str())
            .expect("the good token has it");
        check_claims(
            &serde_json::to_string(&claims).unwrap(),
            InvalidToken::ClaimMissing(*claim),
        );
    }
}

#[test]
fn x3_r15_times_of_the_wrong_type_are_refused() {
    for (name, claim) in [
        ("exp", Claim::ExpiresAt),
        ("iat", Claim::IssuedAt),
        ("nbf", Claim::NotBefore),
    ] {
        for value in [
            "\"1800003600\"",
            "1e400",
            "[1800003600]",
            "null",
            "-1",
            "true",
            "{}",
            "18446744073709551616",
        ] {
            check_claims(&with(name, value), InvalidToken::ClaimMalformed(claim));
        }
    }
    for value in ["NaN", "Infinity", "0x10", "+1", "01", "1."] {
        let refused = {
            let key = signing_key(Algorithm::EdDsa);
            outcome(forge(HEADER, with("exp", value), &key), &keys_of(&key))
        };
        assert!(
            matches!(
                refused,
                Err(InvalidToken::Claims(InvalidJson::Syntax { .. }))
            ),
            "{value}: {refused:?}"
        );
    }
}

#[test]
fn x3_decimals_are_accepted_and_never_extend_a_token() {
    check(HEADER, &with("exp", "1800000001.5"), Ok(()));
    check(HEADER, &with("exp", "1.800003600e9"), Ok(()));
    check_claims(
        &with("exp", "1800000000.9"),
        InvalidToken::Expired {
            expired_at: UnixTime::from_seconds(NOW),
        },
    );
    check_claims(
        &with("nbf", "1800000011.1"),
        InvalidToken::NotYetValid {
            not_before: UnixTime::from_seconds(NOW + 11),
        },
    );
    check_claims(
        &with("iat", "1800000011.1"),
        InvalidToken::IssuedInFuture {
            issued_at: UnixTime::from_seconds(NOW + 11),
        },
    );
}

#[test]
fn f2_a_time_with_a_fraction_is_reached_in_the_second_that_contains_it() {
    let key = signing_key(Algorithm::EdDsa);
    let expectations = Expectations {
        leeway: Leeway::NONE,
        ..expectations()
    };
    let times = |name: &str, value: &str, now: u64| {
        let token = forge(HEADER, with(name, value), &key);
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let now = UnixTime::from_seconds(now);
        let verified = verify(&unverified, &keys_of(&key), &expectations, now);
        verified.map(drop).map_err(|error| error.cause())
    };
    for value in ["1800000000.000001", "1800000000.999999", "18000000005e-1"] {
        assert_eq!(times("iat", value, NOW), Ok(()), "{value}");
        assert_eq!(times("nbf", value, NOW), Ok(()), "{value}");
        let early = times("iat", value, NOW - 1);
        assert_eq!(early, Err(Cause::TokenIssuedInFuture), "{value}");
        // The good token is issued at this second itself.
        let early = times("nbf", value, NOW - 1);
        assert_eq!(early, Err(Cause::TokenNotYetValid), "{value}");
        let late = times("exp", value, NOW);
        assert_eq!(late, Err(Cause::TokenExpired), "{value}");
    }
}

#[test]
fn r15_a_token_is_refused_exactly_from_its_expiration_on() {
    let key = signing_key(Algorithm::EdDsa);
    let token = forge(HEADER, CLAIMS, &key);
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    let end = NOW + 3600;
    let expired = Err(InvalidToken::Expired {
        expired_at: UnixTime::from_seconds(end),
    });
    let future = Err(InvalidToken::IssuedInFuture {
        issued_at: UnixTime::from_seconds(NOW),
    });
    for (leeway, now, expected) in [
        (0, NOW - 1, future),
        (0, NOW, Ok(())),
        (0, end - 1, Ok(())),
        (0, end, expired),
        (0, u64::MAX, expired),
        (0, 0, future),
        (60, NOW - 61, future),
        (60, NOW - 60, Ok(())),
        (10, NOW - 11, future),
        (10, NOW - 10, Ok(())),
        (10, end - 1, Ok(())),
        (10, end, expired),
        (60, end - 1, Ok(())),
        (60, end, expired),
    ] {
        let expectations = Expectations {
            leeway: Leeway::from_seconds(leeway).unwrap(),
            ..expectations()
        };
        let read = verify(
            &unverified,
            &keys_of(&key),
            &expectations,
            UnixTime::from_seconds(now),
        )
        .map(|_| ());
        assert_eq!(read, expected, "leeway {leeway}, now {now}");
    }
}

#[test]
fn r15_x27_times_may_lie_ten_seconds_ahead_by_default() {
    check(HEADER, &with("nbf", "1800000010"), Ok(()));
    check(HEADER, &with("iat", "1800000010"), Ok(()));
    let ahead = UnixTime::from_seconds(NOW + 11);
    check_claims(
        &with("nbf", "1800000011"),
        InvalidToken::NotYetValid { not_before: ahead },
    );
    check_claims(
        &with("iat", "1800000011"),
        InvalidToken::IssuedInFuture { issued_at: ahead },
    );
}

#[test]
fn x4_r16_duplicate_members_are_refused_at_any_depth() {
    let duplicate = |offset| InvalidJson::DuplicateMember { offset };
    check(
        r#"{"alg":"EdDSA","typ":"at+jwt","alg":"none"}"#,
        CLAIMS,
        Err(InvalidToken::Header(duplicate(30))),
    );
    check(
        r#"{"alg":"EdDSA","typ":"at+jwt","\u0061lg":"none"}"#,
        CLAIMS,
        Err(InvalidToken::Header(duplicate(30))),
    );
    check(
        r#"{"alg":"EdDSA","typ":"at+jwt","x":{"a":1,"a":2}}"#,
        CLAIMS,
        Err(InvalidToken::Header(duplicate(41))),
    );
    let twice = with("iss", "\"https://attacker.example\"").replacen(
        ",\"jti\"",
        ",\"iss\":\"https://as.example\",\"jti\"",
        1,
    );
    let offset = twice.rfind("\"iss\"").unwrap();
    check_claims(&twice, InvalidToken::Claims(duplicate(offset)));
    let deep = with("x", r#"[{"y":{"z":1,"\u007a":2}}]"#);
    check_claims(&deep, InvalidToken::Claims(duplicate(18)));
}

#[test]
fn x4_r16_a_token_that_is_not_utf_8_is_refused() {
    let key = signing_key(Algorithm::EdDsa);
    let keys = keys_of(&key);
    let claims = [
        CLAIMS.strip_suffix('}').unwrap().as_bytes(),
        b",\"x\":\"\xff\"}",
    ]
    .concat();
    assert_eq!(
        outcome(forge(HEADER, claims, &key), &keys),
        Err(InvalidToken::Claims(InvalidJson::NotUtf8))
    );
    let header = [
        HEADER.strip_suffix('}').unwrap().as_bytes(),
        b",\"x\":\"\xed\xa0\x80\"}",
    ]
    .concat();
    assert_eq!(
        outcome(forge(header, CLAIMS, &key), &keys),
        Err(InvalidToken::Header(InvalidJson::NotUtf8))
    );
}

#[test]
fn r16_claims_that_are_not_an_object_are_refused() {
    for claims in ["", "null", "[]", "\"a\"", "1"] {
        check_claims(claims, InvalidToken::Claims(InvalidJson::NotAnObject));
    }
    let deep = with("x", &format!("{}{}", "[".repeat(4000), "]".repeat(4000)));
    check_claims(
        &deep,
        InvalidToken::Claims(InvalidJson::TooDeep { offset: 20 }),
    );
}

#[test]
fn x6_r10_an_audience_is_compared_exactly() {
    for value in [
        r#""https://orders.example/api/""#,
        r#""https://orders.example/ap""#,
        r#""https://orders.example""#,
        r#""HTTPS://orders.example/api""#,
        r#""https://orders.example/API""#,
        r#""https://orders.example/api ""#,
        r#""https://orders.example/api https://b.example""#,
        r#""""#,
        "[]",
        r#"["https://orders.example/api/x","https://b.example"]"#,
        r#""https://orders.example/%61pi""#,
    ] {
        check_claims(&with("aud", value), InvalidToken::AudienceMismatch);
    }
    check(
        HEADER,
        &with(
            "aud",
            r#"["https://b.example","https://orders.example/api"]"#,
        ),
        Ok(()),
    );
    check(
        HEADER,
        &with("aud", r#""https:\/\/orders.example\/api""#),
        Ok(()),
    );
}

#[test]
fn x6_r10_without_an_expected_audience_nothing_is_accepted() {
    let key = signing_key(Algorithm::EdDsa);
    let token = forge(HEADER, CLAIMS, &key);
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    let refused = |expectations: &Expectations<'_>| {
        verify(
            &unverified,
            &keys_of(&key),
            expectations,
            UnixTime::from_seconds(NOW),
        )
        .map(|_| ())
        .unwrap_err()
    };
    assert_eq!(
        refused(&Expectations {
            audiences: &[],
            ..expectations()
        }),
        InvalidToken::AudienceMismatch
    );
    assert_eq!(
        refused(&Expectations {
            algorithms: &[],
            ..expectations()
        }),
        InvalidToken::AlgorithmUnexpected
    );
    assert_eq!(
        refused(&Expectations {
            token_types: &[],
            ..expectations()
        }),
        InvalidToken::TypeMismatch
    );
    // A missing `aud` is refused even if the expectations do not require it.
    let without: String = with("aud", "0").replacen("\"aud\":0,", "", 1);
    let token = forge(HEADER, without, &key);
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    let lax = Expectations {
        required_claims: &[],
        ..expectations()
    };
    let refused = verify(
        &unverified,
        &keys_of(&key),
        &lax,
        UnixTime::from_seconds(NOW),
    )
    .map(|_| ());
    assert_eq!(refused, Err(InvalidToken::ClaimMissing(Claim::Audience)));
}

#[test]
fn r9_the_issuer_is_compared_exactly() {
    for value in [
        r#""https://as.example/""#,
        r#""https://AS.example""#,
        r#""http://as.example""#,
        r#""https://as.example.attacker.example""#,
        r#""""#,
    ] {
        check_claims(&with("iss", value), InvalidToken::IssuerMismatch);
    }
}

#[test]
fn r4_a_signature_over_other_claims_is_refused() {
    let key = signing_key(Algorithm::EdDsa);
    let token = forge(HEADER, CLAIMS, &key);
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = input.split_once('.').unwrap();
    let swapped = format!(
        "{header}.{}.{signature}",
        base64url::encode(with("scope", "\"admin\""))
    );
    assert_eq!(
        outcome(swapped, &keys_of(&key)),
        Err(InvalidToken::Signature)
    );
}
