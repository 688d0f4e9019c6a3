//! Times and addresses of requests.

use std::borrow::Cow;

use m2m_authority::registry::AddressBlock;
use m2m_jwt::UnixTime;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};

/// A time (RFC 3339), such as `2026-11-20T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub(crate) UnixTime);

/// An address, or a block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub(crate) AddressBlock);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: jiff::Timestamp = text
            .parse()
            .map_err(|_| D::Error::custom("is not a time such as 2026-11-20T00:00:00Z"))?;
        // What was before 1970 was before everything here.
        let seconds = u64::try_from(time.as_second()).unwrap_or(0);
        Ok(Self(UnixTime::from_seconds(seconds)))
    }
}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "A time, such as `2026-11-20T00:00:00Z`.",
        })
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for Address {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "address-block",
            "description": "An IP address, or a block of them without bits beyond its prefix, such as `10.0.0.0/8`.",
        })
    }
}
