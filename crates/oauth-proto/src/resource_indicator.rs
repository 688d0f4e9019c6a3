//! The URI of an API.

use core::fmt;

use crate::InvalidResourceIndicator;
use crate::uri::{self, InvalidUri};

/// A value of the parameter `resource`: an absolute URI without a fragment, up to 2,048 bytes.
///
/// Checked by the grammar of RFC 3986, not normalized: compared byte for byte.
///
/// Source: RFC 8707, section 2, <https://www.rfc-editor.org/rfc/rfc8707#section-2>; RFC 3986, section 4.3.
///
/// ```
/// use oauth_proto::ResourceIndicator;
///
/// assert_eq!(ResourceIndicator::parse("https://api.example/v1?x=y")?.as_str(), "https://api.example/v1?x=y");
/// assert!(ResourceIndicator::parse("https://api.example/#part").is_err());
/// assert!(ResourceIndicator::parse("/v1").is_err());
/// # Ok::<(), oauth_proto::InvalidResourceIndicator>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceIndicator<'a>(&'a str);

impl<'a> ResourceIndicator<'a> {
    /// The maximum length of a resource. Unit: bytes. The same as [`Audience::MAX_BYTES`](crate::Audience::MAX_BYTES).
    pub const MAX_BYTES: usize = 2048;

    /// Reads a resource indicator.
    ///
    /// # Errors
    /// [`InvalidResourceIndicator::NotAbsolute`], [`InvalidResourceIndicator::Fragment`],
    /// [`InvalidResourceIndicator::ByteRefused`], [`InvalidResourceIndicator::TooLong`] (cause `audience-malformed`).
    pub fn parse(text: &'a str) -> Result<Self, InvalidResourceIndicator> {
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidResourceIndicator::TooLong);
        }
        match uri::parse(text) {
            Ok(_) => Ok(Self(text)),
            Err(InvalidUri::SchemeMissing) => Err(InvalidResourceIndicator::NotAbsolute),
            Err(InvalidUri::Fragment { offset }) => {
                Err(InvalidResourceIndicator::Fragment { offset })
            }
            Err(InvalidUri::ByteRefused { offset }) => {
                Err(InvalidResourceIndicator::ByteRefused { offset })
            }
        }
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for ResourceIndicator<'a> {
    type Error = InvalidResourceIndicator;

    fn try_from(text: &'a str) -> Result<Self, InvalidResourceIndicator> {
        Self::parse(text)
    }
}

impl AsRef<str> for ResourceIndicator<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for ResourceIndicator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
