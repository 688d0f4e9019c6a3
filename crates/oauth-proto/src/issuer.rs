//! The identifier of an authorization server.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::InvalidIssuer;
use crate::uri::{self, InvalidUri};

/// An issuer identifier: an `https` or `http` URL without credentials, query and fragment.
///
/// RFC 8414 demands `https`; `http` is for loopback and for servers behind a proxy, and [`Issuer::is_https`] distinguishes them. Compared byte
/// for byte, as RFC 8414, section 3.3 and RFC 9068, section 4 require: nothing is normalized, and an issuer with a trailing slash differs
/// from the same one without it.
///
/// Source: RFC 8414, section 2, <https://www.rfc-editor.org/rfc/rfc8414#section-2>.
///
/// ```
/// use oauth_proto::Issuer;
///
/// let issuer = Issuer::parse("https://id.example/tenant")?;
/// assert!(issuer.is_https());
/// assert_eq!(issuer.origin(), "https://id.example");
/// assert_eq!(issuer.path(), "/tenant");
/// # Ok::<(), oauth_proto::InvalidIssuer>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Issuer {
    url: String,
    #[serde(skip)]
    path_offset: usize,
}

impl Issuer {
    /// Reads an issuer identifier.
    ///
    /// # Errors
    /// [`InvalidIssuer`] (cause `issuer-mismatch`), which states the problem.
    pub fn parse(text: &str) -> Result<Self, InvalidIssuer> {
        let uri = uri::parse(text).map_err(|error| match error {
            InvalidUri::Fragment { .. } => InvalidIssuer::Fragment,
            InvalidUri::SchemeMissing | InvalidUri::ByteRefused { .. } => InvalidIssuer::NotAUrl,
        })?;
        if !matches!(uri.scheme().as_str(), "https" | "http") {
            return Err(InvalidIssuer::OtherScheme);
        }
        match uri.authority() {
            Some(authority) if !authority.host().is_empty() && !authority.has_userinfo() => {}
            Some(_) | None => return Err(InvalidIssuer::HostMissing),
        }
        if uri.has_query() {
            return Err(InvalidIssuer::Query);
        }
        Ok(Self {
            url: text.to_owned(),
            path_offset: text.len() - uri.path().as_str().len(),
        })
    }

    /// The identifier as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns true if the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Returns true if metadata of this issuer may name an endpoint with this scheme: `https`, or `http` if the issuer itself is not `https`. A client that
    /// trusts an issuer over TLS sends no secret in the clear, and trusts no keys that came in the clear.
    #[must_use]
    pub fn permits_scheme(&self, scheme: Option<&str>) -> bool {
        match scheme {
            Some("https") => true,
            Some("http") => !self.is_https(),
            Some(_) | None => false,
        }
    }

    /// Scheme, host and port, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.split().0
    }

    /// The path, `""` where there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        self.url
            .split_at_checked(self.path_offset)
            .unwrap_or((&self.url, ""))
    }
}

impl FromStr for Issuer {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, InvalidIssuer> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Issuer {
    type Error = InvalidIssuer;

    fn try_from(text: &str) -> Result<Self, InvalidIssuer> {
        Self::parse(text)
    }
}

impl AsRef<str> for Issuer {
    fn as_ref(&self) -> &str {
        &self.url
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl<'de> Deserialize<'de> for Issuer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a37_refuses_text_that_is_not_an_issuer() {
        for (text, expected) in [
            ("", InvalidIssuer::NotAUrl),
            ("id.example", InvalidIssuer::NotAUrl),
            ("https://id.example/ x", InvalidIssuer::NotAUrl),
            ("ftp://id.example", InvalidIssuer::OtherScheme),
            ("HTTPS://id.example", InvalidIssuer::OtherScheme),
            ("https:id.example", InvalidIssuer::HostMissing),
            ("https://", InvalidIssuer::HostMissing),
            ("https://:8080", InvalidIssuer::HostMissing),
            ("https://user@id.example", InvalidIssuer::HostMissing),
            ("https://id.example?x", InvalidIssuer::Query),
            ("https://id.example#x", InvalidIssuer::Fragment),
        ] {
            assert_eq!(Issuer::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn distinguishes_http_from_https() {
        let issuer = Issuer::parse("http://127.0.0.1:8080").unwrap();
        assert!(!issuer.is_https());
        assert_eq!(issuer.origin(), "http://127.0.0.1:8080");
        assert_eq!(issuer.path(), "");
    }
}
