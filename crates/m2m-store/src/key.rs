//! Signing keys as a store keeps them.

use core::fmt;

use m2m_authority::registry::{KeyOrigin, KeyState};
use m2m_jwt::{Algorithm, UnixTime};

/// A signing key: its public properties, and its private part, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its name in headers of tokens and in the JWK set.
    pub kid: Box<str>,
    /// The algorithm that it signs with.
    pub algorithm: Algorithm,
    /// The state of its lifecycle.
    pub state: KeyState,
    /// The place where it was created.
    pub origin: KeyOrigin,
    /// The time at which it was created or imported.
    pub created_at: UnixTime,
    /// The time at which it entered this state.
    pub state_since: UnixTime,
    /// The public key as a JWK, in JSON.
    pub public_jwk: Box<str>,
    /// The private key.
    pub sealed: SealedKey,
}

/// The PKCS#8 document of a private key, encrypted and authenticated under the sealing key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(pub(crate) Box<[u8]>);

impl SealedKey {
    /// Returns the sealed bytes, as they are stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns a sealed key of bytes that were stored.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} bytes]", self.0.len())
    }
}
