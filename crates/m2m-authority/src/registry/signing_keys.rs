//! The keys that tokens are signed with.

use std::sync::Arc;

use m2m_jwt::{Algorithm, JwkSet, Signer as _, SigningKey};

use super::Api;
use super::spelling::words;

words! {
    /// The state of a key.
    KeyState, "key state" {
        /// It is kept for later: no API needs it, so it is not announced and does not sign.
        Spare = "spare",
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

words! {
    /// The place where a key was created.
    KeyOrigin, "key origin" {
        /// A server generated it, and can replace it by another one.
        Generated = "generated",
        /// It was created elsewhere, and only an operator replaces it.
        Imported = "imported",
    }
}

impl KeyState {
    /// Returns a number that is greater for keys that more verifiers know, which should sign before others.
    #[must_use]
    pub const fn readiness(self) -> u8 {
        match self {
            Self::Retired => 0,
            Self::Spare => 1,
            Self::Retiring => 2,
            Self::Next => 3,
            Self::Active => 4,
        }
    }

    /// Returns true if keys in this state are in the JWK set.
    #[must_use]
    pub const fn is_announced(self) -> bool {
        matches!(self, Self::Next | Self::Active | Self::Retiring)
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

    /// The same keys, so that each of these APIs has one that signs for it: [its algorithm](Api::signs_with) at the moment, which is its
    /// [`signing_alg`](Api::signing_alg) afterwards. A key of that algorithm that is not active yet, as for a new API, becomes active among these keys, and
    /// does not change the algorithm of the other APIs.
    #[must_use]
    pub fn serving(mut self, apis: &mut [Api]) -> Self {
        let known = Algorithm::ALL.iter();
        let known: Vec<(Algorithm, KeyState)> = known
            .map(|algorithm| (*algorithm, self.best(*algorithm)))
            .collect();
        let best = |algorithm: Algorithm| {
            let mut known = known.iter();
            let own = known.find(|(own, _)| *own == algorithm);
            own.map_or(KeyState::Retired, |(_, state)| *state)
        };
        for api in apis {
            api.signing_alg = api.signs_with(best);
            self.activate(api.signing_alg);
        }
        self
    }

    /// Returns the state of the most widely known key of the algorithm.
    fn best(&self, algorithm: Algorithm) -> KeyState {
        let own = self.keys.iter();
        let own = own.filter(|(_, key)| key.algorithm() == algorithm);
        let best = own.max_by_key(|(state, _)| state.readiness());
        best.map_or(KeyState::Retired, |(state, _)| *state)
    }

    fn activate(&mut self, algorithm: Algorithm) {
        let own = self.keys.iter_mut();
        let own =
            own.filter(|(state, key)| key.algorithm() == algorithm && *state != KeyState::Retired);
        if let Some((state, _)) = own.max_by_key(|(state, _)| state.readiness()) {
            *state = KeyState::Active;
        }
    }

    /// Returns the state of the key with this key id.
    #[must_use]
    pub fn state(&self, key_id: &str) -> Option<KeyState> {
        let mut keys = self.keys.iter();
        let own = keys.find(|(_, key)| key.key_id() == key_id);
        own.map(|(state, _)| *state)
    }

    /// Returns true if there is a key of the algorithm that signs, or that can.
    #[must_use]
    pub fn has(&self, algorithm: Algorithm) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|(state, key)| *state != KeyState::Retired && key.algorithm() == algorithm)
    }

    /// The key that signs with `algorithm`.
    #[must_use]
    pub fn signing(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.keys
            .iter()
            .find(|(state, key)| *state == KeyState::Active && key.algorithm() == algorithm)
            .map(|(_, key)| &**key)
    }

    /// The algorithms of the keys in the [JWK set](Self::jwk_set), each once.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        Algorithm::ALL.iter().copied().filter(|algorithm| {
            let mut keys = self.keys.iter();
            keys.any(|(state, key)| state.is_announced() && key.algorithm() == *algorithm)
        })
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
            .filter(|(state, _)| state.is_announced())
            .map(|(_, key)| key.public_jwk())
            .cloned()
            .collect()
    }
}
