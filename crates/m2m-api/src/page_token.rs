//! The end of a page, as a text.

use core::fmt::{self, Write as _};
use core::str::FromStr;
use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

/// The end of a page. Callers send it back unchanged.
///
/// Its text is the id of the last record and its display name, in hexadecimal. Every text of this form is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken {
    /// The id of the last record on the page.
    pub record: [u8; 16],
    /// The display name of the last record on the page.
    pub name: Box<str>,
}

/// A text that is not a page token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the next_token of an earlier page")]
pub struct InvalidPageToken;

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.record.iter().chain(self.name.as_bytes());
        bytes.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PageToken {
    type Err = InvalidPageToken;

    fn from_str(text: &str) -> Result<Self, InvalidPageToken> {
        let bytes = decode(text).ok_or(InvalidPageToken)?;
        let (record, name) = bytes.split_first_chunk::<16>().ok_or(InvalidPageToken)?;
        Ok(Self {
            record: *record,
            name: String::from_utf8_lossy(name).into(),
        })
    }
}

impl Serialize for PageToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write!(text, "{self}");
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for PageToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for PageToken {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PageToken".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{32}([0-9a-f]{2}){0,1024}$",
            "description": "The `next_token` of an earlier page.",
        })
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let is_hexadecimal = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hexadecimal || !text.len().is_multiple_of(2) || text.len() > MAX_DIGITS {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| {
            let pair = core::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect()
}

/// The maximum number of hexadecimal digits: a name has at most 256 characters of four bytes.
const MAX_DIGITS: usize = 2 * (16 + 1024);
