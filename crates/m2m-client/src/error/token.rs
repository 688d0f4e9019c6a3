//! The reasons why there is no token.

use core::time::Duration;

use m2m_errors::{Advice, Cause};

use super::{DiscoveryError, Refused, TransportError, UnexpectedAnswer};

/// The reason why there is no token.
///
/// None of its texts contains the secret or a token, regardless of what a server answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token endpoint refuses the request, with a code.
    #[error(transparent)]
    Refused(#[from] Box<Refused>),
    /// The answer is not that of a token endpoint, or contains no token that can be used.
    #[error(transparent)]
    Unexpected(#[from] Box<UnexpectedAnswer>),
    /// The metadata of the issuer do not lead to a token endpoint.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// There is no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl TokenError {
    /// Returns the cause in the taxonomy of errors. Only the server knows the exact cause of a refusal.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Refused(_) => Cause::TokenRequestRefused,
            Self::Unexpected(answer) => answer.cause(),
            Self::Discovery(error) => error.cause(),
            Self::Transport(error) => error.failure().cause(),
        }
    }

    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::Refused(refused) => refused.advice(),
            Self::Unexpected(answer) => answer.advice(),
            Self::Discovery(error) => error.advice(),
            Self::Transport(error) => error.failure().advice(),
        }
    }

    /// Returns the fixes, the most helpful first. Never empty.
    #[must_use]
    pub fn fixes(&self) -> &'static [&'static str] {
        self.advice().fixes
    }

    /// Returns the time to wait before the next attempt, if the server states it in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Unexpected(answer) => answer.retry_after,
            Self::Discovery(_) | Self::Transport(_) => None,
        }
    }
}
