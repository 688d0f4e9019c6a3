//! The errors of the headers `Authorization` and `WWW-Authenticate`.

use m2m_errors::Cause;

/// The `Authorization` header does not contain HTTP Basic credentials with a client id and a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBasicCredentials {
    /// The scheme is another one.
    #[error("the scheme of the authorization header is not Basic")]
    OtherScheme,
    /// The credentials are not base64 with canonical padding.
    #[error("the credentials are not valid base64 at byte {offset}")]
    BrokenBase64 {
        /// The offset in the header value, counted from 0.
        offset: usize,
    },
    /// The decoded base64 is not UTF-8.
    #[error("the credentials are not UTF-8")]
    NotUtf8,
    /// No colon separates the client id from the secret.
    #[error("the credentials have no colon between client id and secret")]
    ColonMissing,
    /// The header value has more than [`MessageLimits::max_header_bytes`](crate::MessageLimits::max_header_bytes).
    #[error("the authorization header is too long")]
    TooLong,
}

impl InvalidBasicCredentials {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::OtherScheme => Cause::AuthenticationSchemeUnsupported,
            Self::BrokenBase64 { .. } | Self::NotUtf8 | Self::ColonMissing => Cause::BasicMalformed,
            Self::TooLong => Cause::HeadersTooLarge,
        }
    }
}

/// The `Authorization` header has the scheme Bearer, but not exactly one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBearer {
    /// Nothing follows the scheme.
    #[error("the authorization header has no token")]
    TokenMissing,
    /// More than one token follows the scheme.
    #[error("the authorization header has a second token at byte {offset}")]
    SeveralTokens {
        /// The offset of the second one in the header value, counted from 0.
        offset: usize,
    },
    /// A byte that a token cannot contain (RFC 6750, section 2.1).
    #[error("byte {offset} of the authorization header is not allowed in a token")]
    ByteRefused {
        /// The offset in the header value, counted from 0.
        offset: usize,
    },
    /// The request has several `Authorization` headers, one of them Bearer.
    #[error("the request has more than one authorization header")]
    SeveralHeaders,
    /// The header value has more than [`MessageLimits::max_header_bytes`](crate::MessageLimits::max_header_bytes).
    #[error("the authorization header is too long")]
    TooLong,
}

impl InvalidBearer {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::TokenMissing
            | Self::SeveralTokens { .. }
            | Self::ByteRefused { .. }
            | Self::SeveralHeaders => Cause::AuthorizationHeaderMalformed,
            Self::TooLong => Cause::TokenTooLong,
        }
    }
}

/// The `WWW-Authenticate` value is not a list of challenges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChallenge {
    /// A byte that is not allowed at its place (RFC 9110, section 11.6.1).
    #[error("the challenge is malformed at byte {offset}")]
    ByteRefused {
        /// The offset in the header value, counted from 0.
        offset: usize,
    },
    /// A quoted string is not closed.
    #[error("the quoted string at byte {offset} is not closed")]
    QuoteOpen {
        /// The offset at which the quoted string starts in the header value, counted from 0.
        offset: usize,
    },
    /// A parameter appears twice in one challenge (RFC 9110, section 11.2).
    #[error("the parameter at byte {offset} is repeated")]
    ParameterRepeated {
        /// The offset of the second one in the header value, counted from 0.
        offset: usize,
    },
    /// A challenge has more than [`MessageLimits::max_parameters`](crate::MessageLimits::max_parameters).
    #[error("a challenge has too many parameters")]
    ParametersTooMany,
    /// The header value has more than [`MessageLimits::max_header_bytes`](crate::MessageLimits::max_header_bytes).
    #[error("the challenge is too long")]
    TooLong,
}

impl InvalidChallenge {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::ByteRefused { .. }
            | Self::QuoteOpen { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParametersTooMany => Cause::HttpMalformed,
            Self::TooLong => Cause::HeadersTooLarge,
        }
    }
}
