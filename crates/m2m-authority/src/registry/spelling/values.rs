//! Values of properties and feature flags, by key.

use core::fmt;
use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use super::number::{SAFE_INTEGERS, integer};
use crate::registry::{PropertyValue, Values};

/// A value: a text, a whole number, true or false.
struct Scalar<V>(V);

pub(in crate::registry) fn serialize<S: Serializer>(
    values: &Values,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(key, value)| (key, Scalar(value))))
}

pub(in crate::registry) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Values, D::Error> {
    let values = BTreeMap::<Box<str>, Scalar<PropertyValue>>::deserialize(deserializer)?;
    Ok(values
        .into_iter()
        .map(|(key, value)| (key, value.0))
        .collect())
}

impl Serialize for Scalar<&PropertyValue> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            PropertyValue::Boolean(value) => serializer.serialize_bool(*value),
            PropertyValue::Text(value) => serializer.serialize_str(value),
            PropertyValue::Integer(value) => serializer.serialize_i64(*value),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar<PropertyValue> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Self)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = PropertyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, an integer up to 2^53 - 1, true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<PropertyValue, E> {
        if SAFE_INTEGERS.contains(&value) {
            Ok(PropertyValue::Integer(value))
        } else {
            Err(E::invalid_value(Unexpected::Signed(value), &self))
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<PropertyValue, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<PropertyValue, E> {
        match integer(value) {
            Some(value) => Ok(PropertyValue::Integer(value)),
            None => Err(E::invalid_value(Unexpected::Float(value), &self)),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Text(value.into()))
    }
}
