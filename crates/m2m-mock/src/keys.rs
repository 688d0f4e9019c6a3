//! The keys of the mock: one that signs, and replaced ones that are still in the JWK set.

use std::collections::VecDeque;

use m2m_jwt::{
    Algorithm, Jwk, JwkSet, KeyNotGenerated, KeySet, Limits, Signer as _, SigningFailed,
    SigningKey, Unverified, sign, verify_signature,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::limits::MAX_KEPT_KEYS;

/// The keys, which are generated at the start and never stored.
#[derive(Debug)]
pub(crate) struct Keys {
    signing: SigningKey,
    /// The public keys of earlier signing keys, the oldest first.
    replaced: VecDeque<Jwk>,
}

/// The treatment of a key that is replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OldKey {
    /// It stays in the JWK set, as in a planned rotation.
    #[default]
    Kept,
    /// It is removed from the JWK set, with all other replaced keys, as in an emergency.
    Dropped,
}

impl Keys {
    /// Generates a key.
    ///
    /// # Errors
    ///
    /// If the crypto library cannot generate a key for the algorithm.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, KeyNotGenerated> {
        Ok(Self {
            signing: signing_key(algorithm)?,
            replaced: VecDeque::new(),
        })
    }

    /// Replaces the signing key by a new one, which signs and is in the JWK set at once.
    ///
    /// # Errors
    ///
    /// As [`Keys::generate`]; nothing has changed then.
    pub(crate) fn rotate(
        &mut self,
        algorithm: Option<Algorithm>,
        old: OldKey,
    ) -> Result<(), KeyNotGenerated> {
        let algorithm = algorithm.unwrap_or_else(|| self.algorithm());
        let signing = signing_key(algorithm)?;
        let replaced = core::mem::replace(&mut self.signing, signing);
        match old {
            OldKey::Kept => self.replaced.push_back(replaced.public_jwk().clone()),
            OldKey::Dropped => self.replaced.clear(),
        }
        if self.replaced.len() > MAX_KEPT_KEYS {
            self.replaced.pop_front();
        }
        Ok(())
    }

    /// Signs claims as a token with this type; without a type in the header if it is empty.
    ///
    /// # Errors
    ///
    /// If the crypto library fails.
    pub(crate) fn sign(
        &self,
        token_type: &str,
        claims: &Map<String, Value>,
    ) -> Result<String, SigningFailed> {
        let token_type = Some(token_type).filter(|token_type| !token_type.is_empty());
        let claims = Value::Object(claims.clone()).to_string();
        sign(token_type, claims.as_bytes(), &self.signing)
    }

    /// Returns the claims of a token that one of the published keys has signed.
    pub(crate) fn verified_claims(&self, token: &str) -> Option<Map<String, Value>> {
        let unverified = Unverified::parse(token, &Limits::DEFAULT).ok()?;
        let keys = KeySet::new(&self.jwk_set());
        let payload = verify_signature(&unverified, &keys, Algorithm::ALL).ok()?;
        serde_json::from_slice(payload.into_inner()).ok()
    }

    /// The published keys.
    pub(crate) fn jwk_set(&self) -> JwkSet {
        let signing = core::iter::once(self.signing.public_jwk());
        JwkSet::from_iter(signing.chain(&self.replaced).cloned())
    }

    /// The algorithm of the signing key.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.signing.algorithm()
    }

    /// The ids of the keys, for a test.
    pub(crate) fn shown(&self) -> Value {
        let replaced: Vec<_> = self.replaced.iter().map(Jwk::key_id).collect();
        json!({
            "alg": self.algorithm().as_str(),
            "signing": self.signing.key_id(),
            "replaced": replaced,
        })
    }
}

/// Generates a key whose id shows in every token that it is one of a mock.
fn signing_key(algorithm: Algorithm) -> Result<SigningKey, KeyNotGenerated> {
    let (key, document) = SigningKey::generate(algorithm, None)?;
    let key_id = format!("mock-{}", key.key_id());
    SigningKey::from_pkcs8_der(algorithm, Some(&key_id), document.secret_der())
        .map_err(|_| KeyNotGenerated::Library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_key_shows_that_it_is_that_of_a_mock() {
        let mut keys = Keys::generate(Algorithm::Es256).unwrap();
        keys.rotate(None, OldKey::Kept).unwrap();
        let set = keys.jwk_set();
        let ids: Vec<_> = set.keys().iter().filter_map(Jwk::key_id).collect();
        assert!(ids.iter().all(|id| id.starts_with("mock-")), "{ids:?}");
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn a_bounded_number_of_replaced_keys_is_published() {
        let mut keys = Keys::generate(Algorithm::EdDsa).unwrap();
        for _ in 0..MAX_KEPT_KEYS + 5 {
            keys.rotate(None, OldKey::Kept).unwrap();
        }
        assert_eq!(keys.jwk_set().keys().len(), MAX_KEPT_KEYS + 1);
        keys.rotate(None, OldKey::Dropped).unwrap();
        assert_eq!(keys.jwk_set().keys().len(), 1);
    }
}
