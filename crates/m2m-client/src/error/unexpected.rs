//! Answers that are not those of a token endpoint.

use core::fmt;
use core::time::Duration;

use http::StatusCode;
use m2m_errors::{Advice, Cause, Status};
use oauth_proto::InvalidDocument;

/// An answer that is neither a token nor a refusal: the page of a proxy, another document, a token of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedAnswer {
    /// The status of HTTP.
    pub status: StatusCode,
    /// The problem with the answer.
    pub because: UnexpectedReason,
    /// The title of a page, or the first words of another answer. `None` if a token may be among them.
    pub excerpt: Option<String>,
    /// The time to wait before the next attempt, if the server states it in seconds.
    pub retry_after: Option<Duration>,
}

/// The problem with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnexpectedReason {
    /// It is a redirect. Redirects are not followed, since they would send credentials to another address.
    Redirect {
        /// The target of the redirect, without a query.
        location: Option<String>,
    },
    /// The status is an error, and there is no OAuth error that explains it.
    Status,
    /// It is not JSON by its `Content-Type`.
    ContentType {
        /// The media type of the answer.
        content_type: String,
    },
    /// It is not a document that contains a token.
    Document(InvalidDocument),
    /// The type of the token is not known to this crate.
    TokenType {
        /// The type.
        token_type: String,
    },
    /// The token is empty, or has characters that a header cannot contain.
    TokenMalformed,
}

impl UnexpectedAnswer {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match &self.because {
            UnexpectedReason::Redirect { .. } => Cause::AnswerRedirected,
            UnexpectedReason::Status
            | UnexpectedReason::ContentType { .. }
            | UnexpectedReason::Document(_) => Cause::AnswerNotUnderstood,
            UnexpectedReason::TokenType { .. } => Cause::TokenTypeUnsupported,
            UnexpectedReason::TokenMalformed => Cause::TokenUnusable,
        }
    }

    /// Returns the usual causes, and the fixes: those of the status if the answer has nothing more exact.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let of_status = match &self.because {
            UnexpectedReason::Status => Status::from_code(self.status.as_u16()),
            UnexpectedReason::Redirect { .. }
            | UnexpectedReason::ContentType { .. }
            | UnexpectedReason::Document(_)
            | UnexpectedReason::TokenType { .. }
            | UnexpectedReason::TokenMalformed => None,
        };
        of_status.map_or_else(
            || self.cause().entry().for_caller,
            |status| status.entry().advice,
        )
    }
}

impl fmt::Display for UnexpectedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        match &self.because {
            UnexpectedReason::Redirect {
                location: Some(location),
            } => write!(
                f,
                "the answer is {status}, a redirect to {location}, and redirects are not followed"
            ),
            UnexpectedReason::Redirect { location: None } => {
                write!(f, "the answer is {status}, and redirects are not followed")
            }
            UnexpectedReason::Status => {
                write!(f, "the answer is {status}, without an OAuth error code")
            }
            UnexpectedReason::ContentType { content_type } => {
                write!(
                    f,
                    "the answer is {content_type} instead of application/json"
                )
            }
            UnexpectedReason::Document(error) => {
                write!(f, "the answer is not a token response: {error}")
            }
            UnexpectedReason::TokenType { token_type } => {
                write!(f, "the token has the type {token_type:?} instead of Bearer")
            }
            UnexpectedReason::TokenMalformed => {
                f.write_str("the token is empty, or has characters that a header cannot contain")
            }
        }?;
        match &self.excerpt {
            Some(excerpt) => write!(f, "; it contains: {excerpt}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for UnexpectedAnswer {}
