//! Values, as views into the text.

use super::scanner::{Elements, Members};
use super::{JsonNumber, JsonString};
use crate::error::InvalidJson;

/// A JSON value, borrowed from its text.
///
/// Exhaustive: JSON has no other kinds.
#[derive(Debug, Clone, Copy)]
pub enum JsonValue<'b> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(JsonNumber<'b>),
    /// A string.
    String(JsonString<'b>),
    /// An array.
    Array(JsonArray<'b>),
    /// An object.
    Object(JsonObject<'b>),
}

impl<'b> JsonValue<'b> {
    /// The string, if it is one.
    #[must_use]
    pub const fn as_string(self) -> Option<JsonString<'b>> {
        match self {
            Self::String(string) => Some(string),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(self) -> Option<JsonNumber<'b>> {
        match self {
            Self::Number(number) => Some(number),
            Self::Null | Self::Boolean(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The array, if it is one.
    #[must_use]
    pub const fn as_array(self) -> Option<JsonArray<'b>> {
        match self {
            Self::Array(array) => Some(array),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => {
                None
            }
        }
    }
}

/// A JSON array whose text has been checked.
#[derive(Debug, Clone, Copy)]
pub struct JsonArray<'b> {
    text: &'b str,
}

impl<'b> JsonArray<'b> {
    /// Creates an array. `text` is an array by the grammar.
    pub(super) const fn new(text: &'b str) -> Self {
        Self { text }
    }

    /// The array as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'b str {
        self.text
    }

    /// Its elements, in order.
    pub fn elements(self) -> impl Iterator<Item = JsonValue<'b>> {
        let mut elements = Elements::of_array(self.text);
        core::iter::from_fn(move || elements.next().ok().flatten())
    }

    /// Returns true if it has no elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.elements().next().is_none()
    }

    /// Returns true if every element is a string.
    #[must_use]
    pub fn contains_only_strings(self) -> bool {
        self.elements().all(|element| element.as_string().is_some())
    }

    /// Those of its elements that are strings.
    pub fn strings(self) -> impl Iterator<Item = JsonString<'b>> {
        self.elements().filter_map(JsonValue::as_string)
    }
}

/// A JSON object whose text has been checked: it follows the grammar, and no name appears twice in one object, at any depth.
///
/// ```
/// use m2m_jwt::{InvalidJson, JsonObject};
///
/// let object = JsonObject::parse(br#"{"scope": "read", "org": {"code": "acme"}}"#)?;
/// assert_eq!(object.members().count(), 2);
/// assert!(matches!(
///     JsonObject::parse(br#"{"a": {"b": 1, "\u0062": 2}}"#),
///     Err(InvalidJson::DuplicateMember { .. })
/// ));
/// # Ok::<(), InvalidJson>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct JsonObject<'b> {
    text: &'b str,
}

impl<'b> JsonObject<'b> {
    /// Creates an object. `text` is an object by the grammar.
    pub(super) const fn new(text: &'b str) -> Self {
        Self { text }
    }

    /// Reads a text that is one object, with white space around it at most.
    ///
    /// # Errors
    /// [`InvalidJson`], with the first violation.
    pub fn parse(text: &'b [u8]) -> Result<Self, InvalidJson> {
        let text = core::str::from_utf8(text).map_err(|_| InvalidJson::NotUtf8)?;
        let mut members = Members::of_document(text)?;
        while members.next()?.is_some() {}
        Ok(members.finish())
    }

    /// The object as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'b str {
        self.text
    }

    /// Its members, in order.
    pub fn members(self) -> impl Iterator<Item = (JsonString<'b>, JsonValue<'b>)> {
        let mut members = Members::of_document(self.text).ok();
        core::iter::from_fn(move || members.as_mut()?.next().ok().flatten())
    }

    /// The value of the member with this name.
    #[must_use]
    pub fn get(self, name: &str) -> Option<JsonValue<'b>> {
        self.members()
            .find_map(|(key, value)| key.equals(name).then_some(value))
    }
}

impl<'b> TryFrom<&'b [u8]> for JsonObject<'b> {
    type Error = InvalidJson;

    fn try_from(json: &'b [u8]) -> Result<Self, InvalidJson> {
        Self::parse(json)
    }
}
