//! Values, as views into the text.

use std::borrow::Cow;

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

    /// The object, if it is one.
    #[must_use]
    pub const fn as_object(self) -> Option<JsonObject<'b>> {
        match self {
            Self::Object(object) => Some(object),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => {
                None
            }
        }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(value),
            Self::Null | Self::Number(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// Returns the text of the string, unescaped, if it is one; borrowed unless it has an escape.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'b, str>> {
        self.as_string().map(JsonString::to_str)
    }

    /// Returns the number, if it is an integer without a fraction or an exponent, and fits.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        self.as_number()?.as_str().parse().ok()
    }

    /// Returns the number, if it is an integer without a fraction or an exponent, and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.as_number()?.as_str().parse().ok()
    }

    /// Returns the number, rounded to the nearest `f64`, if it is one and is finite.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        let number: f64 = self.as_number()?.as_str().parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// Returns true if it is `null`.
    #[must_use]
    pub const fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the texts of an array of strings, in order; `None` if it is not an array, or has an element that is not a string.
    ///
    /// ```
    /// use m2m_jwt::JsonObject;
    ///
    /// let claims = JsonObject::parse(br#"{"roles": ["reader", "writer"], "tid": "acme", "level": 3, "mixed": ["a", 1]}"#)?;
    /// assert_eq!(claims.get("roles").and_then(|roles| roles.as_strings()).unwrap_or_default(), ["reader", "writer"]);
    /// assert_eq!(claims.get("tid").and_then(|tenant| tenant.as_str()).as_deref(), Some("acme"));
    /// assert_eq!(claims.get("level").and_then(|level| level.as_u64()), Some(3));
    /// assert_eq!(claims.get("mixed").and_then(|mixed| mixed.as_strings()), None);
    /// # Ok::<(), m2m_jwt::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn as_strings(self) -> Option<Vec<Cow<'b, str>>> {
        self.as_array()?.elements().map(Self::as_str).collect()
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
    /// The object without members.
    pub(crate) const EMPTY: Self = Self::new("{}");

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
        let mut members = Members::of_checked(self.text).ok();
        core::iter::from_fn(move || members.as_mut()?.next().ok().flatten())
    }

    /// The value of the member with this name.
    #[must_use]
    pub fn get(self, name: &str) -> Option<JsonValue<'b>> {
        self.members()
            .find_map(|(key, value)| key.equals(name).then_some(value))
    }
}

/// A JSON object with a text of its own, which has been checked.
///
/// ```
/// use m2m_jwt::{JsonDocument, JsonObject};
///
/// let document = JsonDocument::from(JsonObject::parse(br#"{"org": {"code": "acme"}}"#)?);
/// let org = document.object().get("org").and_then(|org| org.as_object()).expect("it is an object");
/// assert_eq!(org.get("code").and_then(|code| code.as_str()).as_deref(), Some("acme"));
/// # Ok::<(), m2m_jwt::InvalidJson>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonDocument {
    text: Box<str>,
}

impl JsonDocument {
    /// The object.
    #[must_use]
    pub fn object(&self) -> JsonObject<'_> {
        JsonObject::new(&self.text)
    }
}

impl From<JsonObject<'_>> for JsonDocument {
    fn from(object: JsonObject<'_>) -> Self {
        Self {
            text: object.text.into(),
        }
    }
}

impl<'b> TryFrom<&'b [u8]> for JsonObject<'b> {
    type Error = InvalidJson;

    fn try_from(json: &'b [u8]) -> Result<Self, InvalidJson> {
        Self::parse(json)
    }
}
