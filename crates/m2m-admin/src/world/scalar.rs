//! Values that can be written in more than one way.

use core::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// The value of a property or a feature flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scalar {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// A scope: its key alone, or with a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) key: String,
    pub(super) description: String,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, an integer, or true or false")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Boolean(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Integer(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Described {
            key: String,
            #[serde(default)]
            description: String,
        }

        struct ScopeVisitor;

        impl<'de> Visitor<'de> for ScopeVisitor {
            type Value = Scope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scope in quotes, or { key = \"…\", description = \"…\" }")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Scope, E> {
                Ok(Scope {
                    key: key.to_owned(),
                    description: String::new(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scope, A::Error> {
                let Described { key, description } =
                    Described::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Scope { key, description })
            }
        }

        deserializer.deserialize_any(ScopeVisitor)
    }
}
