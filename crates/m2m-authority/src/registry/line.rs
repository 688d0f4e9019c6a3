//! Texts for people in one line.

use core::fmt;
use core::ops::Deref;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling;
use crate::registry::is_hidden;

/// A text for people in one line: one to `MOST` characters, without white space at its beginning and end, and without control characters
/// and [hidden](is_hidden) characters. Two texts that look alike to people are therefore rarely different.
///
/// ```
/// use m2m_authority::registry::Line;
///
/// let owner: Line<20> = "Team Billing".parse().unwrap();
/// assert_eq!(&*owner, "Team Billing");
/// assert!("Team Billing ".parse::<Line<20>>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line<const MOST: usize>(Box<str>);

/// The error for a text that is empty, too long, or not in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLine {
    /// It has no character.
    #[error("the text is empty; write at least one character")]
    Empty,
    /// It has more than the maximum number of characters.
    #[error("the text has {characters} characters; write at most {most}")]
    TooLong {
        /// The number of its characters.
        characters: usize,
        /// The maximum number of characters.
        most: usize,
    },
    /// It begins or ends with white space.
    #[error("the text begins or ends with a space; remove the space")]
    SpaceAround,
    /// It contains a control character, such as a line break.
    #[error("the text contains a line break or another control character; write one line")]
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

impl<const MOST: usize> FromStr for Line<MOST> {
    type Err = InvalidLine;

    fn from_str(text: &str) -> Result<Self, InvalidLine> {
        let characters = text.chars().count();
        if characters == 0 {
            return Err(InvalidLine::Empty);
        }
        if characters > MOST {
            return Err(InvalidLine::TooLong {
                characters,
                most: MOST,
            });
        }
        if text.contains(char::is_control) {
            return Err(InvalidLine::ControlCharacter);
        }
        if let Some(hidden) = text.chars().find(|character| is_hidden(*character)) {
            let code = hidden.into();
            return Err(InvalidLine::HiddenCharacter { code });
        }
        if text.trim() != text {
            return Err(InvalidLine::SpaceAround);
        }
        Ok(Self(text.into()))
    }
}

impl<const MOST: usize> Deref for Line<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Line<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MOST: usize> Serialize for Line<MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Line<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        spelling::from_text(deserializer, "a string", |text| {
            text.parse().map_err(|error: InvalidLine| error.to_string())
        })
    }
}

#[cfg(feature = "schema")]
impl<const MOST: usize> schemars::JsonSchema for Line<MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Line".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MOST,
            "pattern": super::text::LINE_PATTERN,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_maximum_length_no_space_around_it_and_no_control_characters() {
        let parse = |text: &str| text.parse::<Line<6>>();
        for good in ["a", "a b", "äöü🦀", "<a@b>", "a\u{a0}b"] {
            assert_eq!(&*parse(good).unwrap(), good);
        }
        let too_long = InvalidLine::TooLong {
            characters: 7,
            most: 6,
        };
        assert_eq!(parse("äöü🦀..."), Err(too_long));
        assert_eq!(parse(""), Err(InvalidLine::Empty));
        for around in [" a", "a ", " ", "\u{a0}a", "a\u{3000}"] {
            assert_eq!(parse(around), Err(InvalidLine::SpaceAround), "{around:?}");
        }
        for control in ["a\nb", "a\t", "\0", "\u{85}"] {
            assert_eq!(parse(control), Err(InvalidLine::ControlCharacter));
        }
        for hidden in ["a\u{202e}", "\u{200b}", "\u{feff}a", "a\u{e0041}"] {
            let error = parse(hidden).unwrap_err();
            assert!(
                matches!(error, InvalidLine::HiddenCharacter { .. }),
                "{hidden:?}: {error}"
            );
        }
    }
}
