//! The errors of JWK sets.

use m2m_errors::Cause;
use thiserror::Error;

use super::InvalidJson;
use crate::limits::{MAX_JWK_SET_BYTES, MAX_JWK_SET_KEYS};

/// The text is not a JSON Web Key Set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidJwkSet {
    /// Longer than [`MAX_JWK_SET_BYTES`].
    #[error("the JWK set is longer than {MAX_JWK_SET_BYTES} bytes")]
    TooLong,
    /// Not a JSON object, or one with two members `keys`.
    #[error("the JWK set cannot be parsed: {0}")]
    Json(InvalidJson),
    /// There is no member `keys`.
    #[error("the JWK set has no member `keys`")]
    KeysMissing,
    /// `keys` is not an array.
    #[error("the member `keys` of the JWK set must be an array")]
    KeysNotArray,
    /// More keys than [`MAX_JWK_SET_KEYS`].
    #[error("the JWK set has more than {MAX_JWK_SET_KEYS} keys")]
    TooManyKeys,
}

impl InvalidJwkSet {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::KeyMalformed
    }
}
