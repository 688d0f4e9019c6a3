//! What shows that a call was rightly denied.

use core::fmt;

use m2m_jwt::InvalidToken;
use oauth_proto::InvalidBearer;

/// What was found, beside the cause: for the operator of the API, not for the caller.
///
/// Values of claims are here only where the signature of the token was found good. No part of a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// The cause says it all.
    None,
    /// Where the `Authorization` header cannot be read.
    Header(InvalidBearer),
    /// What is wrong with the token: which claim is missing, or since when it has expired.
    Token(InvalidToken),
    /// A claim that the claim set `kinde` defines has the wrong type.
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
    /// The token is for others.
    Audience {
        /// The identifiers of the API.
        expected: Box<[Box<str>]>,
        /// `aud` of the token.
        found: Box<[Box<str>]>,
    },
    /// The token lacks scopes.
    Scope {
        /// What the call needs.
        needed: Box<[Box<str>]>,
        /// What of it the token lacks: one at least.
        missing: Box<[Box<str>]>,
    },
    /// The token is of another organization, or of none.
    Organization {
        /// The organization of the route, or of the resource.
        needed: Box<str>,
        /// `org_code` of the token.
        found: Option<Box<str>>,
    },
}

/// One sentence for a log, without the full stop. Texts that come from a token stand in quotes, escaped.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Header(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::Claim { name } => write!(f, "the claim `{name}` has the wrong type"),
            Self::Issuer { expected, found } => {
                write!(
                    f,
                    "the token is from {found:?}, and expected is {expected:?}"
                )
            }
            Self::Audience { expected, found } => {
                write!(
                    f,
                    "the token is for {found:?}, and expected is {expected:?}"
                )
            }
            Self::Scope { needed, missing } => {
                write!(f, "the token lacks {missing:?} of {needed:?}")
            }
            Self::Organization {
                needed,
                found: Some(found),
            } => write!(f, "the token is of {found:?}, and needed is {needed:?}"),
            Self::Organization {
                needed,
                found: None,
            } => write!(
                f,
                "the token is of no organization, and needed is {needed:?}"
            ),
        }
    }
}
