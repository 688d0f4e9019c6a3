//! Known attacks on other implementations: algorithms, keys, headers and signatures. Each token here except the first is signed with the
//! right key, unless its test states otherwise, so that only the attack itself causes the refusal.

#[path = "support/good_token.rs"]
mod good_token;
#[path = "support/keys.rs"]
mod keys;

use good_token::{CLAIMS, HEADER, NOW, check, expectations, forge, outcome};
use keys::{keys_of, pem, signing_key};
use m2m_jwt::{
    Algorithm, Claim, InvalidToken, KeySet, Limits, MacAlgorithm, MacKey, Signer as _, SigningKey,
    UnixTime, Unverified, VerificationKey, base64url, verify_mac, verify_mac_signature,
    verify_signature,
};

fn check_header(header: &str, expected: InvalidToken) {
    check(header, CLAIMS, Err(expected));
}

#[test]
fn the_good_token_is_accepted() {
    check(HEADER, CLAIMS, Ok(()));
}

#[test]
fn x1_r11_a_public_key_is_not_a_shared_secret() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let key = signing_key(algorithm);
        let jwk = key.public_jwk().to_json();
        // The material of an attacker: the public key in any of the forms in which it is published.
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
fn x1_a34_none_is_refused_in_every_spelling() {
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
    // A key without `alg` is for all algorithms of its type, as far as they are expected.
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
        .expect("the key is valid with another key id")
}

#[test]
fn x1_a_shared_secret_is_not_a_key_for_another_algorithm() {
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
    // The attacker signs with their own key and sends it along.
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
        // If the right key has signed, these members do no harm.
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
fn x4_r14_an_extension_that_is_not_supported_is_refused() {
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
fn r4_a_signature_by_another_key_is_refused() {
    let (other, _) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let keys = keys_of(&signing_key(Algorithm::EdDsa));
    assert_eq!(
        outcome(forge(HEADER, CLAIMS, &other), &keys),
        Err(InvalidToken::Signature)
    );
}

#[test]
fn the_first_of_several_mistakes_is_reported() {
    let key = signing_key(Algorithm::EdDsa);
    let (other, _) = SigningKey::generate(Algorithm::EdDsa, None).unwrap();
    let wrong = r#"{"iss":"x","aud":"x","exp":0,"iat":9999999999}"#;
    // From the last check to the first, each token with all the later mistakes too.
    check(
        HEADER,
        wrong,
        Err(InvalidToken::ClaimMissing(Claim::Subject)),
    );
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
