//! The errors of this crate's functions.

use m2m_errors::Cause;
use m2m_jwt::SigningFailed;
use oauth_proto::InvalidIssuer;

use crate::access_token::MAX_TOKEN_VALUES;

/// An error in the settings of an [`Authority`](crate::Authority).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAuthority {
    /// The issuer is not an issuer identifier (RFC 8414, section 2).
    #[error("invalid issuer: {0}")]
    Issuer(InvalidIssuer),
}

impl InvalidAuthority {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Issuer(error) => error.cause(),
        }
    }
}

/// The reason why an access token was not issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueFailed {
    /// The token would have more properties or feature flags than verifiers read.
    #[error(
        "the token would have {count} properties or feature flags; the maximum is {MAX_TOKEN_VALUES}"
    )]
    TooManyValues {
        /// The number of the more numerous kind.
        count: usize,
    },
    /// The token is too long, or the signer failed.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

impl IssueFailed {
    /// The cause in the taxonomy.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::TooManyValues { .. } => Cause::IssuedTokenTooLong,
            Self::Signing(error) => error.cause(),
        }
    }
}
