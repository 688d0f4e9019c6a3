//! Forged tokens, signed with keys that their importer knows.

use std::sync::LazyLock;

use m2m_admin::management::SCOPES;
use m2m_authority::registry::{Application, ClaimSet};
use m2m_authority::{AccessTokenClaims, JwtId, sign_access_token};
use m2m_jwt::{Algorithm, SigningKey, UnixTime};
use m2m_store::Stored;
use m2m_testkit::World;

/// A private key that is known outside the server, in PKCS#8.
pub(crate) const PRIVATE_KEY: &str = include_str!("../../../m2m-jwt/tests/keys/ed25519.pem");

/// Another such key, of an algorithm for which the servers of the tests do not have a key, so that it signs at once.
pub(crate) const PRIVATE_RSA_KEY: &str = include_str!("../../../m2m-jwt/tests/keys/rsa-2048.pem");

/// The known keys, ready to sign.
static KEYS: LazyLock<[SigningKey; 2]> = LazyLock::new(|| {
    [
        (Algorithm::EdDsa, PRIVATE_KEY),
        (Algorithm::Rs256, PRIVATE_RSA_KEY),
    ]
    .map(|(algorithm, pem)| SigningKey::from_pkcs8_pem(algorithm, None, pem).unwrap())
});

/// Returns tokens of this application for the management API with every scope, one signed with each known key.
pub(crate) fn tokens(
    application: &Stored<Application>,
    now: UnixTime,
) -> impl Iterator<Item = String> {
    let jwt_id = JwtId::new([0; 12], application.id.mark());
    let audience = format!("{}/api", World::ISSUER);
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let scope = scopes.join(" ");
    KEYS.iter().map(move |key| {
        let claims = AccessTokenClaims {
            issuer: World::ISSUER,
            subject: None,
            client_id: &application.value.client_id,
            audience: &[audience.as_str()],
            issued_at: now,
            expires_at: now.saturating_add_seconds(600),
            jwt_id: jwt_id.as_str(),
            scope: &scope,
            organization_code: None,
            properties: &[],
            feature_flags: &[],
        };
        sign_access_token(&claims, ClaimSet::Rfc9068, key).unwrap()
    })
}

/// Returns true if this is the public half of one of the known keys.
pub(crate) fn is_known(public_jwk: &str) -> bool {
    let mut keys = KEYS.iter();
    keys.any(|key| key.public_jwk().to_json() == public_jwk)
}
