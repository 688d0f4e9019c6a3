//! Access tokens as they are issued, and as they are read again.

#[path = "support/keys.rs"]
mod keys;

use keys::{keys_of, signing_key};
use m2m_jwt::limits::MAX_ISSUED_TOKEN_BYTES;
use m2m_jwt::{
    AccessTokenHeader, Algorithm, Expectations, KeyNotGenerated, KeySet, Limits, Signature, Signer,
    SigningFailed, SigningKey, UnixTime, Unverified, VerificationKey, check_access_token,
    sign_access_token, verify,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";

const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"billing-job","client_id":"billing-job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"id-1","scope":"read:orders write:orders"}"#;

#[test]
fn a34_the_header_has_the_type_of_an_access_token_and_the_algorithm_of_the_key() {
    for algorithm in Algorithm::ALL {
        let key = signing_key(*algorithm);
        let token = sign_access_token(CLAIMS.as_bytes(), &key).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let header = unverified.header().unwrap();
        assert_eq!(header.token_type(), Some("at+jwt"));
        assert_eq!(header.algorithm(), algorithm.as_str());
        assert_eq!(header.key_id(), Some(key.key_id()));
        assert_eq!(header.raw(), key.access_token_header().to_json());
        assert_eq!(unverified.payload(), CLAIMS.as_bytes());
    }
}

#[test]
fn every_algorithm_signs_what_its_public_key_verifies() {
    let audience = [AUDIENCE];
    for algorithm in Algorithm::ALL {
        let key = signing_key(*algorithm);
        let token = sign_access_token(CLAIMS.as_bytes(), &key).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let algorithms = [*algorithm];
        let expectations = Expectations::access_token(ISSUER, &audience, &algorithms);
        let claims = verify(&unverified, &keys_of(&key), &expectations, NOW).unwrap();
        assert_eq!(claims.client_id(), Some("billing-job"));
        assert_eq!(
            claims.scope().collect::<Vec<_>>(),
            ["read:orders", "write:orders"]
        );
        assert_eq!(claims.audience().collect::<Vec<_>>(), [AUDIENCE]);
    }
}

#[test]
fn a_token_that_verifiers_would_refuse_for_its_length_is_not_signed() {
    let key = signing_key(Algorithm::EdDsa);
    let claims = |bytes: usize| format!(r#"{{"x":"{}"}}"#, "x".repeat(bytes));
    assert_eq!(check_access_token(claims(8_000).as_bytes(), &key), Ok(()));
    let long = claims(MAX_ISSUED_TOKEN_BYTES);
    let refused = sign_access_token(long.as_bytes(), &key).unwrap_err();
    assert!(
        matches!(refused, SigningFailed::TokenTooLong { bytes } if bytes > MAX_ISSUED_TOKEN_BYTES)
    );
    assert_eq!(
        check_access_token(long.as_bytes(), &key),
        Err(refused),
        "the check and the signing agree"
    );
}

#[test]
fn generated_keys_can_be_stored_and_read_again() {
    for algorithm in Algorithm::ALL {
        match SigningKey::generate(*algorithm, Some("2026-11")) {
            Ok((key, pkcs8)) => {
                let again =
                    SigningKey::from_pkcs8_der(*algorithm, Some("2026-11"), pkcs8.secret_der())
                        .unwrap();
                assert_eq!(again.public_jwk(), key.public_jwk());
                assert_eq!(format!("{pkcs8:?}"), "Pkcs8Document([redacted])");
            }
            Err(error) => {
                let made_by_library = cfg!(feature = "aws-lc-rs");
                assert_eq!(
                    (error, made_by_library),
                    (KeyNotGenerated::RsaUnsupported, false)
                );
                assert!(
                    error.to_string().contains("openssl genpkey"),
                    "the error states how to generate one"
                );
            }
        }
    }
}

#[test]
fn two_generated_keys_are_different() {
    let make = || SigningKey::generate(Algorithm::Es256, None).unwrap().0;
    assert_ne!(make().key_id(), make().key_id());
}

#[test]
fn reads_rsa_keys_of_every_size_that_it_signs_with() {
    for (pem, bytes) in [
        (include_str!("keys/rsa-2048.pem"), 256),
        (include_str!("keys/rsa-3072.pem"), 384),
        (include_str!("keys/rsa-4096.pem"), 512),
    ] {
        let key = SigningKey::from_pkcs8_pem(Algorithm::Ps256, None, pem).unwrap();
        assert_eq!(key.signature_bytes(), bytes);
        let token = m2m_jwt::sign(None, b"payload", &key).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        assert!(
            m2m_jwt::verify_signature(&unverified, &keys_of(&key), &[Algorithm::Ps256]).is_ok()
        );
    }
}

#[test]
fn a_key_is_read_for_its_own_type_only() {
    for algorithm in Algorithm::ALL {
        for other in Algorithm::ALL {
            let read = SigningKey::from_pkcs8_pem(*algorithm, None, keys::pem(*other));
            assert_eq!(
                read.is_ok(),
                algorithm.key_type() == other.key_type(),
                "{algorithm} from a key for {other}"
            );
        }
    }
}

#[test]
fn no_debug_output_contains_the_private_key() {
    let key = signing_key(Algorithm::EdDsa);
    let shown = format!(
        "{key:?} {:?} {:?}",
        Signature::new(),
        VerificationKey::new(key.public_jwk()).unwrap()
    );
    assert!(shown.contains(key.key_id()));
    assert!(
        !shown.contains("seed") && !shown.contains("private"),
        "{shown}"
    );
}

/// A signer that is not a [`SigningKey`], such as one in a hardware module.
struct Remote(AccessTokenHeader, usize);

impl Signer for Remote {
    fn access_token_header(&self) -> &AccessTokenHeader {
        &self.0
    }

    fn sign(&self, _: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        signature.set(&vec![1; self.1])
    }
}

#[test]
fn another_signer_can_be_used() {
    let token = sign_access_token(
        CLAIMS.as_bytes(),
        &Remote(AccessTokenHeader::new(Algorithm::Rs256, "hsm"), 512),
    )
    .unwrap();
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    assert_eq!(unverified.signature(), [1; 512]);
    assert_eq!(unverified.header().unwrap().key_id(), Some("hsm"));
}

#[test]
fn no_token_is_issued_when_the_signer_fails() {
    let signer = Remote(AccessTokenHeader::new(Algorithm::Rs256, "hsm"), 513);
    let refused = sign_access_token(CLAIMS.as_bytes(), &signer);
    assert_eq!(refused, Err(SigningFailed::SignatureTooLong));
}

#[test]
fn a_set_of_all_keys_finds_each() {
    let signers: Vec<_> = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Rs256,
    ]
    .map(signing_key)
    .into();
    let set: m2m_jwt::JwkSet = signers.iter().map(|key| key.public_jwk().clone()).collect();
    let keys = KeySet::try_new(&m2m_jwt::JwkSet::parse(&set.to_json()).unwrap()).unwrap();
    let audience = [AUDIENCE];
    let expectations = Expectations::access_token(ISSUER, &audience, Algorithm::ALL);
    for signer in &signers {
        let token = sign_access_token(CLAIMS.as_bytes(), signer).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        assert!(verify(&unverified, &keys, &expectations, NOW).is_ok());
        assert!(keys.may_have(Some(signer.key_id())));
    }
}
