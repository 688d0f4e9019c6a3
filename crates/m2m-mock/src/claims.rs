//! Claims that a test sets.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Claims, as compact JSON. A tree of them takes a hundred times the memory of the text.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims(Option<Box<str>>);

impl Claims {
    /// True if there are none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The length of the text. Unit: bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.as_deref().map_or(0, str::len)
    }

    /// Returns the claims by their names.
    pub(crate) fn parsed(&self) -> Map<String, Value> {
        let text = self.0.as_deref().unwrap_or("{}");
        serde_json::from_str(text).expect("it was written from JSON")
    }
}

impl<'de> Deserialize<'de> for Claims {
    /// Reads claims. A date of TOML has no equivalent in JSON.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims = Map::deserialize(deserializer)?;
        if claims.values().any(contains_date) {
            return Err(serde::de::Error::custom(
                "a claim cannot be a date; write the seconds since 1970, or a string in quotes",
            ));
        }
        Ok(match claims.is_empty() {
            true => Self(None),
            false => Self(Some(Value::Object(claims).to_string().into())),
        })
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_deref().unwrap_or("{}");
        let raw: &RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("{}"))
    }
}

fn contains_date(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key(DATE) || members.values().any(contains_date),
        Value::Array(items) => items.iter().any(contains_date),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The member by which the crate `toml` passes a date to types that have none.
const DATE: &str = "$__toml_private_datetime";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_not_a_date_wherever_it_is() {
        for claims in [
            "a = 2026-11-20T00:00:00Z",
            "a = [2026-11-20]",
            "a = { b = 10:00:00 }",
        ] {
            let error = toml::from_str::<Claims>(claims).unwrap_err();
            assert!(error.message().contains("cannot be a date"), "{error}");
        }
        let claims: Claims = toml::from_str("a = [1, { b = 'c' }]").unwrap();
        let expected = serde_json::json!([1, { "b": "c" }]);
        assert_eq!(claims.parsed().get("a"), Some(&expected));
    }

    #[test]
    fn they_are_kept_and_written_as_compact_text() {
        let claims: Claims = serde_json::from_str(r#" { "a" : [ {"": 0}, "é" ] } "#).unwrap();
        let text = r#"{"a":[{"":0},"é"]}"#;
        assert_eq!(claims.len(), text.len());
        assert_eq!(serde_json::to_string(&claims).unwrap(), text);
        assert_eq!(format!("{claims:?}"), text);
        let none: Claims = serde_json::from_str("{}").unwrap();
        assert!(none.is_empty() && none == Claims::default());
    }
}
