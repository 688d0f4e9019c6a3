//! Values that must not be shown.

use core::fmt;
use std::borrow::Cow;

/// A password, an assertion or a token, as it was sent.
///
/// `Debug` prints `[redacted]`, and there is neither `Display` nor `PartialEq`: secrets are compared in constant time, by their hashes.
///
/// ```
/// let secret = oauth_proto::Secret::from("s3cr3t");
/// assert_eq!(secret.expose_secret(), "s3cr3t");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// ```
#[derive(Clone)]
pub struct Secret<'a>(Cow<'a, str>);

impl<'a> Secret<'a> {
    /// The value itself.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// The value itself, borrowed from the input where it was not encoded.
    #[must_use]
    pub fn into_exposed_secret(self) -> Cow<'a, str> {
        self.0
    }
}

impl<'a> From<&'a str> for Secret<'a> {
    fn from(value: &'a str) -> Self {
        Self(Cow::Borrowed(value))
    }
}

impl From<String> for Secret<'_> {
    fn from(value: String) -> Self {
        Self(Cow::Owned(value))
    }
}

impl<'a> From<Cow<'a, str>> for Secret<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
