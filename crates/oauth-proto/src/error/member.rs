//! The problems of single members of JSON objects.

use core::fmt;

use crate::InvalidIssuer;

/// The reason why a member of a JSON object cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberProblem {
    /// The member is absent, or `null`, which means the same.
    #[error("is missing")]
    Missing,
    /// The object has several members of this name (RFC 8259, section 4), so that readers may use different ones.
    #[error("appears more than once")]
    Repeated,
    /// The value has another type.
    #[error("is {found} instead of {expected}")]
    WrongType {
        /// The type of the value, such as `a number`.
        found: &'static str,
        /// The type or types that are accepted, such as `a string`.
        expected: &'static str,
    },
    /// The value has the right type, and is not allowed: a negative number, for example.
    #[error("is not {expected}")]
    NotAllowed {
        /// The values that are accepted.
        expected: &'static str,
    },
    /// The string contains half of a surrogate pair, which is not a character (RFC 8259, section 8.2).
    #[error("contains an escape that is not a character")]
    NotUnicode,
    /// The string is not an issuer.
    #[error("is not an issuer: {0}")]
    NotAnIssuer(InvalidIssuer),
}

/// A member of a document of another server, or an entry of a list in it, that was not read.
///
/// Displays as a sentence without a full stop: "`scopes_supported` is an object instead of a list of strings".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedMember {
    /// The place in the document, such as `scopes_supported`, `mtls_endpoint_aliases.token_endpoint` or `authorization_servers[1]`, in
    /// which entries are counted from 0.
    pub path: String,
    /// The reason.
    pub problem: MemberProblem,
}

impl fmt::Display for SkippedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.path, self.problem)
    }
}
