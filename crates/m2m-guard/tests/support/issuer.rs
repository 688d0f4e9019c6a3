//! An issuer that signs any claims, and an API that trusts it.

use m2m_guard::Guard;
use m2m_jwt::{Algorithm, KeySet, Signature, Signer as _, SigningKey, VerificationKey, base64url};

pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const AUDIENCE: &str = "https://orders.example/api";
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt"}"#;

/// The claims of a valid token, by RFC 9068.
pub(crate) const RFC9068: &str = r#"{"iss":"https://as.example","sub":"job","client_id":"job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"1","scope":"read:orders list:orders","org_code":"org_acme"}"#;

/// The private half of RFC 8037, appendix A.1.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

pub(crate) fn key() -> SigningKey {
    SigningKey::from_jwk(Algorithm::EdDsa, KEY).expect("the key of the RFC is good")
}

pub(crate) fn keys() -> KeySet {
    KeySet::from(VerificationKey::new(key().public_jwk()).expect("the key of the RFC is good"))
}

pub(crate) fn guard() -> Guard {
    Guard::new(ISSUER, &[AUDIENCE])
}

/// Returns a token with this header and these claims, signed by the issuer.
pub(crate) fn signed(header: &str, claims: impl AsRef<[u8]>) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(claims)
    );
    let mut signature = Signature::new();
    key()
        .sign(input.as_bytes(), &mut signature)
        .expect("the test key signs");
    format!("{input}.{}", base64url::encode(signature.as_bytes()))
}
