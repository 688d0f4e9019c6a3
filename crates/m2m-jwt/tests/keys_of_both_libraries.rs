//! Keys that one of the crypto libraries would accept and the other refuse. `cargo xtask test crypto` runs these tests with each of them, and the
//! expectations are the same.

#[path = "support/keys.rs"]
mod keys;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keys::{keys_of, pem, signing_key};
use m2m_jwt::{
    Algorithm, Cause, InvalidKey, InvalidToken, Jwk, JwkSet, KeySet, Limits, Pkcs8Document,
    SigningKey, Unverified, VerificationKey, base64url, verify_signature,
    verify_signature_with_key,
};
use serde_json::Value;

/// The key in `rsa-2048.pem`, as a JSON Web Key.
const RSA_JWK: &str = include_str!("keys/rsa-2048.jwk");

/// A key that was built as the generator with the flaw builds them.
const ROCA: &str = include_str!("keys/rsa-2048-roca.pem");

/// The rows of a table: name, algorithm, DER, and the words of the refusal or nothing.
fn rows(json: &str) -> Vec<(String, Option<Algorithm>, Vec<u8>, String)> {
    let rows: Vec<Value> = serde_json::from_str(json).expect("the table is JSON");
    let text = |row: &Value, name: &str| row[name].as_str().expect(name).to_owned();
    rows.iter()
        .map(|row| {
            let algorithm = row["algorithm"].as_str();
            let algorithm = algorithm.map(|name| name.parse().expect("an algorithm"));
            let der = STANDARD
                .decode(text(row, "der"))
                .expect("the table has base64");
            (text(row, "name"), algorithm, der, text(row, "expected"))
        })
        .collect()
}

/// The document in PEM.
fn armored(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines = base64.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

#[test]
fn a7_f16_both_libraries_accept_and_refuse_the_same_private_keys() {
    let rows = rows(include_str!("keys/private.json"));
    assert!(rows.len() > 80);
    for (name, algorithm, der, expected) in rows {
        let algorithm = algorithm.unwrap();
        let read = SigningKey::from_pkcs8_der(algorithm, None, &der);
        let text = armored("PRIVATE KEY", &der);
        let of_pem = SigningKey::from_pkcs8_pem(algorithm, None, &text).map(|_| ());
        match read {
            Ok(key) => {
                assert_eq!(expected, "", "{name} is accepted");
                assert_eq!(of_pem, Ok(()), "{name}");
                let token = m2m_jwt::sign(None, b"payload", &key).unwrap();
                let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
                let verified = verify_signature(&unverified, &keys_of(&key), &[algorithm]);
                assert!(verified.is_ok(), "{name}");
                let key_type = Pkcs8Document::from_pem_or_der(&der).unwrap().key_type();
                assert_eq!(key_type, Ok(algorithm.key_type()), "{name}");
            }
            Err(error) => {
                assert_eq!(error.to_string(), expected, "{name}");
                assert_eq!(of_pem, Err(error), "{name}");
            }
        }
    }
}

#[test]
fn a7_e8_both_libraries_accept_and_refuse_the_same_public_keys() {
    for (name, _, der, expected) in rows(include_str!("keys/public.json")) {
        let read = VerificationKey::from_spki_der(None, None, &der).map(|_| ());
        let text = armored("PUBLIC KEY", &der);
        let of_pem = VerificationKey::from_spki_pem(None, None, &text).map(|_| ());
        assert_eq!(of_pem, read, "{name}");
        let words = read.map_or_else(|error| error.to_string(), |()| String::new());
        assert_eq!(words, expected, "{name}");
    }
}

#[test]
fn a7_both_libraries_refuse_a_jwk_whose_point_is_not_on_its_curve() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let key = signing_key(algorithm);
        let mut jwk: Value = serde_json::from_str(&key.public_jwk().to_json()).unwrap();
        let mut y = base64url::decode(jwk["y"].as_str().unwrap()).unwrap();
        y[7] ^= 1;
        jwk["y"] = base64url::encode(&y).into();
        let jwk = Jwk::parse(&jwk.to_string()).unwrap();
        let refused = VerificationKey::new(&jwk).map(|_| ());
        assert_eq!(refused, Err(InvalidKey::PointNotOnCurve), "{algorithm}");
        assert!(KeySet::new(&JwkSet::from_iter([jwk])).keys().is_empty());
    }
}

#[test]
fn a7_both_libraries_refuse_private_jwks_whose_numbers_do_not_belong_together() {
    let numbers = serde_json::from_str::<Value>(RSA_JWK).unwrap();
    let read =
        |members: &Value| SigningKey::from_jwk(Algorithm::Rs256, &members.to_string()).map(|_| ());
    assert_eq!(read(&numbers), Ok(()));
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        let mut changed = numbers.clone();
        let mut number = base64url::decode(numbers[member].as_str().unwrap()).unwrap();
        // Zeros in front change nothing.
        let longer = [&[0, 0], &*number].concat();
        changed[member] = base64url::encode(longer).into();
        assert_eq!(read(&changed), Ok(()), "{member}");
        number[60] ^= 2;
        changed[member] = base64url::encode(&number).into();
        let refused = Err(InvalidKey::PrivateKeyMalformed);
        assert_eq!(read(&changed), refused, "{member}");
    }
}

#[test]
fn f16_a_key_of_the_roca_generator_neither_signs_nor_verifies() {
    for algorithm in Algorithm::ALL {
        let refused = SigningKey::from_pkcs8_pem(*algorithm, None, ROCA).map(|_| ());
        assert_eq!(refused, Err(InvalidKey::Roca), "{algorithm}");
    }
    assert_eq!(InvalidKey::Roca.cause(), Cause::KeyWeak);
    assert_eq!(InvalidKey::Roca.cause().id(), "key-weak");
    // The modulus in a set, beside a good key.
    let der = Pkcs8Document::from_pem(ROCA).unwrap();
    let at = der
        .secret_der()
        .windows(4)
        .position(|window| window == [2, 0x82, 1, 1]);
    let at = at.unwrap() + 5;
    let n = base64url::encode(&der.secret_der()[at..at + 256]);
    let weak = format!(r#"{{"kty":"RSA","kid":"weak","n":"{n}","e":"AQAB"}}"#);
    assert_eq!(Jwk::parse(&weak), Err(InvalidKey::Roca));
    let good = signing_key(Algorithm::Rs256).public_jwk().to_json();
    let set = JwkSet::parse(&format!(r#"{{"keys":[{weak},{good}]}}"#)).unwrap();
    let [refused] = set.refused() else {
        panic!("one key is refused")
    };
    assert_eq!(set.keys().len(), 1);
    assert_eq!((refused.index(), refused.key_id()), (0, Some("weak")));
    assert_eq!(refused.reason(), InvalidKey::Roca);
}

#[test]
fn f16_a_private_key_of_another_size_or_kind_has_the_cause_unsupported() {
    let cause = |algorithm, pem: &str| {
        let refused = SigningKey::from_pkcs8_pem(algorithm, None, pem).map(|_| ());
        refused.unwrap_err().cause()
    };
    for pem in [
        include_str!("keys/rsa-1024.pem"),
        include_str!("keys/ec-p521.pem"),
        include_str!("keys/x25519.pem"),
        include_str!("keys/ec-p384.pem"),
    ] {
        assert_eq!(cause(Algorithm::Es256, pem), Cause::KeyUnsupported, "{pem}");
    }
    assert_eq!(cause(Algorithm::Es256, ""), Cause::KeyMalformed);
}

#[test]
fn e8_one_chosen_key_verifies_whatever_key_id_the_token_has() {
    for algorithm in Algorithm::ALL {
        let signer = SigningKey::from_pkcs8_pem(*algorithm, Some("theirs"), pem(*algorithm));
        let signer = signer.unwrap();
        let token = m2m_jwt::sign(None, b"payload", &signer).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let renamed = signer.public_jwk().to_json().replace("theirs", "ours");
        let key = VerificationKey::new(&Jwk::parse(&renamed).unwrap()).unwrap();
        let chosen = |key, algorithms: &[Algorithm]| {
            verify_signature_with_key(&unverified, key, algorithms).map(|_| ())
        };
        assert_eq!(chosen(&key, &[*algorithm]), Ok(()), "{algorithm}");
        let set = verify_signature(&unverified, &KeySet::from(key.clone()), &[*algorithm]);
        assert_eq!(set.map(|_| ()), Err(InvalidToken::KeyUnknown));
        // Everything else is checked as with a set.
        assert_eq!(chosen(&key, &[]), Err(InvalidToken::AlgorithmUnexpected));
        let (other, _) = SigningKey::generate(Algorithm::EdDsa, Some("theirs")).unwrap();
        let other = VerificationKey::new(other.public_jwk()).unwrap();
        let refused = if *algorithm == Algorithm::EdDsa {
            InvalidToken::Signature
        } else {
            InvalidToken::AlgorithmNotOfKey
        };
        assert_eq!(chosen(&other, &[*algorithm]), Err(refused), "{algorithm}");
    }
}
