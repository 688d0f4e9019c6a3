//! The keys of an issuer, ready to verify.

use crate::algorithm::Algorithm;
use crate::error::{InvalidKey, InvalidToken};
use crate::jwk_set::JwkSet;
use crate::limits::MAX_KEY_TRIALS;
use crate::verification_key::{VerificationKey, VerifySignature};

/// The keys of one issuer.
///
/// ```
/// use m2m_jwt::{Algorithm, JwkSet, KeySet, SigningKey};
///
/// let (key, _) = SigningKey::generate(Algorithm::EdDsa, None)?;
/// let published = JwkSet::from_iter([key.public_jwk().clone()]).to_json();
///
/// let keys = KeySet::new(&JwkSet::parse(&published)?);
/// assert_eq!(keys.keys().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeySet<K = VerificationKey> {
    keys: Vec<K>,
}

impl KeySet {
    /// Returns the keys of a JWK set, without those that the crypto library refuses.
    #[must_use]
    pub fn new(set: &JwkSet) -> Self {
        Self {
            keys: set
                .keys()
                .iter()
                .filter_map(|jwk| VerificationKey::new(jwk).ok())
                .collect(),
        }
    }

    /// Returns the keys of a JWK set, all of which must be usable.
    ///
    /// # Errors
    /// The reason for the first key that is not usable ([`InvalidKey`]).
    pub fn try_new(set: &JwkSet) -> Result<Self, InvalidKey> {
        if let Some(error) = set.refused().first() {
            return Err(*error);
        }
        Ok(Self {
            keys: set
                .keys()
                .iter()
                .map(VerificationKey::new)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl<K> KeySet<K> {
    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }
}

impl<K: VerifySignature> KeySet<K> {
    /// Returns true if there is a key with this id, or one without an id. If not, the set may be out of date.
    #[must_use]
    pub fn may_have(&self, key_id: Option<&str>) -> bool {
        self.keys.iter().any(|key| may_be(key, key_id))
    }

    /// Searches for the key that created the signature. The key id narrows the search and proves nothing.
    pub(crate) fn verify(
        &self,
        key_id: Option<&str>,
        algorithm: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidToken> {
        let mut outcome = InvalidToken::KeyUnknown;
        let mut trials = 0;
        for key in self.keys.iter().filter(|key| may_be(*key, key_id)) {
            if !key.permits(algorithm) {
                if outcome == InvalidToken::KeyUnknown {
                    outcome = InvalidToken::AlgorithmNotOfKey;
                }
                continue;
            }
            if trials >= MAX_KEY_TRIALS {
                break;
            }
            if key.verify(algorithm, signing_input, signature) {
                return Ok(());
            }
            trials += 1;
            outcome = InvalidToken::Signature;
        }
        Err(outcome)
    }
}

/// Returns true unless the key and the token have different key ids.
fn may_be<K: VerifySignature>(key: &K, key_id: Option<&str>) -> bool {
    match (key.key_id(), key_id) {
        (Some(own), Some(named)) => own == named,
        (None, _) | (_, None) => true,
    }
}

impl<K> From<K> for KeySet<K> {
    fn from(key: K) -> Self {
        Self { keys: vec![key] }
    }
}

impl<K> FromIterator<K> for KeySet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    struct Counted<'c>(Option<&'static str>, &'c Cell<usize>);

    impl VerifySignature for Counted<'_> {
        fn key_id(&self) -> Option<&str> {
            self.0
        }

        fn permits(&self, algorithm: Algorithm) -> bool {
            algorithm == Algorithm::Es256
        }

        fn verify(&self, _: Algorithm, _: &[u8], _: &[u8]) -> bool {
            self.1.set(self.1.get() + 1);
            false
        }
    }

    #[test]
    fn reports_why_no_key_matches() {
        let trials = Cell::new(0);
        let keys: KeySet<_> = [Counted(Some("a"), &trials), Counted(Some("b"), &trials)]
            .into_iter()
            .collect();
        let check = |key_id, algorithm, expected| {
            assert_eq!(keys.verify(key_id, algorithm, b"", b""), Err(expected))
        };
        check(Some("c"), Algorithm::Es256, InvalidToken::KeyUnknown);
        check(Some("a"), Algorithm::Es384, InvalidToken::AlgorithmNotOfKey);
        assert_eq!(trials.get(), 0);
        check(Some("a"), Algorithm::Es256, InvalidToken::Signature);
        assert_eq!(trials.get(), 1);
        assert!(keys.may_have(Some("a")) && keys.may_have(None) && !keys.may_have(Some("c")));
    }

    #[test]
    fn a_token_without_a_key_id_costs_a_bounded_number_of_trials() {
        let trials = Cell::new(0);
        let keys: KeySet<_> = (0..100).map(|_| Counted(None, &trials)).collect();
        assert_eq!(
            keys.verify(None, Algorithm::Es256, b"", b""),
            Err(InvalidToken::Signature)
        );
        assert_eq!(trials.get(), MAX_KEY_TRIALS);
    }
}
