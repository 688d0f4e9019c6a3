//! The integers in requests.

use core::fmt;
use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Number;

/// An integer within these limits, which are part of the type. A number with a zero fraction, such as `60.0`, is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const LEAST: u64, const MOST: u64>(u64);

/// A number outside the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a whole number from {least} to {most}")]
#[non_exhaustive]
pub struct OutOfRange {
    /// The minimum.
    pub least: u64,
    /// The maximum.
    pub most: u64,
}

/// The number of an event or of a refused request.
pub type Sequence = Whole<0, 9_007_199_254_740_991>;

impl<const LEAST: u64, const MOST: u64> Whole<LEAST, MOST> {
    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the number as a `u16`, into which it fits if `MOST` does.
    #[must_use]
    pub fn as_u16(self) -> u16 {
        u16::try_from(self.0).unwrap_or(u16::MAX)
    }
}

impl<const LEAST: u64, const MOST: u64> TryFrom<u64> for Whole<LEAST, MOST> {
    type Error = OutOfRange;

    fn try_from(number: u64) -> Result<Self, OutOfRange> {
        if (LEAST..=MOST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(OutOfRange {
                least: LEAST,
                most: MOST,
            })
        }
    }
}

impl<const LEAST: u64, const MOST: u64> Serialize for Whole<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// Returns the number as an integer if its fraction is zero: JSON does not distinguish 60 from 60.0 (RFC 8259, section 6).
pub(crate) fn integer(number: &Number) -> Option<i64> {
    if let Some(integer) = number.as_i64() {
        return Some(integer);
    }
    // A large float cannot represent a fraction, so that its fraction counts as zero.
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    format!("{float:.0}").parse().ok()
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(Within)
    }
}

/// The visitor for integers. A format that only has texts, such as a query, parses them itself.
struct Within<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> Visitor<'_> for Within<LEAST, MOST> {
    type Value = Whole<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Whole::try_from(number).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_u64(u64::try_from(number).unwrap_or(u64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        let number = Number::from_f64(number).as_ref().and_then(integer);
        self.visit_i64(number.unwrap_or(-1))
    }
}

impl<const LEAST: u64, const MOST: u64> JsonSchema for Whole<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": LEAST, "maximum": MOST })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_fraction_counts_as_an_integer() {
        let read = |text: &str| serde_json::from_str::<Whole<1, 60>>(text).map(|whole| whole.0);
        assert_eq!(read("60").unwrap(), 60);
        assert_eq!(read("60.0").unwrap(), 60);
        assert_eq!(read("6e1").unwrap(), 60);
        for wrong in [
            "0",
            "61",
            "-1",
            "1.5",
            "1e300",
            "18446744073709551615",
            "true",
            "\"1\"",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
