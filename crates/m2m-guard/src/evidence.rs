//! The evidence for the denial of a call.

use core::fmt;

use m2m_jwt::InvalidToken;
use oauth_proto::InvalidBearer;

use crate::sent_scheme::SentScheme;

/// The evidence for the cause of a denial. It is for the operator of the API, not for the caller.
///
/// It contains values of claims only if the signature of the token is valid, and those of header parameters, which a stranger may have
/// written, in part. It never contains a part of the encoded token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// There is no evidence beyond the cause.
    None,
    /// The reason why the `Authorization` header cannot be read.
    Header(InvalidBearer),
    /// The problem of the token, such as the claim that is missing, or the time at which the token expired.
    Token(InvalidToken),
    /// There is an `Authorization` header, with another scheme than Bearer.
    Scheme(SentScheme),
    /// A parameter of the header of the token has another value than expected. Its signature has not been verified.
    HeaderParameter {
        /// `typ` or `alg`.
        name: &'static str,
        /// The values that are accepted.
        expected: Box<[Box<str>]>,
        /// The value in the token, of which the beginning is kept; `None` if it is absent.
        found: Option<Box<str>>,
    },
    /// A claim that marks access tokens has another value than expected.
    ClaimValue {
        /// The name of the claim.
        name: &'static str,
        /// The value, or the beginning of the value, that access tokens have.
        expected: &'static str,
        /// The value in the token, of which the beginning is kept; `None` if it is not a string.
        found: Option<Box<str>>,
    },
    /// A claim that the claim set `kinde` or the issuer profile defines has the wrong type.
    Claim {
        /// The name of the claim.
        name: &'static str,
    },
    /// The token is from another issuer.
    Issuer {
        /// The issuer that the API trusts.
        expected: Box<str>,
        /// `iss` of the token.
        found: Box<str>,
    },
    /// The token is for other audiences.
    Audience {
        /// The identifiers of the API.
        expected: Box<[Box<str>]>,
        /// `aud` of the token.
        found: Box<[Box<str>]>,
    },
    /// The token lacks scopes.
    Scope {
        /// The scopes that the call requires.
        needed: Box<[Box<str>]>,
        /// The scopes of these that the token lacks: at least one.
        missing: Box<[Box<str>]>,
    },
    /// The token has none of the scopes of which one is enough.
    AnyScope {
        /// The scopes.
        needed: Box<[Box<str>]>,
    },
    /// The keys of the issuer could not be fetched.
    Keys {
        /// The reason.
        reason: Box<str>,
    },
    /// The issuer says that the token is not active, and not why.
    Inactive,
    /// The issuer has not said whether the token is active.
    Unanswered {
        /// The reason.
        reason: Box<str>,
    },
    /// The token is of another organization, or of an application without an organization.
    Organization {
        /// The organization of the route, or of the resource.
        needed: Box<str>,
        /// `org_code` of the token.
        found: Option<Box<str>>,
    },
}

/// Writes one sentence for a log, without the full stop. Texts that come from a token are quoted and escaped.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Header(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::Scheme(scheme) => scheme.fmt(f),
            Self::HeaderParameter {
                name,
                expected,
                found,
            } => {
                let found = Quoted(found.as_deref());
                write!(
                    f,
                    "the header parameter `{name}` of the token is {found} instead of "
                )?;
                match &**expected {
                    [only] => write!(f, "{only:?}"),
                    several => write!(f, "one of {several:?}"),
                }
            }
            Self::ClaimValue {
                name,
                expected,
                found,
            } => write!(
                f,
                "the claim `{name}` is {} instead of {expected:?}",
                Quoted(found.as_deref())
            ),
            Self::Claim { name } => write!(f, "the claim `{name}` has the wrong type"),
            Self::Issuer { expected, found } => {
                write!(f, "the token is from {found:?} instead of {expected:?}")
            }
            Self::Audience { expected, found } => {
                write!(f, "the token is for {found:?} instead of {expected:?}")
            }
            Self::AnyScope { needed } => write!(f, "the token has none of the scopes {needed:?}"),
            Self::Keys { reason } | Self::Unanswered { reason } => f.write_str(reason),
            Self::Inactive => f.write_str(
                "the issuer says that the token is not active: it was revoked, or this API may not ask about it",
            ),
            Self::Scope { needed, missing } => {
                write!(
                    f,
                    "the token lacks {missing:?} of the required scopes {needed:?}"
                )
            }
            Self::Organization {
                needed,
                found: Some(found),
            } => write!(
                f,
                "the token is for the organization {found:?} instead of {needed:?}"
            ),
            Self::Organization {
                needed,
                found: None,
            } => write!(
                f,
                "the token has no organization, and {needed:?} is required"
            ),
        }
    }
}

/// A text in quotation marks, or the words for its absence.
struct Quoted<'t>(Option<&'t str>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "{text:?}"),
            None => f.write_str("absent"),
        }
    }
}

/// Returns at most this number of characters of a text that a stranger may have written.
pub(crate) fn beginning(text: &str, characters: usize) -> Box<str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), "..."].concat().into(),
        None => text.into(),
    }
}
