//! The keys that tokens are signed with.

use std::sync::Arc;

use m2m_jwt::{Algorithm, JwkSet, Signer as _, SigningKey};

use super::spelling::words;

words! {
    /// The state of a key.
    KeyState, "key state" {
        /// It is announced in the JWK set, and does not sign yet.
        Next = "next",
        /// It signs.
        Active = "active",
        /// It no longer signs, and stays announced until its last token has expired.
        Retiring = "retiring",
        /// It is no longer announced.
        Retired = "retired",
    }
}

/// The keys of a server: at most one active one per algorithm, and those that are announced beside it.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys {
    keys: Vec<(KeyState, Arc<SigningKey>)>,
}

impl SigningKeys {
    /// Returns a set of these keys, all of them active.
    #[must_use]
    pub fn active(keys: impl IntoIterator<Item = SigningKey>) -> Self {
        Self {
            keys: keys
                .into_iter()
                .map(|key| (KeyState::Active, Arc::new(key)))
                .collect(),
        }
    }

    /// The same keys and one more.
    #[must_use]
    pub fn with(mut self, state: KeyState, key: SigningKey) -> Self {
        self.keys.push((state, Arc::new(key)));
        self
    }

    /// The key that signs with `algorithm`.
    #[must_use]
    pub fn signing(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.keys
            .iter()
            .find(|(state, key)| *state == KeyState::Active && key.algorithm() == algorithm)
            .map(|(_, key)| &**key)
    }

    /// The algorithms that can sign, each once.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| self.signing(*algorithm).is_some())
    }

    /// Returns the public keys of tokens that may be in use: the active and the retiring ones. A key in the state next has not signed
    /// anything yet.
    #[must_use]
    pub fn signed(&self) -> JwkSet {
        let has_signed = |state: KeyState| matches!(state, KeyState::Active | KeyState::Retiring);
        self.keys
            .iter()
            .filter(|(state, _)| has_signed(*state))
            .map(|(_, key)| key.public_jwk())
            .cloned()
            .collect()
    }

    /// The public keys that are announced: next, active and retiring ones.
    #[must_use]
    pub fn jwk_set(&self) -> JwkSet {
        self.keys
            .iter()
            .filter(|(state, _)| *state != KeyState::Retired)
            .map(|(_, key)| key.public_jwk())
            .cloned()
            .collect()
    }
}
