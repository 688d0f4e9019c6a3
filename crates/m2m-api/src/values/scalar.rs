//! Values of properties and feature flags.

use std::borrow::Cow;
use std::collections::BTreeMap;

use m2m_authority::registry::{PropertyValue, Values};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::bounded::Map;
use super::text::Key;
use super::tolerant::Tolerant;
use super::whole;

/// A value: a string, an integer or a boolean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar(pub PropertyValue);

/// A value as text: `true` or `false`, an integer, or a string.
///
/// Answers about single values have this form, because clients of this API expect a string. Servers of earlier releases answered with the value itself, which
/// is read as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalarText(Box<str>);

/// A map of values by key.
pub type Scalars = Map<Key, Scalar, 100>;

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::Bool(value) => PropertyValue::Boolean(value),
            Value::String(value) if value.chars().count() <= MAX_TEXT => {
                PropertyValue::Text(value.into())
            }
            Value::Number(number) => {
                match whole::integer(&number).filter(|number| SAFE.contains(number)) {
                    Some(number) => PropertyValue::Integer(number),
                    None => return Err(D::Error::custom(EXPECTED)),
                }
            }
            Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                return Err(D::Error::custom(EXPECTED));
            }
        };
        Ok(Self(value))
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            PropertyValue::Boolean(value) => serializer.serialize_bool(*value),
            PropertyValue::Integer(value) => serializer.serialize_i64(*value),
            PropertyValue::Text(value) => serializer.serialize_str(value),
        }
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "boolean" },
                { "type": "integer", "minimum": SAFE.start(), "maximum": SAFE.end() },
                { "type": "string", "maxLength": MAX_TEXT },
            ],
            "description": "A string, an integer or a boolean.",
        })
    }
}

impl ScalarText {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&PropertyValue> for ScalarText {
    fn from(value: &PropertyValue) -> Self {
        Self(match value {
            PropertyValue::Boolean(value) => value.to_string().into(),
            PropertyValue::Integer(value) => value.to_string().into(),
            PropertyValue::Text(value) => value.clone(),
        })
    }
}

impl<'de> Deserialize<'de> for ScalarText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Scalar::deserialize(deserializer).map(|scalar| Self::from(&scalar.0))
    }
}

impl Serialize for ScalarText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl JsonSchema for ScalarText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ScalarText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": MAX_TEXT })
    }
}

/// Converts the values to those of a record.
#[must_use]
pub fn to_record(scalars: &Scalars) -> Values {
    scalars
        .iter()
        .map(|(key, value)| (key.as_str().into(), value.0.clone()))
        .collect()
}

/// Converts the values of a record to those of an answer.
#[must_use]
pub fn of_record(values: &Values) -> BTreeMap<String, Tolerant<Scalar>> {
    values
        .iter()
        .map(|(key, value)| (key.to_string(), Scalar(value.clone()).into()))
        .collect()
}

/// The integers that every JSON parser reads exactly (RFC 8259, section 6).
pub const SAFE: core::ops::RangeInclusive<i64> = -9_007_199_254_740_991..=9_007_199_254_740_991;

/// The maximum length of a text. Unit: characters.
const MAX_TEXT: usize = 2000;

const EXPECTED: &str =
    "is not a string of at most 2000 characters, a whole number up to 2^53 - 1, true or false";
