//! The errors of single values.

use m2m_errors::Cause;

/// The value is not a scope list, or not a scope token (RFC 6749, appendix A.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scope is malformed at byte {offset}")]
#[non_exhaustive]
pub struct InvalidScope {
    /// Offset of the first refused byte, counted from 0; the length of the value where a token is missing at its end.
    pub offset: usize,
}

impl InvalidScope {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::ScopeMalformed
    }
}

/// The value is not a client id of this grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClientId {
    /// The value is empty.
    #[error("the client id is empty")]
    Empty,
    /// The value is longer than [`ClientId::MAX_BYTES`](crate::ClientId::MAX_BYTES).
    #[error("the client id is too long")]
    TooLong,
    /// A byte that is not visible ASCII, or one of `%`, `+`, `:`.
    #[error("byte {offset} is not allowed in a client id")]
    ByteRefused {
        /// Offset of the first such byte, counted from 0.
        offset: usize,
    },
}

impl InvalidClientId {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Empty | Self::TooLong | Self::ByteRefused { .. } => Cause::ClientIdMalformed,
        }
    }
}

/// The value is not the identifier of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAudience {
    /// The value is empty.
    #[error("the audience is empty")]
    Empty,
    /// The value is longer than [`Audience::MAX_BYTES`](crate::Audience::MAX_BYTES).
    #[error("the audience is too long")]
    TooLong,
    /// A control character, white space, `"` or `\`.
    #[error("the character at byte {offset} is not allowed in an audience")]
    CharacterRefused {
        /// Offset of the first such character, counted from 0.
        offset: usize,
    },
}

impl InvalidAudience {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Empty | Self::TooLong | Self::CharacterRefused { .. } => Cause::AudienceMalformed,
        }
    }
}

/// The value is not an absolute URI without a fragment (RFC 8707, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResourceIndicator {
    /// The value does not start with a scheme and a colon: it is relative, or empty.
    #[error("the resource must be an absolute URI")]
    NotAbsolute,
    /// The value has a fragment.
    #[error("the resource must not contain a fragment (#…), but has one at byte {offset}")]
    Fragment {
        /// The offset of the `#`, counted from 0.
        offset: usize,
    },
    /// A byte that is not allowed at its place in a URI (RFC 3986, appendix A).
    #[error("the resource is not a valid URI at byte {offset}")]
    ByteRefused {
        /// Offset of the first such byte, counted from 0.
        offset: usize,
    },
    /// The value is longer than [`ResourceIndicator::MAX_BYTES`](crate::ResourceIndicator::MAX_BYTES).
    #[error("the resource is too long")]
    TooLong,
}

impl InvalidResourceIndicator {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::NotAbsolute
            | Self::Fragment { .. }
            | Self::ByteRefused { .. }
            | Self::TooLong => Cause::AudienceMalformed,
        }
    }
}

/// The value is not an issuer identifier (RFC 8414, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIssuer {
    /// The value is not a URI.
    #[error("the issuer must be a URL")]
    NotAUrl,
    /// The scheme is neither `https` nor `http`, in lower case.
    #[error("the scheme of the issuer URL must be https or http")]
    OtherScheme,
    /// The host is missing, or credentials precede it.
    #[error("the issuer URL must contain a host, and must not contain credentials")]
    HostMissing,
    /// There is a query.
    #[error("the issuer URL must not contain a query (?…)")]
    Query,
    /// There is a fragment.
    #[error("the issuer URL must not contain a fragment (#…)")]
    Fragment,
}

impl InvalidIssuer {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::NotAUrl
            | Self::OtherScheme
            | Self::HostMissing
            | Self::Query
            | Self::Fragment => Cause::IssuerMismatch,
        }
    }
}
