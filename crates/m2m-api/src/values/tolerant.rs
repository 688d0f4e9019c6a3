//! Values of answers, which a server of another release may have written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value of an answer: one of the type, or the value that a server of a later release has in its place, such as a new word or a longer text.
///
/// A client can show either, and decides only by what it knows. The values of requests are strict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tolerant<T> {
    /// A value of the type.
    Known(T),
    /// Any other JSON value.
    Unknown(Value),
}

impl<T> Tolerant<T> {
    /// Returns the value, if it is one of the type.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

impl<T> From<T> for Tolerant<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Serialize> Serialize for Tolerant<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Tolerant<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(T::deserialize(&value).map_or(Self::Unknown(value), Self::Known))
    }
}

impl<T: JsonSchema> JsonSchema for Tolerant<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Whole;
    use serde_json::json;

    #[test]
    fn a_value_of_another_kind_is_kept_and_written_as_it_was() {
        for (value, is_known) in [
            (json!(60), true),
            (json!(61), false),
            (json!("more"), false),
            (json!({ "unit": "weeks" }), false),
            (Value::Null, false),
        ] {
            let read: Tolerant<Whole<0, 60>> = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(read.known().is_some(), is_known, "{value}");
            assert_eq!(serde_json::to_value(&read).unwrap(), value);
        }
    }
}
