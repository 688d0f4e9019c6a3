//! The token of the benches: 350 bytes of claims, a signer and a verifier without cost, and real keys.

use m2m_jwt::{
    AccessTokenHeader, Algorithm, Expectations, JsonWriter, KeySet, KeyType, Signature, Signer,
    SigningFailed, SigningKey, UnixTime, VerifySignature,
};

pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const AUDIENCE: &[&str] = &["https://orders.example.com/api"];

/// Claims that are 350 bytes long, as a server writes them for each token.
pub(crate) fn claims() -> JsonWriter {
    let mut json = JsonWriter::with_capacity(512);
    let client_id = "4f0c9a1be3f94c7b8d6f1c5e2a7b9d30";
    json.raw("{\"iss\":");
    json.string(ISSUER);
    json.raw(",\"sub\":");
    json.string(client_id);
    json.raw(",\"client_id\":");
    json.string(client_id);
    json.raw(",\"aud\":");
    json.string(AUDIENCE.first().expect("there is one"));
    json.raw(",\"exp\":");
    json.unsigned(NOW.saturating_add_seconds(3600).as_seconds());
    json.raw(",\"iat\":");
    json.unsigned(NOW.as_seconds());
    json.raw(",\"jti\":");
    json.string("pZ0nVnLqT8yXvB1mJc4RkQ");
    json.raw(",\"scope\":");
    json.string(
        "read:orders write:orders read:invoices delete:invoices write:invoices read:products",
    );
    json.raw(",\"org_code\":");
    json.string("org_acme_europe");
    json.raw("}");
    json
}

pub(crate) const fn expectations(algorithms: &'static [Algorithm]) -> Expectations<'static> {
    Expectations::access_token(ISSUER, AUDIENCE, algorithms)
}

/// A signer and a verifier that return a constant, so that only the cost of this crate remains.
pub(crate) struct Constant {
    header: AccessTokenHeader,
}

impl Constant {
    pub(crate) fn new() -> Self {
        Self {
            header: AccessTokenHeader::new(
                Algorithm::Es256,
                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
            ),
        }
    }

    pub(crate) fn keys() -> KeySet<Self> {
        KeySet::from(Self::new())
    }
}

impl Signer for Constant {
    fn access_token_header(&self) -> &AccessTokenHeader {
        &self.header
    }

    fn sign(&self, _: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        signature.set(&[0x5a; 64])
    }
}

impl VerifySignature for Constant {
    fn key_id(&self) -> Option<&str> {
        Some(self.header.key_id())
    }

    fn permits(&self, algorithm: Algorithm) -> bool {
        algorithm == Algorithm::Es256
    }

    fn verify(&self, _: Algorithm, _: &[u8], signature: &[u8]) -> bool {
        signature == [0x5a; 64]
    }
}

/// The keys of the tests.
pub(crate) fn pem(algorithm: Algorithm) -> &'static str {
    match algorithm.key_type() {
        KeyType::EcP256 => include_str!("../../tests/keys/ec-p256.pem"),
        KeyType::EcP384 => include_str!("../../tests/keys/ec-p384.pem"),
        KeyType::Ed25519 => include_str!("../../tests/keys/ed25519.pem"),
        KeyType::Rsa => include_str!("../../tests/keys/rsa-2048.pem"),
    }
}

pub(crate) fn signing_key(algorithm: Algorithm) -> SigningKey {
    SigningKey::from_pkcs8_pem(algorithm, None, pem(algorithm)).expect("the test keys are good")
}
