//! The thumbprint of a key: an identifier that anyone can compute from its public half.

use core::fmt;

use crate::base64url;
use crate::digest::sha256;

/// The SHA-256 thumbprint of a key. [`SigningKey`](crate::SigningKey) uses it as the key id unless another is given.
///
/// Source: [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    /// Hashes a key. `canonical` is a JWK with its required members alone, sorted, without white space.
    pub(crate) fn of(canonical: &[u8]) -> Self {
        Self(sha256(canonical))
    }

    /// The hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Writes the thumbprint in base64url, 43 letters.
impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(self.0))
    }
}
