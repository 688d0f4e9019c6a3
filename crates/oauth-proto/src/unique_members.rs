//! A check that a document is one JSON object that every reader reads alike.
//!
//! `m2m-jwt` has the same rule in a reader of its own, which takes a microsecond and copies nothing; a test of `m2m-testkit` compares the two.

use core::fmt;
use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON object in which no member is repeated, at any depth: of two members with one name, two readers may use different ones.
///
/// It stores nothing of the object. Parse a document as this type first, and then as its own type.
///
/// Source: RFC 8259, section 4, <https://www.rfc-editor.org/rfc/rfc8259#section-4>.
///
/// ```
/// use oauth_proto::UniqueMembers;
///
/// let read = |json| serde_json::from_str::<UniqueMembers>(json);
/// assert!(read(r#"{"keys": [{"kid": "1"}, {"kid": "2"}]}"#).is_ok());
/// assert!(read(r#"{"keys": [{"kid": "1", "\u006bid": "2"}]}"#).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UniqueMembers;

/// Any JSON value without a repeated member anywhere.
struct Anything;

impl<'de> Deserialize<'de> for UniqueMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Walk)?;
        Ok(Self)
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)?;
        Ok(Self)
    }
}

/// Reads a value and keeps only the names of the members around it.
struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<Anything>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names: HashSet<String> = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Anything>()?;
            if names.contains(&name) {
                return Err(A::Error::custom(format_args!("duplicate member {name:?}")));
            }
            names.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::UniqueMembers;

    fn error_text(text: &str) -> String {
        let read: Result<UniqueMembers, _> = serde_json::from_str(text);
        read.err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn x4_a_duplicate_member_is_refused_at_any_depth() {
        assert_eq!(
            error_text(r#"{"a": [{"b": null}, {"b": 1.5}], "c": -1}"#),
            ""
        );
        for text in [r#"{"a": 1, "a": 1}"#, r#"{"a": [{"b": 1, "b": 2}]}"#] {
            assert!(error_text(text).contains("duplicate member"), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_not_an_object_is_refused() {
        for text in ["[]", "[false]", "1", "null", "\"a\""] {
            assert!(error_text(text).contains("expected an object"), "{text}");
        }
    }
}
