//! Texts for people.

use core::fmt;
use core::ops::Deref;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling;

/// A text for people, in one line or several: at most `MOST` characters, without control characters except line breaks and tabs, and
/// without [hidden](is_hidden) characters.
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

/// The error for a text that is too long, or contains a control character or a hidden one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidText {
    /// It has more than the maximum number of characters.
    #[error("the text has {characters} characters; write at most {most}")]
    TooLong {
        /// The number of its characters.
        characters: usize,
        /// The maximum number of characters.
        most: usize,
    },
    /// It contains a control character that is not a line break or a tab.
    #[error(
        "the text contains a control character other than a line break or a tab; remove the character"
    )]
    ControlCharacter,
    /// It contains a character that is invisible, or that changes the direction of others.
    #[error(
        "the text contains the character U+{code:04X}, which is invisible or changes the text direction; remove the character"
    )]
    HiddenCharacter {
        /// The code point.
        code: u32,
    },
}

/// Returns true if the character is invisible by itself, or changes the direction of others. A text with such a character can look like
/// another one.
///
/// Source: [UAX #44, `Default_Ignorable_Code_Point`](https://www.unicode.org/reports/tr44/), without the variation selectors that emoji
/// need, and with the separators of lines and the controls of annotations.
#[must_use]
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns true if the text is a dot segment of a path (RFC 3986, section 3.3), which clients and proxies resolve before the server gets it.
pub(super) fn is_part_of_paths(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// Returns true if the text can be the name of a record: one to 256 characters in one line, none of them a control character or
/// [hidden](is_hidden), and not only white space.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_refused = |character: char| character.is_control() || is_hidden(character);
    text.chars().count() <= MAX_NAME && !text.trim().is_empty() && !text.contains(is_refused)
}

/// The description of a valid name, for error messages.
pub const NAME_EXPECTED: &str = "a name: 1 to 256 characters on one line, not only spaces, without control characters, invisible characters \
     and characters that change the text direction";

/// The maximum number of characters in a name.
const MAX_NAME: usize = 256;

/// The characters that neither names nor texts have, within the brackets of a regular expression.
#[cfg(feature = "schema")]
macro_rules! hidden {
    () => {
        "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb\u{e0000}-\u{e0fff}"
    };
}

/// Names, as a regular expression.
#[cfg(feature = "schema")]
pub const NAME_PATTERN: &str = concat!(
    "^[^\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "]*",
    "[^\\s\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "]",
    "[^\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "]*$"
);

/// Texts in one line without white space at its beginning and end, as a regular expression.
#[cfg(feature = "schema")]
pub(super) const LINE_PATTERN: &str = concat!(
    "^[^\\s\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "]([^\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "]*[^\\s\\u0000-\\u001f\\u007f-\\u009f",
    hidden!(),
    "])?$"
);

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
        if let Some(hidden) = text.chars().find(|character| is_hidden(*character)) {
            let code = hidden.into();
            return Err(InvalidText::HiddenCharacter { code });
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
            "pattern": concat!("^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f", hidden!(), "]*$"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_maximum_length_and_no_control_characters() {
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
        for hidden in ["\u{202e}", "a\u{200b}", "\u{feff}", "\u{e0041}"] {
            let error = parse(hidden).unwrap_err();
            assert!(
                matches!(error, InvalidText::HiddenCharacter { .. }),
                "{hidden:?}: {error}"
            );
        }
    }

    #[test]
    fn a_name_has_no_invisible_or_reordering_characters() {
        for good in [
            "a",
            " a",
            "Żółć",
            "注文",
            "🧾 Billing ❤\u{fe0f}",
            "a\u{a0}b",
        ] {
            assert!(is_name(good), "{good:?}");
        }
        for bad in [
            "",
            " ",
            "\u{a0}\u{3000}",
            "a\nb",
            "a\tb",
            "admin\u{200b}",
            "\u{202e}nimda",
            "\u{2066}a",
            "a\u{200d}b",
            "\u{ad}",
            "a\u{2028}b",
            "\u{3164}",
            "\u{e0061}a",
        ] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name(&"é".repeat(256)));
        assert!(!is_name(&"é".repeat(257)));
    }
}
