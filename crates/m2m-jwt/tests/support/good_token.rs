//! A good token, and the functions that spoil it.

use m2m_jwt::{
    Algorithm, Expectations, InvalidToken, KeySet, Limits, Signature, Signer as _, SigningKey,
    UnixTime, Unverified, base64url, verify,
};

use crate::keys::{keys_of, signing_key};

pub(crate) const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt"}"#;
pub(crate) const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"job","client_id":"job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"1","scope":"read"}"#;

pub(crate) fn expectations() -> Expectations<'static> {
    Expectations::access_token(
        ISSUER,
        &[AUDIENCE],
        &[Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
    )
}

/// Signs a header and claims that may be invalid.
pub(crate) fn forge(
    header: impl AsRef<[u8]>,
    payload: impl AsRef<[u8]>,
    key: &SigningKey,
) -> String {
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

/// Returns the result of verifying a token as the API that expects the good token.
pub(crate) fn outcome(token: impl AsRef<[u8]>, keys: &KeySet) -> Result<(), InvalidToken> {
    let unverified = Unverified::parse(token.as_ref(), &Limits::DEFAULT)?;
    verify(
        &unverified,
        keys,
        &expectations(),
        UnixTime::from_seconds(NOW),
    )
    .map(|_| ())
}

/// Checks the result for a token of the test key with this header and these claims.
pub(crate) fn check(header: &str, claims: &str, expected: Result<(), InvalidToken>) {
    let key = signing_key(Algorithm::EdDsa);
    assert_eq!(
        outcome(forge(header, claims, &key), &keys_of(&key)),
        expected,
        "{header} {claims}"
    );
}
