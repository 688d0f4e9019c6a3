//! The reasons why there is no token.

use core::time::Duration;

use http::StatusCode;
use m2m_errors::{Advice, Cause};

use super::{CredentialsUnavailable, DiscoveryError, Refused, TransportError, UnexpectedAnswer};

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
    /// The credentials could not be read.
    #[error(transparent)]
    Credentials(#[from] CredentialsUnavailable),
    /// The request ended without an outcome: its runtime has ended, or a part that the program brought has panicked.
    #[error("the request for a token was interrupted")]
    Interrupted,
    /// The caller waits no longer, and no request has failed until then (`TokenSource::token_within`).
    #[error("there was no token within {limit:?}")]
    TimedOut {
        /// The time for which the caller has waited.
        limit: Duration,
    },
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
            Self::Credentials(error) => error.cause(),
            Self::Interrupted => Cause::RequestNotSent,
            Self::TimedOut { .. } => Cause::AnswerTimedOut,
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
            Self::Credentials(_) | Self::Interrupted | Self::TimedOut { .. } => {
                self.cause().entry().for_caller
            }
        }
    }

    /// Returns the fixes, the most helpful first. Never empty.
    #[must_use]
    pub fn fixes(&self) -> &'static [&'static str] {
        self.advice().fixes
    }

    /// Returns true if the same request can succeed later without a change by a person: the server did not answer, is overloaded, or states
    /// when to try again. A refusal because of the credentials, the API or the scopes is not temporary, and neither is a certificate that is
    /// not trusted.
    ///
    /// ```
    /// use m2m_client::{Bytes, Credentials, UnixTime, http, read_token};
    ///
    /// let credentials = Credentials::new("billing-job", "s3cr3t")?;
    /// let refusal = |status: u16, body: &'static str| {
    ///     let answer = http::Response::builder().status(status).body(Bytes::from(body));
    ///     let answer = answer.expect("the parts are valid");
    ///     read_token(&answer, &credentials, UnixTime::from_seconds(0)).expect_err("it has no token")
    /// };
    /// assert!(refusal(503, "").is_temporary());
    /// assert!(!refusal(401, r#"{"error": "invalid_client"}"#).is_temporary());
    /// # Ok::<(), m2m_client::InvalidCredentials>(())
    /// ```
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_temporary(),
            Self::Unexpected(answer) => answer.retry_after.is_some() || is_temporary(answer.status),
            Self::Discovery(error) => {
                matches!(error, DiscoveryError::Status { status, .. } if is_temporary(*status))
            }
            Self::Transport(error) => error.failure().is_temporary(),
            Self::Credentials(_) => false,
            Self::Interrupted | Self::TimedOut { .. } => true,
        }
    }

    /// Returns the time to wait before the next attempt, if the server states it in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Unexpected(answer) => answer.retry_after,
            Self::Discovery(error) => error.retry_after(),
            Self::Transport(_)
            | Self::Credentials(_)
            | Self::Interrupted
            | Self::TimedOut { .. } => None,
        }
    }
}

/// Returns true if the status says that the server cannot answer now.
pub(super) fn is_temporary(status: StatusCode) -> bool {
    status.is_server_error()
        || [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::TOO_EARLY,
            StatusCode::TOO_MANY_REQUESTS,
        ]
        .contains(&status)
}
