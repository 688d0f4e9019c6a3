//! The differences of a token from the usual one.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The differences of a token from the usual one.
///
/// ```
/// use m2m_mock::TokenTemplate;
///
/// let json = r#"{"lifetime":60,"claims":{"org_code":"org_acme"},"without":["aud"]}"#;
/// let template: TokenTemplate = serde_json::from_str(json)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a token, such as { lifetime = 60, claims = { org_code = \"org_acme\" } }"
)]
pub struct TokenTemplate {
    /// The lifetime, from `iat` to `exp`. Unit: seconds. 0 is a token that has expired when it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifetime: Option<u32>,
    /// The `typ` in the header. Empty for a header without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) typ: Option<Box<str>>,
    /// Claims, which are added or replace the usual ones.
    #[serde(
        default,
        skip_serializing_if = "Map::is_empty",
        deserialize_with = "claims"
    )]
    pub(crate) claims: Map<String, Value>,
    /// The names of usual claims that the token does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) without: Vec<Box<str>>,
}

/// Reads claims. A date of TOML has no equivalent in JSON.
fn claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let claims = Map::deserialize(deserializer)?;
    if claims.values().any(contains_date) {
        return Err(serde::de::Error::custom(
            "a claim cannot be a date; write the seconds since 1970, or a string in quotes",
        ));
    }
    Ok(claims)
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
            let text = format!("[claims]\n{claims}\n");
            let error = toml::from_str::<TokenTemplate>(&text).unwrap_err();
            assert!(error.message().contains("cannot be a date"), "{error}");
        }
        let template: TokenTemplate = toml::from_str("[claims]\na = [1, { b = 'c' }]").unwrap();
        let expected = serde_json::json!([1, { "b": "c" }]);
        assert_eq!(template.claims.get("a"), Some(&expected));
    }
}
