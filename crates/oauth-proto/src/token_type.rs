//! The type of an access token.

use core::fmt;
use std::borrow::Cow;

/// A value of `token_type`, which is compared in any case.
///
/// Exhaustive: a client has to decide about every type, and unknown types are `Other`.
///
/// Source: RFC 6749, section 7.1, <https://www.rfc-editor.org/rfc/rfc6749#section-7.1>.
///
/// ```
/// use oauth_proto::TokenType;
///
/// assert_eq!(TokenType::from("bearer"), TokenType::Bearer);
/// assert_eq!(TokenType::Bearer.as_str(), "Bearer");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenType<'a> {
    /// `Bearer` (RFC 6750): every party that has the token can use it.
    Bearer,
    /// `DPoP` (RFC 9449): used with a proof of possession.
    Dpop,
    /// An unknown type, as it was sent.
    Other(Cow<'a, str>),
}

impl TokenType<'_> {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
            Self::Other(other) => other,
        }
    }
}

impl<'a> From<Cow<'a, str>> for TokenType<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        [Self::Bearer, Self::Dpop]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(&text))
            .unwrap_or(Self::Other(text))
    }
}

impl<'a> From<&'a str> for TokenType<'a> {
    fn from(text: &'a str) -> Self {
        Cow::Borrowed(text).into()
    }
}

impl fmt::Display for TokenType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
