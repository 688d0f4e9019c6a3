//! The strings that are printed in the RFCs.

#[path = "support/check_jws.rs"]
mod check_jws;

use m2m_jwt::{
    Algorithm, Jwk, MacAlgorithm, MacKey, Pkcs8Document, Signature, Signer as _, SigningKey,
    base64url,
};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("vectors/rfc.json")).expect("the vectors are JSON")
}

#[test]
fn every_printed_jws_verifies_with_its_key_and_no_other() {
    let vectors: Vec<_> = vectors()
        .into_iter()
        .filter(|vector| vector.get("jws").is_some())
        .collect();
    for vector in &vectors {
        let jws = vector["jws"].as_str().unwrap();
        for other in &vectors {
            let payload = check_jws::payload(&other["key"].to_string(), jws);
            let expected = (other["id"] == vector["id"])
                .then(|| vector["payload"].as_str().unwrap().as_bytes().to_vec());
            assert_eq!(
                payload, expected,
                "{} with the key of {}",
                vector["id"], other["id"]
            );
        }
    }
}

#[test]
fn every_printed_thumbprint_is_computed() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector.get("thumbprint").is_some())
    {
        let jwk = Jwk::parse(&vector["key"].to_string()).unwrap();
        assert_eq!(
            jwk.thumbprint().to_string(),
            vector["thumbprint"],
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn printed_deterministic_signatures_are_reproduced() {
    let mut made = 0;
    for vector in vectors() {
        let (key, name) = (
            vector["key"].to_string(),
            vector["algorithm"].as_str().unwrap(),
        );
        let Some((input, expected)) = vector["jws"].as_str().and_then(|jws| jws.rsplit_once('.'))
        else {
            continue;
        };
        let mut signature = Signature::new();
        if let Ok(algorithm @ (Algorithm::EdDsa | Algorithm::Rs256)) = name.parse() {
            let key = SigningKey::from_jwk(algorithm, &key).unwrap();
            key.sign(input.as_bytes(), &mut signature).unwrap();
            assert_eq!(
                base64url::encode(signature.as_bytes()),
                expected,
                "{}",
                vector["id"]
            );
            made += 1;
        }
    }
    assert_eq!(made, 2);
}

#[test]
fn a_printed_secret_signs_what_it_verifies() {
    let vectors = vectors();
    let vector = vectors
        .iter()
        .find(|vector| vector["id"] == "7515-A.1")
        .unwrap();
    let key = vector["key"].to_string();
    let token = MacKey::from_jwk(MacAlgorithm::Hs256, &key)
        .unwrap()
        .sign(Some("JWT"), b"{}")
        .unwrap();
    assert_eq!(check_jws::payload(&key, &token).unwrap(), b"{}");
}

#[test]
fn a_private_key_is_read_for_its_algorithm_only() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector["key"].get("d").is_some())
    {
        let key = vector["key"].to_string();
        for algorithm in Algorithm::ALL {
            let fits = vector["algorithm"]
                .as_str()
                .unwrap()
                .parse::<Algorithm>()
                .is_ok_and(|own| own.key_type() == algorithm.key_type());
            assert_eq!(
                SigningKey::from_jwk(*algorithm, &key).is_ok(),
                fits,
                "{} for {algorithm}",
                vector["id"]
            );
        }
    }
}

#[test]
fn a_private_key_as_a_document_is_the_same_key() {
    let mut read = 0;
    for vector in vectors()
        .iter()
        .filter(|vector| vector["key"].get("d").is_some())
    {
        let jwk = vector["key"].to_string();
        let algorithm = vector["algorithm"].as_str().unwrap().parse().unwrap();
        let key = SigningKey::from_jwk(algorithm, &jwk).unwrap();
        let document = Pkcs8Document::from_jwk(&jwk).unwrap();
        let same = SigningKey::from_pkcs8_der(algorithm, Some(key.key_id()), document.secret_der());
        assert_eq!(
            same.unwrap().public_jwk().to_json(),
            key.public_jwk().to_json(),
            "{}",
            vector["id"]
        );
        read += 1;
    }
    assert!(read > 3, "{read}");
    let (key, _) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let refused = Pkcs8Document::from_jwk(&key.public_jwk().to_json()).map(|_| ());
    assert_eq!(refused, Err(m2m_jwt::InvalidKey::NotPrivate));
}

#[test]
fn a2_f6_the_private_numbers_of_rsa_may_have_other_spellings_too() {
    let mut read = 0;
    for vector in vectors()
        .iter()
        .filter(|vector| vector["key"].get("dp").is_some())
    {
        let algorithm = vector["algorithm"].as_str().unwrap().parse().unwrap();
        let own = SigningKey::from_jwk(algorithm, &vector["key"].to_string()).unwrap();
        let mut key = vector["key"].clone();
        for member in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
            let number = base64url::decode(key[member].as_str().unwrap()).unwrap();
            let mut text = base64url::encode([vec![0], number].concat());
            while !text.len().is_multiple_of(4) {
                text.push('=');
            }
            key[member] = text.replace('-', "+").replace('_', "/").into();
        }
        key["oth"] = serde_json::json!([]);
        key["key_ops"] = serde_json::json!([]);
        key["use"] = Value::Null;
        let same = SigningKey::from_jwk(algorithm, &key.to_string()).unwrap();
        assert_eq!(same.public_jwk().to_json(), own.public_jwk().to_json());
        let document = Pkcs8Document::from_jwk(&key.to_string()).unwrap();
        let strict = Pkcs8Document::from_jwk(&vector["key"].to_string()).unwrap();
        assert_eq!(document.secret_der(), strict.secret_der());
        key["oth"] = serde_json::json!([{}]);
        let refused = SigningKey::from_jwk(algorithm, &key.to_string()).map(|_| ());
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("`oth` must be absent")
        );
        // Words of a key without its primes: the first that is missing.
        key["oth"] = Value::Null;
        key["p"] = Value::Null;
        let refused = SigningKey::from_jwk(algorithm, &key.to_string()).map(|_| ());
        assert_eq!(
            refused,
            Err(m2m_jwt::InvalidKey::MemberMissing { member: "p" })
        );
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn a_public_key_does_not_sign() {
    let (key, _) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let read = SigningKey::from_jwk(Algorithm::Es256, &key.public_jwk().to_json()).map(|_| ());
    assert_eq!(read, Err(m2m_jwt::InvalidKey::NotPrivate));
}

#[test]
fn halves_of_different_keys_are_not_a_key() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector["algorithm"] == "ES256" || vector["algorithm"] == "EdDSA")
    {
        let mut key = vector["key"].clone();
        let algorithm: Algorithm = vector["algorithm"].as_str().unwrap().parse().unwrap();
        let (other, _) = SigningKey::generate(algorithm, None).unwrap();
        let other: Value = serde_json::from_str(&other.public_jwk().to_json()).unwrap();
        for member in ["x", "y"] {
            if let Some(value) = other.get(member) {
                key[member] = value.clone();
            }
        }
        let read = SigningKey::from_jwk(algorithm, &key.to_string()).map(|_| ());
        assert_eq!(
            read,
            Err(m2m_jwt::InvalidKey::PrivateKeyMalformed),
            "{algorithm}"
        );
    }
}
