//! The spelling of values in a registry file, and everywhere else that a record is serialized.
//!
//! A record has one spelling: that of its serde implementation, which is the spelling of `world.toml`. Documents of a store, views of
//! the audit log, exports and the schema of the management API derive from it. A wrong value is refused with a message that says what
//! is wrong and, behind its last semicolon, what to write instead.

mod number;
pub(super) mod time;
pub(super) mod values;
pub(super) mod words;

pub(super) use number::Whole;
pub use time::{parse_time, time_text};
pub use words::UnknownWord;
pub(super) use words::{Word, WordList, words};

/// Implements serde's traits for records and their parts as tables: derived code would also accept a list of values in the order of the
/// fields.
///
/// The derived code is that of a remote type; the implementations here call it.
macro_rules! tables {
    ($($table:ident: $expecting:literal;)+) => {$(
        impl serde::Serialize for $table {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $table {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TableVisitor;

                impl<'de> serde::de::Visitor<'de> for TableVisitor {
                    type Value = $table;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$table, A::Error> {
                        $table::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(TableVisitor)
            }
        }
    )+};
}

pub(super) use tables;

/// Parses a text into the value that it represents, or refuses it with the message of `parse`.
pub(super) fn from_text<'de, T, D, F>(
    deserializer: D,
    expecting: &'static str,
    parse: F,
) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    F: FnOnce(&str) -> Result<T, String>,
{
    struct Text<F>(&'static str, F);

    impl<T, F: FnOnce(&str) -> Result<T, String>> serde::de::Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(expecting, parse))
}
