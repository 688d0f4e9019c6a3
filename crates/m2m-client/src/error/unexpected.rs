//! Answers that are not those of a token endpoint.

use core::fmt;
use core::time::Duration;

use http::StatusCode;
use m2m_errors::{Advice, Status};
use oauth_proto::InvalidDocument;

/// An answer that is neither a token nor a refusal: the page of a proxy, another document, a token of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedAnswer {
    /// The status of HTTP.
    pub status: StatusCode,
    /// The problem with the answer.
    pub because: UnexpectedBecause,
    /// The title of a page, or the first words of another answer. `None` if a token may be among them.
    pub excerpt: Option<String>,
    /// The time to wait before the next attempt, if the server states it in seconds.
    pub retry_after: Option<Duration>,
}

/// The problem with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnexpectedBecause {
    /// It points elsewhere. Credentials are not sent there.
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
    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match &self.because {
            UnexpectedBecause::Redirect { .. } => REDIRECT,
            UnexpectedBecause::Status => Status::from_code(self.status.as_u16())
                .map_or(ANOTHER_SERVER, |status| status.entry().advice),
            UnexpectedBecause::ContentType { .. } | UnexpectedBecause::Document(_) => {
                ANOTHER_SERVER
            }
            UnexpectedBecause::TokenType { .. } => TOKEN_TYPE,
            UnexpectedBecause::TokenMalformed => TOKEN_MALFORMED,
        }
    }
}

impl fmt::Display for UnexpectedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        match &self.because {
            UnexpectedBecause::Redirect {
                location: Some(location),
            } => write!(
                f,
                "the answer is {status}, to {location}, where no credentials are sent"
            ),
            UnexpectedBecause::Redirect { location: None } => {
                write!(
                    f,
                    "the answer is {status}, and credentials are not sent elsewhere"
                )
            }
            UnexpectedBecause::Status => {
                write!(f, "the answer is {status}, without an error code of OAuth")
            }
            UnexpectedBecause::ContentType { content_type } => {
                write!(
                    f,
                    "the answer is {content_type} instead of application/json"
                )
            }
            UnexpectedBecause::Document(error) => {
                write!(f, "the answer is no token response: {error}")
            }
            UnexpectedBecause::TokenType { token_type } => {
                write!(
                    f,
                    "the token is of the type {token_type:?} instead of Bearer"
                )
            }
            UnexpectedBecause::TokenMalformed => {
                f.write_str("the token is empty, or has characters that cannot stand in a header")
            }
        }?;
        match &self.excerpt {
            Some(excerpt) => write!(f, "; it says: {excerpt}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for UnexpectedAnswer {}

const REDIRECT: Advice = Advice {
    causes: &[
        "The address is plain http, and the server sends its callers to https.",
        "The address lacks a slash, or has one too many, or is that of a page for people.",
        "The server moved.",
    ],
    fixes: &[
        "If you trust the address that it points to, use that one.",
        "Name the issuer, and let its metadata name the token endpoint.",
    ],
};

const ANOTHER_SERVER: Advice = Advice {
    causes: &[
        "A proxy, a firewall or a login page answers in the place of the server.",
        "The address is that of a page or of another service, not that of a token endpoint.",
    ],
    fixes: &[
        "Fetch the metadata of the issuer with curl, from the same machine, and look at who answers.",
        "Compare the address with token_endpoint in the metadata of the issuer.",
    ],
};

const TOKEN_TYPE: Advice = Advice {
    causes: &[
        "The server binds tokens to a proof of possession, such as DPoP, which this client does not make.",
    ],
    fixes: &[
        "Have the application registered for bearer tokens, or use a client that knows the type.",
    ],
};

const TOKEN_MALFORMED: Advice = Advice {
    causes: &["The server, or something that changes its answers on the way, is broken."],
    fixes: &[
        "Request a token with curl, from the same machine, and show the answer, without the token, to the operator of the server.",
    ],
};
