//! Texts for people.

use core::fmt;
use core::ops::Deref;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling;

/// A text for people, in one line or several: at most `MOST` characters, without control characters but line breaks and tabs.
///
/// ```
/// use m2m_authority::registry::Text;
///
/// let text: Text<20> = "Sends the invoices".parse().unwrap();
/// assert_eq!(&*text, "Sends the invoices");
/// assert!("Sends the invoices at night".parse::<Text<20>>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text<const MOST: usize>(Box<str>);

/// The text is too long, or has a control character in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidText {
    /// It has more characters than it may have.
    #[error("the text has {characters} characters; write at most {most}")]
    TooLong {
        /// The number of characters that it has.
        characters: usize,
        /// The largest number that it may have.
        most: usize,
    },
    /// It has a control character in it that is not a line break or a tab.
    #[error(
        "the text has a control character in it; write it without, but for line breaks and tabs"
    )]
    ControlCharacter,
}

impl<const MOST: usize> FromStr for Text<MOST> {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let characters = text.chars().count();
        if characters > MOST {
            return Err(InvalidText::TooLong {
                characters,
                most: MOST,
            });
        }
        let is_control =
            |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        if text.contains(is_control) {
            return Err(InvalidText::ControlCharacter);
        }
        Ok(Self(text.into()))
    }
}

impl<const MOST: usize> Deref for Text<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Text<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MOST: usize> Serialize for Text<MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        spelling::from_text(deserializer, "a string", |text| {
            text.parse().map_err(|error: InvalidText| error.to_string())
        })
    }
}

#[cfg(feature = "schema")]
impl<const MOST: usize> schemars::JsonSchema for Text<MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "maxLength": MOST,
            "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_at_most_so_many_characters_and_no_control_character() {
        let parse = |text: &str| text.parse::<Text<4>>();
        for good in ["", "a", "äöü🦀", "a\r\n\t"] {
            assert_eq!(&*parse(good).unwrap(), good);
        }
        let too_long = InvalidText::TooLong {
            characters: 5,
            most: 4,
        };
        assert_eq!(parse("äöü🦀.").unwrap_err(), too_long);
        for control in ["\0", "a\u{1b}", "\u{85}"] {
            assert_eq!(parse(control).unwrap_err(), InvalidText::ControlCharacter);
        }
    }
}
