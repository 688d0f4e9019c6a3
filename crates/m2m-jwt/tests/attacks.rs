//! What others have been fooled with. Each token here but for the first is one that somebody signed with the right key,
//! unless its test says otherwise, so that nothing but the attack itself gets it refused.

#[path = "support/keys.rs"]
mod keys;

use keys::{keys_of, pem, signing_key};
use m2m_jwt::{
    Algorithm, Claim, Expectations, InvalidJson, InvalidToken, KeySet, Leeway, Limits,
    MacAlgorithm, MacKey, Signature, Signer as _, SigningKey, UnixTime, Unverified,
    VerificationKey, base64url, verify, verify_mac, verify_mac_signature, verify_signature,
};

const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";
const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt"}"#;
const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"job","client_id":"job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"1","scope":"read"}"#;

fn expectations() -> Expectations<'static> {
    Expectations::access_token(
        ISSUER,
        &[AUDIENCE],
        &[Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
    )
}

/// Signs what nobody should sign.
fn forge(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, key: &SigningKey) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(payload)
    );
    let mut signature = Signature::new();
    key.sign(input.as_bytes(), &mut signature)
        .expect("the test keys sign");
    format!("{input}.{}", base64url::encode(signature.as_bytes()))
}

fn outcome(token: impl AsRef<[u8]>, keys: &KeySet) -> Result<(), InvalidToken> {
    let unverified = Unverified::parse(token.as_ref(), &Limits::DEFAULT)?;
    verify(
        &unverified,
        keys,
        &expectations(),
        UnixTime::from_seconds(NOW),
    )
    .map(|_| ())
}

/// A token of the test key with this header and these claims.
fn check(header: &str, claims: &str, expected: Result<(), InvalidToken>) {
    let key = signing_key(Algorithm::EdDsa);
    assert_eq!(
        outcome(forge(header, claims, &key), &keys_of(&key)),
        expected,
        "{header} {claims}"
    );
}

fn check_header(header: &str, expected: InvalidToken) {
    check(header, CLAIMS, Err(expected));
}

fn check_claims(claims: &str, expected: InvalidToken) {
    check(HEADER, claims, Err(expected));
}

/// The good claims with one replaced.
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
fn the_good_token_is_accepted() {
    check(HEADER, CLAIMS, Ok(()));
}

#[test]
fn x1_r11_a_public_key_is_no_shared_secret() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let key = signing_key(algorithm);
        let jwk = key.public_jwk().to_json();
        // What an attacker has: the public key in any of the forms in which it is published.
        for secret in [
            jwk.as_bytes(),
            format!("{jwk}\n").as_bytes(),
            pem(algorithm).as_bytes(),
            &[7; 64],
        ] {
            for mac in MacAlgorithm::ALL {
                let forged = MacKey::new(*mac, Some(key.key_id()), secret)
                    .unwrap()
                    .sign(Some("at+jwt"), CLAIMS.as_bytes())
                    .unwrap();
                assert_eq!(
                    outcome(&forged, &keys_of(&key)),
                    Err(InvalidToken::AlgorithmUnknown)
                );
            }
        }
    }
}

#[test]
fn x1_a34_none_is_no_algorithm_in_any_spelling() {
    let keys = keys_of(&signing_key(Algorithm::EdDsa));
    for name in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " ",
        "null",
        "no\\u006ee",
        "none\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#);
        for signature in ["", "AA"] {
            let token = format!(
                "{}.{}.{signature}",
                base64url::encode(&header),
                base64url::encode(CLAIMS)
            );
            assert_eq!(
                outcome(&token, &keys),
                Err(InvalidToken::AlgorithmUnknown),
                "{header}"
            );
        }
    }
}

#[test]
fn x1_r11_the_algorithm_is_that_of_the_key_and_expected() {
    check_header(
        r#"{"alg":"ES256","typ":"at+jwt"}"#,
        InvalidToken::AlgorithmNotOfKey,
    );
    check_header(
        r#"{"alg":"RS256","typ":"at+jwt"}"#,
        InvalidToken::AlgorithmNotOfKey,
    );
    check_header(
        r#"{"alg":"ES384","typ":"at+jwt"}"#,
        InvalidToken::AlgorithmUnexpected,
    );
    check_header(
        r#"{"alg":"eddsa","typ":"at+jwt"}"#,
        InvalidToken::AlgorithmUnknown,
    );
    check_header(
        r#"{"typ":"at+jwt"}"#,
        InvalidToken::HeaderMember { member: "alg" },
    );
    check_header(
        r#"{"alg":["EdDSA"],"typ":"at+jwt"}"#,
        InvalidToken::HeaderMember { member: "alg" },
    );
    check_header(
        r#"{"alg":null,"typ":"at+jwt"}"#,
        InvalidToken::HeaderMember { member: "alg" },
    );
    // The same algorithm under its other name.
    check(r#"{"alg":"Ed25519","typ":"at+jwt"}"#, CLAIMS, Ok(()));
}

#[test]
fn x1_an_rsa_key_for_one_algorithm_verifies_no_other() {
    let signer =
        SigningKey::from_pkcs8_pem(Algorithm::Rs512, Some("1"), pem(Algorithm::Rs256)).unwrap();
    let bound = signing_key(Algorithm::Rs256);
    let token = m2m_jwt::sign(Some("at+jwt"), b"payload", &signer).unwrap();
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    let keys = KeySet::from(VerificationKey::new(&rename(&bound, "1")).unwrap());
    let refused = verify_signature(&unverified, &keys, Algorithm::ALL).map(|_| ());
    assert_eq!(refused, Err(InvalidToken::AlgorithmNotOfKey));
    // A key that names no algorithm is for all of its type, as far as they are expected.
    let mut free: serde_json::Map<_, _> =
        serde_json::from_str(&bound.public_jwk().to_json()).unwrap();
    free.remove("alg");
    free.remove("kid");
    let free = m2m_jwt::Jwk::parse(&serde_json::to_string(&free).unwrap()).unwrap();
    let keys = KeySet::from(VerificationKey::new(&free).unwrap());
    assert!(verify_signature(&unverified, &keys, &[Algorithm::Rs512]).is_ok());
    let refused = verify_signature(&unverified, &keys, &[Algorithm::Rs256]).map(|_| ());
    assert_eq!(refused, Err(InvalidToken::AlgorithmUnexpected));
}

fn rename(key: &SigningKey, key_id: &str) -> m2m_jwt::Jwk {
    m2m_jwt::Jwk::parse(&key.public_jwk().to_json().replace(key.key_id(), key_id))
        .expect("another key id leaves it a key")
}

#[test]
fn x1_a_shared_secret_is_no_key_for_another_algorithm() {
    let secret = MacKey::new(MacAlgorithm::Hs256, None, &[7; 64]).unwrap();
    let long = MacKey::new(MacAlgorithm::Hs512, None, &[7; 64]).unwrap();
    for (token, expected) in [
        (
            secret.sign(Some("at+jwt"), CLAIMS.as_bytes()).unwrap(),
            Ok(()),
        ),
        (
            long.sign(Some("at+jwt"), CLAIMS.as_bytes()).unwrap(),
            Err(InvalidToken::AlgorithmUnexpected),
        ),
        (
            forge(HEADER, CLAIMS, &signing_key(Algorithm::EdDsa)),
            Err(InvalidToken::AlgorithmUnexpected),
        ),
        (
            secret.sign(Some("JWT"), CLAIMS.as_bytes()).unwrap(),
            Err(InvalidToken::TypeMismatch),
        ),
    ] {
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let read = verify_mac(
            &unverified,
            &secret,
            &expectations(),
            UnixTime::from_seconds(NOW),
        )
        .map(|_| ());
        assert_eq!(read, expected);
        let signed = verify_mac_signature(&unverified, &secret).map(|_| ());
        assert_eq!(
            signed.is_ok(),
            matches!(expected, Ok(()) | Err(InvalidToken::TypeMismatch))
        );
    }
}

#[test]
fn x2_r12_no_key_comes_from_the_token() {
    // The attacker signs with a key of his own and sends it along.
    let (attacker, _) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let jwk = attacker.public_jwk().to_json();
    let keys = keys_of(&signing_key(Algorithm::EdDsa));
    for member in [
        format!(r#""jwk":{jwk}"#),
        r#""jku":"https://attacker.example/jwks.json""#.to_owned(),
        r#""x5u":"https://attacker.example/cert.pem""#.to_owned(),
        r#""x5c":["MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxz"]"#.to_owned(),
    ] {
        let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt",{member}}}"#);
        assert_eq!(
            outcome(forge(&header, CLAIMS, &attacker), &keys),
            Err(InvalidToken::Signature),
            "{header}"
        );
        // And where the right key has signed they do no harm.
        check(&header, CLAIMS, Ok(()));
    }
}

#[test]
fn x2_r13_a_key_id_is_opaque_and_bounded() {
    for key_id in [
        "../../../etc/passwd",
        "/dev/null",
        "' OR '1'='1",
        "1; DROP TABLE keys",
        "https://attacker.example/key",
        "\\u0000",
        "$(id)",
        "",
    ] {
        check_header(
            &format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{key_id}"}}"#),
            InvalidToken::KeyUnknown,
        );
    }
    let long = format!(
        r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{}"}}"#,
        "k".repeat(257)
    );
    check_header(&long, InvalidToken::KeyIdTooLong { limit: 256 });
    let huge = format!(
        r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{}"}}"#,
        "k".repeat(1024 * 1024)
    );
    check_header(&huge, InvalidToken::TooLong { limit: 16 * 1024 });
    for wrong in ["1", "null", "[\"1\"]", "{}"] {
        check_header(
            &format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":{wrong}}}"#),
            InvalidToken::HeaderMember { member: "kid" },
        );
    }
}

#[test]
fn x3_r15_each_claim_deleted_in_turn_is_missed() {
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
fn x3_decimals_are_legal_and_never_lengthen_a_life() {
    check(HEADER, &with("exp", "1800000001.5"), Ok(()));
    check(HEADER, &with("exp", "1.800003600e9"), Ok(()));
    check_claims(
        &with("exp", "1800000000.9"),
        InvalidToken::Expired {
            expired_at: UnixTime::from_seconds(NOW),
        },
    );
    check_claims(
        &with("nbf", "1800000000.1"),
        InvalidToken::NotYetValid {
            not_before: UnixTime::from_seconds(NOW + 1),
        },
    );
    check_claims(
        &with("iat", "1800000000.1"),
        InvalidToken::IssuedInFuture {
            issued_at: UnixTime::from_seconds(NOW + 1),
        },
    );
}

#[test]
fn r15_a_token_is_refused_exactly_from_the_second_of_its_end() {
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
        (60, end + 59, Ok(())),
        (60, end + 60, expired),
        (300, end + 299, Ok(())),
        (300, end + 300, expired),
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
fn x4_r14_an_extension_that_is_not_understood_is_refused() {
    for crit in [
        r#"["exp"]"#,
        r#"["b64"]"#,
        r#"["https://extension.example"]"#,
        "[]",
        "null",
        "true",
    ] {
        check_header(
            &format!(r#"{{"alg":"EdDSA","typ":"at+jwt","crit":{crit}}}"#),
            InvalidToken::CriticalExtension,
        );
    }
    for b64 in ["false", "null", "\"true\"", "0"] {
        check_header(
            &format!(r#"{{"alg":"EdDSA","typ":"at+jwt","b64":{b64}}}"#),
            InvalidToken::PayloadNotEncoded,
        );
    }
    check(
        r#"{"alg":"EdDSA","typ":"at+jwt","b64":true}"#,
        CLAIMS,
        Ok(()),
    );
}

#[test]
fn x4_r16_a_compressed_payload_is_refused() {
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","zip":"DEF"}"#,
        InvalidToken::PayloadCompressed,
    );
}

#[test]
fn x4_r16_duplicate_members_are_refused_at_any_depth() {
    let duplicate = |offset| InvalidJson::DuplicateMember { offset };
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","alg":"none"}"#,
        InvalidToken::Header(duplicate(30)),
    );
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","\u0061lg":"none"}"#,
        InvalidToken::Header(duplicate(30)),
    );
    check_header(
        r#"{"alg":"EdDSA","typ":"at+jwt","x":{"a":1,"a":2}}"#,
        InvalidToken::Header(duplicate(41)),
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
fn x4_r16_what_is_not_utf_8_is_refused() {
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
fn r16_claims_that_are_no_object_are_refused() {
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
fn x5_r4_every_truncation_is_refused() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
        let key = signing_key(algorithm);
        let keys = keys_of(&key);
        let token = forge(HEADER.replace("EdDSA", algorithm.as_str()), CLAIMS, &key);
        assert_eq!(outcome(&token, &keys), Ok(()));
        for length in 0..token.len() {
            assert!(
                outcome(&token[..length], &keys).is_err(),
                "{algorithm} cut to {length}"
            );
            assert!(
                outcome(&token[length + 1..], &keys).is_err(),
                "{algorithm} without {length} in front"
            );
        }
        assert!(outcome(format!("{token}A"), &keys).is_err());
        assert!(outcome(format!("{token}="), &keys).is_err());
        assert!(outcome(format!("{token}."), &keys).is_err());
        assert!(outcome(format!("{token} "), &keys).is_err());
        assert!(outcome(format!(" {token}"), &keys).is_err());
    }
}

#[test]
fn x5_r4_every_flipped_bit_is_refused() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
        let key = signing_key(algorithm);
        let keys = keys_of(&key);
        let token = forge(HEADER.replace("EdDSA", algorithm.as_str()), CLAIMS, &key).into_bytes();
        for position in 0..token.len() {
            for bit in 0..8 {
                let mut flipped = token.clone();
                flipped[position] ^= 1 << bit;
                assert!(
                    outcome(&flipped, &keys).is_err(),
                    "{algorithm} with bit {bit} of byte {position} flipped"
                );
            }
        }
    }
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
    // `aud` is missed even where nobody requires it.
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
fn r8_r17_a_token_of_another_type_is_refused() {
    for token_type in [
        "JWT",
        "jwt",
        "client-authentication+jwt",
        "dpop+jwt",
        "id_token",
        "token-introspection+jwt",
        "at",
        "",
    ] {
        check_header(
            &format!(r#"{{"alg":"EdDSA","typ":"{token_type}"}}"#),
            InvalidToken::TypeMismatch,
        );
    }
    check_header(r#"{"alg":"EdDSA"}"#, InvalidToken::TypeMissing);
    check_header(
        r#"{"alg":"EdDSA","typ":1}"#,
        InvalidToken::HeaderMember { member: "typ" },
    );
    check(
        r#"{"alg":"EdDSA","typ":"application/at+jwt"}"#,
        CLAIMS,
        Ok(()),
    );
    check(r#"{"alg":"EdDSA","typ":"AT+JWT"}"#, CLAIMS, Ok(()));
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
fn r4_a_signature_by_another_key_is_refused() {
    let (other, _) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let keys = keys_of(&signing_key(Algorithm::EdDsa));
    assert_eq!(
        outcome(forge(HEADER, CLAIMS, &other), &keys),
        Err(InvalidToken::Signature)
    );
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

#[test]
fn the_first_of_several_mistakes_is_reported() {
    let key = signing_key(Algorithm::EdDsa);
    let (other, _) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let wrong = r#"{"iss":"x","aud":"x","exp":0,"iat":9999999999}"#;
    // From the last check to the first, each with all the later mistakes too.
    check_claims(wrong, InvalidToken::ClaimMissing(Claim::Subject));
    let refused = outcome(forge(HEADER, wrong, &other), &keys_of(&key));
    assert_eq!(refused, Err(InvalidToken::Signature));
    check(
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"x"}"#,
        wrong,
        Err(InvalidToken::KeyUnknown),
    );
    check(
        r#"{"alg":"EdDSA","typ":"x","kid":"x"}"#,
        wrong,
        Err(InvalidToken::TypeMismatch),
    );
    check(
        r#"{"alg":"none","typ":"x","kid":"x"}"#,
        wrong,
        Err(InvalidToken::AlgorithmUnknown),
    );
    check(
        r#"{"alg":"none","typ":"x","kid":"x","crit":[]}"#,
        wrong,
        Err(InvalidToken::CriticalExtension),
    );
    check(
        r#"{"alg":1,"typ":"x","kid":"x","crit":[]}"#,
        wrong,
        Err(InvalidToken::HeaderMember { member: "alg" }),
    );
}
