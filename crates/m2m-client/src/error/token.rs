//! Why there is no token.

use core::time::Duration;

use m2m_errors::Advice;

use super::{DiscoveryError, Refused, TransportError, UnexpectedAnswer};

/// Why there is no token.
///
/// No text of it holds the secret or a token, whatever a server answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token endpoint says no, and why.
    #[error(transparent)]
    Refused(#[from] Box<Refused>),
    /// What answers is no token endpoint, or gives no token that can be used.
    #[error(transparent)]
    Unexpected(#[from] Box<UnexpectedAnswer>),
    /// The metadata of the issuer do not lead to a token endpoint.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// Nobody answers.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl TokenError {
    /// What usually leads to it, and what to do about it.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::Refused(refused) => refused.advice(),
            Self::Unexpected(answer) => answer.advice(),
            Self::Discovery(error) => error.advice(),
            Self::Transport(error) => error.failure().advice(),
        }
    }

    /// What to do about it, the most helpful first. Never empty.
    #[must_use]
    pub fn fixes(&self) -> &'static [&'static str] {
        self.advice().fixes
    }

    /// How long to wait before the next attempt, where the server says it in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Unexpected(answer) => answer.retry_after,
            Self::Discovery(_) | Self::Transport(_) => None,
        }
    }
}
