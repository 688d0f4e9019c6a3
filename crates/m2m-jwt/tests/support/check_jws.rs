//! One JWS and the key that is stated to have signed it.

use m2m_jwt::{
    Algorithm, Jwk, KeySet, Limits, MacAlgorithm, MacKey, Unverified, VerificationKey,
    verify_mac_signature, verify_signature,
};

/// Returns the payload, if the JWS verifies with the key. The type of the key, not the header, determines whether it is a shared secret.
pub(crate) fn payload(jwk: &str, jws: &str) -> Option<Vec<u8>> {
    let unverified = Unverified::parse(jws, &Limits::DEFAULT).ok()?;
    let header = unverified.header().ok()?;
    let mac = MacAlgorithm::ALL
        .iter()
        .find(|mac| mac.as_str() == header.algorithm());
    if let Some(key) = mac.and_then(|mac| MacKey::from_jwk(*mac, jwk).ok()) {
        return Some(verify_mac_signature(&unverified, &key).ok()?.to_vec());
    }
    let key = VerificationKey::new(&Jwk::parse(jwk).ok()?).ok()?;
    Some(
        verify_signature(&unverified, &KeySet::from(key), Algorithm::ALL)
            .ok()?
            .to_vec(),
    )
}
