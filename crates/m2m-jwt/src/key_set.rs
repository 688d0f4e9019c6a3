//! The keys of an issuer, ready to verify.

use crate::algorithm::Algorithm;
use crate::error::InvalidToken;
use crate::jwk_set::{JwkSet, RefusedKey};
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
    refused: Vec<RefusedKey>,
}

impl KeySet {
    /// Returns the keys of a JWK set, without those that the set or the crypto library [refuses](Self::refused).
    #[must_use]
    pub fn new(set: &JwkSet) -> Self {
        let mut keys = Vec::with_capacity(set.keys().len());
        let mut refused = set.refused().to_vec();
        for (index, jwk) in set.indexed() {
            match VerificationKey::new(jwk) {
                Ok(key) => keys.push(key),
                Err(reason) => refused.push(RefusedKey::of_key(index, jwk, reason)),
            }
        }
        refused.sort_by_key(RefusedKey::index);
        Self { keys, refused }
    }

    /// Returns the keys of a JWK set, all of which must be usable.
    ///
    /// # Errors
    /// The first key that is not usable, with the reason.
    pub fn try_new(set: &JwkSet) -> Result<Self, RefusedKey> {
        let mut keys = Self::new(set);
        if keys.refused.is_empty() {
            Ok(keys)
        } else {
            Err(keys.refused.swap_remove(0))
        }
    }
}

impl<K> KeySet<K> {
    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The keys of the JWK set that cannot be used, in order: those that the [set](JwkSet::refused) refused and those that the crypto
    /// library refused.
    #[must_use]
    pub fn refused(&self) -> &[RefusedKey] {
        &self.refused
    }
}

impl<K: VerifySignature> KeySet<K> {
    /// Returns true if there is a key with this id, or one without an id. If not, the set may be out of date.
    #[must_use]
    pub fn may_have(&self, key_id: Option<&str>) -> bool {
        key_id.is_none() && !self.keys.is_empty()
            || self.is_named(key_id)
            || self.keys.iter().any(|key| key.key_id().is_none())
    }

    /// Returns true if a token with this key id in its header was refused with this error, and the issuer may have published the right key
    /// since this set was fetched. Then fetch the set again, at a limited rate, since a forged token looks the same.
    ///
    /// It is true if no key of the set has the key id of the token. This includes tokens without a key id, whose issuer may have replaced
    /// the keys that were tried.
    ///
    /// ```
    /// use m2m_jwt::{Algorithm, JwkSet, KeySet, Limits, SigningKey, Unverified, sign, verify_signature};
    ///
    /// // An issuer with one key without a key id has replaced it.
    /// let keys = KeySet::new(&JwkSet::parse(
    ///     r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
    /// )?);
    /// let (new_key, _) = SigningKey::generate(Algorithm::EdDsa, Some("new"))?;
    /// let token = sign(None, b"payload", &new_key)?;
    /// let token = Unverified::parse(&token, &Limits::DEFAULT)?;
    /// let refused = verify_signature(&token, &keys, Algorithm::ALL).expect_err("it is another key");
    /// assert!(keys.may_be_outdated(token.header()?.key_id(), refused));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other errors are not about keys"
    )]
    pub fn may_be_outdated(&self, key_id: Option<&str>, error: InvalidToken) -> bool {
        match error {
            InvalidToken::KeyUnknown => true,
            InvalidToken::Signature | InvalidToken::AlgorithmNotOfKey => !self.is_named(key_id),
            InvalidToken::TooManyCandidates => key_id.is_some() && !self.is_named(key_id),
            _ => false,
        }
    }

    /// Searches for the key that created the signature. The key id narrows the search and proves nothing.
    pub(crate) fn verify(
        &self,
        key_id: Option<&str>,
        algorithm: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidToken> {
        let mut search = Search {
            algorithm,
            signing_input,
            signature,
            trials: 0,
            outcome: InvalidToken::KeyUnknown,
        };
        // First the keys that the token names, then those that it may mean.
        for key in self.keys.iter().filter(|key| is_named(*key, key_id)) {
            if search.finds(key, true)? {
                return Ok(());
            }
        }
        for key in self.keys.iter().filter(|key| may_be(*key, key_id)) {
            if search.finds(key, key_id.is_none())? {
                return Ok(());
            }
        }
        Err(search.outcome)
    }

    fn is_named(&self, key_id: Option<&str>) -> bool {
        self.keys.iter().any(|key| is_named(key, key_id))
    }
}

/// A search for the key that created a signature.
struct Search<'t> {
    algorithm: Algorithm,
    signing_input: &'t [u8],
    signature: &'t [u8],
    trials: usize,
    /// The error if no other key is found.
    outcome: InvalidToken,
}

impl Search<'_> {
    /// Returns true if the key created the signature. If it did not, this is evidence against the token only if the token means this key.
    fn finds<K: VerifySignature>(&mut self, key: &K, is_meant: bool) -> Result<bool, InvalidToken> {
        if !key.permits(self.algorithm) {
            if is_meant && self.outcome == InvalidToken::KeyUnknown {
                self.outcome = InvalidToken::AlgorithmNotOfKey;
            }
            return Ok(false);
        }
        if self.trials >= MAX_KEY_TRIALS {
            return Err(InvalidToken::TooManyCandidates);
        }
        if key.verify(self.algorithm, self.signing_input, self.signature) {
            return Ok(true);
        }
        self.trials += 1;
        if is_meant {
            self.outcome = InvalidToken::Signature;
        }
        Ok(false)
    }
}

/// Returns true if the token names the key.
fn is_named<K: VerifySignature>(key: &K, key_id: Option<&str>) -> bool {
    key_id.is_some() && key.key_id() == key_id
}

/// Returns true if the token does not name the key and may mean it, since one of them has no key id.
fn may_be<K: VerifySignature>(key: &K, key_id: Option<&str>) -> bool {
    key_id.is_none() || key.key_id().is_none()
}

impl<K> From<K> for KeySet<K> {
    fn from(key: K) -> Self {
        Self::from_iter([key])
    }
}

impl<K> FromIterator<K> for KeySet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            refused: Vec::new(),
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
    fn f15_a_token_without_a_key_id_costs_a_bounded_number_of_trials_and_the_reason_says_so() {
        let trials = Cell::new(0);
        let check = |count, key_id, expected| {
            trials.set(0);
            let keys: KeySet<_> = (0..count).map(|_| Counted(None, &trials)).collect();
            let outcome = keys.verify(key_id, Algorithm::Es256, b"", b"");
            assert_eq!(outcome, Err(expected), "{count} {key_id:?}");
            assert_eq!(trials.get(), count.min(MAX_KEY_TRIALS));
            keys.may_be_outdated(key_id, expected)
        };
        assert!(check(8, None, InvalidToken::Signature));
        assert!(!check(9, None, InvalidToken::TooManyCandidates));
        assert!(!check(100, None, InvalidToken::TooManyCandidates));
        assert!(check(8, Some("a"), InvalidToken::KeyUnknown));
        assert!(check(9, Some("a"), InvalidToken::TooManyCandidates));
    }

    #[test]
    fn f15_the_named_key_is_tried_before_keys_without_a_key_id() {
        let trials = Cell::new(0);
        let unnamed = (0..20).map(|_| Counted(None, &trials));
        let mut keys: KeySet<_> = unnamed.chain([Counted(Some("a"), &trials)]).collect();
        // The named key is the first to be tried, and the limit is counted from it on.
        let outcome = keys.verify(Some("a"), Algorithm::Es256, b"", b"");
        assert_eq!(outcome, Err(InvalidToken::TooManyCandidates));
        assert!(!keys.may_be_outdated(Some("a"), InvalidToken::TooManyCandidates));
        keys.keys.drain(..16);
        let outcome = keys.verify(Some("a"), Algorithm::Es256, b"", b"");
        assert_eq!(outcome, Err(InvalidToken::Signature));
        assert!(!keys.may_be_outdated(Some("a"), InvalidToken::Signature));
    }

    #[test]
    fn f15_a_key_without_a_key_id_does_not_speak_against_a_token_that_names_another() {
        let trials = Cell::new(0);
        let keys: KeySet<_> = [Counted(None, &trials), Counted(Some("a"), &trials)]
            .into_iter()
            .collect();
        for (key_id, algorithm, expected, outdated) in [
            (Some("b"), Algorithm::Es256, InvalidToken::KeyUnknown, true),
            (Some("b"), Algorithm::Rs256, InvalidToken::KeyUnknown, true),
            (Some("a"), Algorithm::Es256, InvalidToken::Signature, false),
            (
                Some("a"),
                Algorithm::Rs256,
                InvalidToken::AlgorithmNotOfKey,
                false,
            ),
            (None, Algorithm::Es256, InvalidToken::Signature, true),
            (
                None,
                Algorithm::Rs256,
                InvalidToken::AlgorithmNotOfKey,
                true,
            ),
        ] {
            assert_eq!(
                keys.verify(key_id, algorithm, b"", b""),
                Err(expected),
                "{key_id:?} {algorithm}"
            );
            assert_eq!(
                keys.may_be_outdated(key_id, expected),
                outdated,
                "{key_id:?} {algorithm}"
            );
        }
        let empty: KeySet<Counted<'_>> = KeySet::from_iter([]);
        assert!(!empty.may_have(None) && empty.may_be_outdated(None, InvalidToken::KeyUnknown));
        assert!(!keys.may_be_outdated(None, InvalidToken::TypeMissing));
    }
}
