//! The header `WWW-Authenticate`, written and read.

use core::fmt;
use std::borrow::Cow;

use crate::{
    InvalidChallenge, MessageLimits,
    description::{clean_printable, clean_text, clean_uri},
};

mod lenient;
mod reader;

pub use lenient::RecognizedChallenges;

/// One challenge of a `WWW-Authenticate` header: the scheme by which to authenticate, and the error.
///
/// Every value is printed in quotes, and no parameter appears twice. Header values with several challenges are read with
/// [`Challenge::parse_list`].
///
/// Source: RFC 9110, section 11.6.1, <https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1>; RFC 6750, section 3.
///
/// ```
/// use oauth_proto::{Challenge, ChallengeParameter, MessageLimits};
///
/// let challenge = Challenge::bearer()
///     .with(ChallengeParameter::Error, "invalid_token")
///     .with(ChallengeParameter::ErrorDescription, "The token has expired");
/// let value = challenge.to_string();
/// assert_eq!(value, r#"Bearer error="invalid_token", error_description="The token has expired""#);
/// assert_eq!(Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT)?, [challenge]);
/// # Ok::<(), oauth_proto::InvalidChallenge>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge<'a> {
    scheme: Cow<'a, str>,
    token68: Option<Cow<'a, str>>,
    /// The parameters. No name appears twice, in any case.
    parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A parameter that the challenges of this crate have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChallengeParameter {
    /// `realm` (RFC 9110, section 11.5): the protection space.
    Realm,
    /// `error` (RFC 6750, section 3).
    Error,
    /// `error_description` (RFC 6750, section 3).
    ErrorDescription,
    /// `error_uri` (RFC 6750, section 3).
    ErrorUri,
    /// `scope` (RFC 6750, section 3): the scopes that the call needs.
    Scope,
    /// `resource_metadata` (RFC 9728, section 5.1): the URL of the API's metadata.
    ResourceMetadata,
    /// `trace_id`: the id of this one refusal; not a parameter of an RFC.
    TraceId,
}

impl ChallengeParameter {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Realm => "realm",
            Self::Error => "error",
            Self::ErrorDescription => "error_description",
            Self::ErrorUri => "error_uri",
            Self::Scope => "scope",
            Self::ResourceMetadata => "resource_metadata",
            Self::TraceId => "trace_id",
        }
    }

    fn clean(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Realm => clean_printable(value),
            Self::Error | Self::ErrorDescription | Self::Scope | Self::TraceId => clean_text(value),
            Self::ErrorUri | Self::ResourceMetadata => clean_uri(value),
        }
    }
}

impl<'a> Challenge<'a> {
    /// Returns a challenge of the scheme Basic, without parameters. RFC 7617 requires a `realm`.
    #[must_use]
    pub const fn basic() -> Self {
        Self::of("Basic")
    }

    /// Returns a challenge of the scheme Bearer, without parameters.
    #[must_use]
    pub const fn bearer() -> Self {
        Self::of("Bearer")
    }

    const fn of(scheme: &'static str) -> Self {
        Self {
            scheme: Cow::Borrowed(scheme),
            token68: None,
            parameters: Vec::new(),
        }
    }

    /// Returns the challenge with a parameter, which replaces one of the same name.
    ///
    /// A `?` replaces each character that the parameter cannot have: RFC 6750, section 3 allows `%x20-21 / %x23-5B / %x5D-7E`, in URIs
    /// without the space; a realm may have any printable ASCII.
    #[must_use]
    pub fn with(mut self, parameter: ChallengeParameter, value: &str) -> Self {
        let value: Cow<'a, str> = Cow::Owned(parameter.clean(value).into_owned());
        let name = parameter.as_str();
        match self
            .parameters
            .iter_mut()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
        {
            Some((_, own)) => *own = value,
            None => self.parameters.push((Cow::Borrowed(name), value)),
        }
        self
    }

    /// Reads a header value with one challenge or more. Any scheme and any parameter is accepted.
    ///
    /// ```abnf
    /// WWW-Authenticate = #challenge
    /// challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
    /// auth-param       = token BWS "=" BWS ( token / quoted-string )
    /// ```
    ///
    /// # Errors
    /// - [`InvalidChallenge::ByteRefused`], [`InvalidChallenge::QuoteOpen`], [`InvalidChallenge::ParameterRepeated`],
    ///   [`InvalidChallenge::ParametersTooMany`] (cause `http-malformed`);
    /// - [`InvalidChallenge::TooLong`] (`headers-too-large`).
    pub fn parse_list(
        header_value: &'a [u8],
        limits: &MessageLimits,
    ) -> Result<Vec<Self>, InvalidChallenge> {
        reader::read(header_value, limits)
    }

    /// Recognizes the challenges of a header value that need not be in the grammar, for tools and clients that explain the answers of any
    /// server. A guard, or whatever acts on the answer, uses [`Challenge::parse_list`].
    ///
    /// Parameters without commas between them or separated by semicolons, values without quotes, quotes within values and strings without
    /// names are read. Of a repeated parameter the first one counts. Bytes that are not UTF-8 are letters of ISO-8859-1. A value that is longer
    /// than [`MessageLimits::max_header_bytes`] is read up to there, and parameters beyond [`MessageLimits::max_parameters`] are left out.
    ///
    /// ```
    /// use oauth_proto::{Challenge, InvalidChallenge, MessageLimits};
    ///
    /// let value = br#"Bearer scope="" error="invalid_token" error_description="the token has expired""#;
    /// let recognized = Challenge::recognize(value, &MessageLimits::DEFAULT);
    /// assert_eq!(recognized.challenges[0].parameter("error"), Some("invalid_token"));
    /// assert_eq!(recognized.mistake, Some(InvalidChallenge::ByteRefused { offset: 16 }));
    /// ```
    #[must_use]
    pub fn recognize(header_value: &[u8], limits: &MessageLimits) -> RecognizedChallenges {
        lenient::recognize(header_value, limits)
    }

    /// Returns true for a scheme that is registered with IANA, or that many servers have.
    #[must_use]
    pub fn has_known_scheme(&self) -> bool {
        lenient::is_scheme(&self.scheme)
    }

    /// Returns the challenge without a reference to the header value.
    #[must_use]
    pub fn into_owned(self) -> Challenge<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let parameters = self.parameters.into_iter();
        Challenge {
            scheme: owned(self.scheme),
            token68: self.token68.map(owned),
            parameters: parameters
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
        }
    }

    /// The scheme, as it was written. Compare it in any case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The value of a challenge that has one instead of parameters, as `Negotiate` does.
    #[must_use]
    pub fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// The value of a parameter, whose name is compared in any case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The names and values in their order.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if let Some(token68) = &self.token68 {
            write!(f, " {token68}")?;
        }
        let mut separator = " ";
        for (name, value) in self.parameters() {
            write!(f, "{separator}{name}=\"")?;
            for character in value.chars() {
                if matches!(character, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{character}")?;
            }
            f.write_str("\"")?;
            separator = ", ";
        }
        Ok(())
    }
}
