//! The identifier of an API.

use core::fmt;

use crate::InvalidAudience;

/// A value of the parameter `audience`: the identifier of an API, which becomes the claim `aud`.
///
/// 1 to 2,048 bytes without control characters, white space, `"` and `\`. Usually a URI, but no rule requires one;
/// `resource` has to be a URI ([`ResourceIndicator`](crate::ResourceIndicator)). Compared byte for byte: an audience with
/// a trailing slash differs from the same one without it.
///
/// Source: RFC 8693, section 2.1, <https://www.rfc-editor.org/rfc/rfc8693#section-2.1>; RFC 7519, section 4.1.3.
///
/// ```
/// use oauth_proto::Audience;
///
/// assert_eq!(Audience::parse("https://api.example/")?.as_str(), "https://api.example/");
/// assert!(Audience::parse("two words").is_err());
/// # Ok::<(), oauth_proto::InvalidAudience>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Audience<'a>(&'a str);

impl<'a> Audience<'a> {
    /// The maximum length of an audience. Unit: bytes. No specification states one; this is the length that URLs keep to in practice.
    pub const MAX_BYTES: usize = 2048;

    /// Reads an audience.
    ///
    /// # Errors
    /// [`InvalidAudience::Empty`], [`InvalidAudience::TooLong`], [`InvalidAudience::CharacterRefused`] (cause
    /// `audience-malformed`).
    pub fn parse(text: &'a str) -> Result<Self, InvalidAudience> {
        if text.is_empty() {
            return Err(InvalidAudience::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidAudience::TooLong);
        }
        let refused = |character: char| {
            character.is_control() || character.is_whitespace() || matches!(character, '"' | '\\')
        };
        match text.find(refused) {
            Some(offset) => Err(InvalidAudience::CharacterRefused { offset }),
            None => Ok(Self(text)),
        }
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for Audience<'a> {
    type Error = InvalidAudience;

    fn try_from(text: &'a str) -> Result<Self, InvalidAudience> {
        Self::parse(text)
    }
}

impl AsRef<str> for Audience<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_invisible_and_unquotable_characters() {
        let refused = |text| Audience::parse(text).unwrap_err();
        assert_eq!(refused(""), InvalidAudience::Empty);
        for text in [
            "ab c",
            "ab\tc",
            "ab\nc",
            "ab\0c",
            "ab\"c",
            "ab\\c",
            "ab\u{a0}c",
            "ab\u{85}c",
        ] {
            assert_eq!(
                refused(text),
                InvalidAudience::CharacterRefused { offset: 2 },
                "{text:?}"
            );
        }
    }

    #[test]
    fn accepts_text_in_any_language_up_to_the_limit() {
        assert!(Audience::parse("https://bücher.example/").is_ok());
        assert!(Audience::parse(&"a".repeat(2048)).is_ok());
        assert_eq!(
            Audience::parse(&"a".repeat(2049)),
            Err(InvalidAudience::TooLong)
        );
    }
}
