//! The errors of JSON documents.

use m2m_errors::Cause;

use super::MemberProblem;

/// The bytes are not JSON, or not the document that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDocument {
    /// The bytes are not JSON in UTF-8, or nested too deeply.
    #[error("the document is not valid JSON at line {line}, column {column}")]
    NotJson {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1; 0 where the document ends too early on an empty line.
        column: usize,
    },
    /// A member that is needed is missing, repeated or of another type.
    #[error("{}, at line {line}, column {column}", Wrong(*member, *problem))]
    WrongMembers {
        /// The name of the member. `None` if the document is not an object, or if a member without a meaning here is repeated.
        member: Option<&'static str>,
        /// The problem.
        problem: MemberProblem,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
}

/// The problem of a member, in words.
struct Wrong(Option<&'static str>, MemberProblem);

impl core::fmt::Display for Wrong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self(Some(name), problem) => write!(f, "the member `{name}` {problem}"),
            Self(None, MemberProblem::Repeated) => {
                f.write_str("a member of the document appears more than once")
            }
            Self(None, problem) => write!(f, "the document {problem}"),
        }
    }
}

impl InvalidDocument {
    /// Returns the cause in the taxonomy of errors: a fault of the server that wrote the document, to which a server
    /// that depends on it can only answer `server_error`.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::NotJson { .. } | Self::WrongMembers { .. } => Cause::InternalError,
        }
    }
}

/// The document is not the metadata of the requested issuer or resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// The bytes are not the document.
    #[error(transparent)]
    Document(#[from] InvalidDocument),
    /// The document names another issuer (RFC 8414, section 3.3).
    #[error("the metadata names a different issuer")]
    OtherIssuer,
    /// The document names another resource (RFC 9728, section 3.3).
    #[error("the metadata names a different resource")]
    OtherResource,
}

impl InvalidMetadata {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Document(_) => Cause::KeysUnavailable,
            Self::OtherIssuer => Cause::IssuerMismatch,
            Self::OtherResource => Cause::AudienceMismatch,
        }
    }
}
