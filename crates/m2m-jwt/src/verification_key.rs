//! Public keys that verify.

use core::fmt;

use crate::algorithm::{Algorithm, KeyType};
use crate::backend::PublicKey;
use crate::curve_check::is_on_curve;
use crate::error::InvalidKey;
use crate::jwk::{Jwk, PublicParameters};

/// Verifies signatures with one public key: a [`VerificationKey`], or a replacement for one.
pub trait VerifySignature {
    /// The key id, if the key has one.
    fn key_id(&self) -> Option<&str>;

    /// Returns true if the key may be used with this algorithm.
    fn permits(&self, algorithm: Algorithm) -> bool;

    /// Returns true if the signature is one of these bytes by this key. `algorithm` is one that the key [permits](Self::permits).
    fn verify(&self, algorithm: Algorithm, signing_input: &[u8], signature: &[u8]) -> bool;
}

/// A public key, parsed once.
///
/// With an `alg` it is for that algorithm only. Without one it is for the algorithms of its type, which is one for each curve and six for
/// RSA; the [`Expectations`](crate::Expectations) determine which of these are accepted.
#[derive(Clone)]
pub struct VerificationKey {
    key: PublicKey,
    key_id: Option<Box<str>>,
    key_type: KeyType,
    algorithm: Option<Algorithm>,
}

impl VerificationKey {
    /// The key of a JWK.
    ///
    /// # Errors
    /// [`InvalidKey::PointNotOnCurve`] if the point of an EC key is not on its curve ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    pub fn new(jwk: &Jwk) -> Result<Self, InvalidKey> {
        if let PublicParameters::Ec { curve, point } = jwk.parameters()
            && !is_on_curve(*curve, point)
        {
            return Err(InvalidKey::PointNotOnCurve);
        }
        Ok(Self {
            key: PublicKey::new(jwk.parameters())?,
            key_id: jwk.key_id().map(Box::from),
            key_type: jwk.key_type(),
            algorithm: jwk.algorithm(),
        })
    }
}

impl VerifySignature for VerificationKey {
    fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    fn permits(&self, algorithm: Algorithm) -> bool {
        self.key_type == algorithm.key_type() && self.algorithm.is_none_or(|own| own == algorithm)
    }

    fn verify(&self, algorithm: Algorithm, signing_input: &[u8], signature: &[u8]) -> bool {
        self.permits(algorithm) && self.key.verify(algorithm, signing_input, signature)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("key_id", &self.key_id)
            .field("key_type", &self.key_type)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
