//! Keys of tests, one for each algorithm.

use m2m_jwt::{Algorithm, KeySet, KeyType, SigningKey, VerificationKey};

/// The test key for this algorithm, as OpenSSL wrote it.
pub(crate) fn pem(algorithm: Algorithm) -> &'static str {
    match algorithm.key_type() {
        KeyType::EcP256 => include_str!("../keys/ec-p256.pem"),
        KeyType::EcP384 => include_str!("../keys/ec-p384.pem"),
        KeyType::Ed25519 => include_str!("../keys/ed25519.pem"),
        KeyType::Rsa => include_str!("../keys/rsa-2048.pem"),
    }
}

/// The same, parsed, with its thumbprint as key id.
pub(crate) fn signing_key(algorithm: Algorithm) -> SigningKey {
    SigningKey::from_pkcs8_pem(algorithm, None, pem(algorithm)).expect("the test keys are good")
}

/// The public half of a key as a set of one.
pub(crate) fn keys_of(key: &SigningKey) -> KeySet {
    KeySet::from(VerificationKey::new(key.public_jwk()).expect("the test keys are good"))
}
