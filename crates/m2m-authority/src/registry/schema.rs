//! Schemas of values that share one Rust type, such as texts and lists with different rules, for the OpenAPI document of the management API.

use std::borrow::Cow;

use m2m_jwt::Algorithm;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::spelling::Word;
use crate::registry::text::NAME_PATTERN;
use crate::registry::{AddressBlock, Lifetime, Period, ScopeDefinition, Text};

/// The names of all values.
fn names<T: Word>() -> Vec<&'static str> {
    T::ALL.iter().map(|value| value.word()).collect()
}

/// One to 256 characters of visible ASCII.
fn key() -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[\x21-\x7e]{1,256}$" })
}

/// One to 256 characters of visible ASCII, but not a step in a path: neither `.` nor `..`.
fn path_key() -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": 256,
        "pattern": r"^([\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,255}|\.[\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,254}|\.\.[\x21-\x7e]{1,254})$",
    })
}

/// Values by keys of this schema.
fn values(keys: &Schema) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": keys,
        "additionalProperties": {
            "anyOf": [
                { "type": "boolean" },
                { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
                { "type": "string" },
            ],
        },
    })
}

/// Implements the schemas of kinds of values without a type of their own, and of some types.
macro_rules! schemas {
    ($($name:ident: $schema:expr;)+) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

/// A code, a key, or the name of a system user.
pub(super) struct Key;

/// A code or a key that occurs in paths.
pub(super) struct PathKey;

/// A name that people see.
pub(super) struct Name;

/// An audience.
pub(super) struct Identifier;

/// A time (RFC 3339).
pub(super) struct Time;

/// Values by any key.
pub(super) struct Values;

/// Values by keys that are visible.
pub(super) struct Flags;

/// An algorithm.
pub(super) struct AlgorithmName;

schemas! {
    Key: key();
    PathKey: path_key();
    Name: json_schema!({ "type": "string", "minLength": 1, "maxLength": 256, "pattern": NAME_PATTERN });
    Identifier: json_schema!({
        "type": "string", "minLength": 1, "maxLength": 2048, "pattern": r#"^[^\s"\\\u0000-\u001f\u007f-\u009f]+$"#,
    });
    Time: json_schema!({
        "type": "string", "format": "date-time", "description": "A time, such as `2026-11-20T00:00:00Z`.",
    });
    Values: values(&json_schema!({ "type": "string" }));
    Flags: values(&path_key());
    AlgorithmName: json_schema!({ "type": "string", "enum": names::<Algorithm>() });
    Lifetime: json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MAX.as_seconds() });
    Period: json_schema!({ "type": "string", "pattern": "^0*[1-9][0-9]{0,12}[smhd]$" });
    AddressBlock: json_schema!({
        "type": "string",
        "format": "address-block",
        "description": "An IP address or a CIDR block without bits beyond its prefix length, such as `10.0.0.0/8`.",
    });
    ScopeDefinition: {
        let key = json_schema!({ "type": "string", "minLength": 1, "pattern": r"^[\x21\x23-\x5b\x5d-\x7e]+$" });
        json_schema!({
            "anyOf": [
                key,
                {
                    "type": "object",
                    "properties": { "key": key, "description": Text::<2000>::json_schema(&mut SchemaGenerator::default()) },
                    "required": ["key"],
                    "additionalProperties": false,
                },
            ],
        })
    };
}
