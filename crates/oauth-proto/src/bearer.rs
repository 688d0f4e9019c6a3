//! The token of an `Authorization` header.

use core::fmt;

use crate::{
    InvalidBearer, MessageLimits,
    form::{is_named, parameter_names},
    scheme,
};

/// The token of an `Authorization: Bearer` header, not verified.
///
/// ```abnf
/// b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
/// ```
///
/// Source: RFC 6750, section 2.1, <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>.
///
/// ```
/// use oauth_proto::{BearerToken, MessageLimits};
///
/// let token = BearerToken::parse(b"bearer abc.def", &MessageLimits::DEFAULT)?.expect("a bearer header");
/// assert_eq!(token.expose_secret(), "abc.def");
/// assert!(BearerToken::parse(b"Basic YTpi", &MessageLimits::DEFAULT)?.is_none());
/// # Ok::<(), oauth_proto::InvalidBearer>(())
/// ```
#[derive(Clone, Copy)]
pub struct BearerToken<'a>(&'a str);

impl<'a> BearerToken<'a> {
    /// Reads the value of an `Authorization` header. Another scheme is `Ok(None)`: for Bearer, there is no token.
    ///
    /// # Errors
    /// - [`InvalidBearer::TokenMissing`], [`InvalidBearer::SeveralTokens`], [`InvalidBearer::ByteRefused`] (cause
    ///   `authorization-header-malformed`);
    /// - [`InvalidBearer::TooLong`] (`token-too-long`).
    pub fn parse(
        header_value: &'a [u8],
        limits: &MessageLimits,
    ) -> Result<Option<Self>, InvalidBearer> {
        let Some((offset, token)) = scheme::credentials_of(header_value, "Bearer") else {
            return Ok(None);
        };
        if header_value.len() > limits.max_header_bytes {
            return Err(InvalidBearer::TooLong);
        }
        parse_token(token, offset).map(Some)
    }

    /// Reads all `Authorization` headers of a request, of which there may be one.
    ///
    /// # Errors
    /// As [`BearerToken::parse`], and [`InvalidBearer::SeveralHeaders`] (cause `authorization-header-malformed`) where
    /// there are several and one of them is Bearer, well formed or not: it is not known which of them a proxy has checked.
    pub fn parse_all(
        header_values: impl IntoIterator<Item = &'a [u8]>,
        limits: &MessageLimits,
    ) -> Result<Option<Self>, InvalidBearer> {
        let mut values = header_values.into_iter();
        let Some(first) = values.next() else {
            return Ok(None);
        };
        let mut others = values.peekable();
        if others.peek().is_none() {
            return Self::parse(first, limits);
        }
        let is_bearer = |value| scheme::credentials_of(value, "Bearer").is_some();
        if is_bearer(first) || others.any(is_bearer) {
            return Err(InvalidBearer::SeveralHeaders);
        }
        Ok(None)
    }

    /// The token itself.
    #[must_use]
    pub const fn expose_secret(&self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Returns true if the query of a request target has the parameter `access_token`, by its name, encoded or not, with a
/// value or without.
///
/// Logs, proxies and browser histories keep the query, so no API should accept a token there. Malformed escapes stay as
/// they are: no query is malformed here.
///
/// Source: RFC 6750, section 2.3, <https://www.rfc-editor.org/rfc/rfc6750#section-2.3>; RFC 9700, section 4.3.2.
///
/// ```
/// use oauth_proto::query_carries_access_token;
///
/// assert!(query_carries_access_token(b"page=2&access%5Ftoken=abc"));
/// assert!(!query_carries_access_token(b"page=2&token=abc"));
/// ```
#[must_use]
pub fn query_carries_access_token(query: &[u8]) -> bool {
    parameter_names(query).any(|name| is_named(name, "access_token"))
}

fn parse_token(token: &[u8], offset: usize) -> Result<BearerToken<'_>, InvalidBearer> {
    let body = if scheme::is_all_token68(token) {
        token.len()
    } else {
        let mut bytes = token.iter();
        let end = bytes.position(|byte| !scheme::is_token68(*byte));
        end.unwrap_or(token.len())
    };
    let equals = token
        .iter()
        .skip(body)
        .take_while(|byte| **byte == b'=')
        .count();
    // `=` signs without any byte before them are not a token either.
    let end = if body == 0 { 0 } else { body + equals };
    match token.get(end) {
        None if token.is_empty() => Err(InvalidBearer::TokenMissing),
        None => core::str::from_utf8(token)
            .map(BearerToken)
            .map_err(|error| InvalidBearer::ByteRefused {
                offset: offset + error.valid_up_to(),
            }),
        Some(b' ' | b'\t' | b',') if end > 0 => {
            let gap = token
                .iter()
                .skip(end)
                .take_while(|byte| matches!(byte, b' ' | b'\t' | b','))
                .count();
            Err(InvalidBearer::SeveralTokens {
                offset: offset + end + gap,
            })
        }
        Some(_) => Err(InvalidBearer::ByteRefused {
            offset: offset + end,
        }),
    }
}
