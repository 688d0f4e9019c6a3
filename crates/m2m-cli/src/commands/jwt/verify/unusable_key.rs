//! The keys of a JWK set that cannot be used, one of which may be the right one.

use core::fmt;

use m2m_jwt::{InvalidKey, JwkSet, VerificationKey};
use serde::Serialize;
use serde_json::{Value, json};

/// A key of a JWK set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct UnusableKey {
    /// Its position in the set, counted from 1.
    position: usize,
    /// Its key id, if it has one.
    #[serde(rename = "kid")]
    key_id: Option<String>,
    /// The reason why it cannot be used.
    reason: String,
}

impl UnusableKey {
    /// Returns the unusable keys of a document that is known to be a JWK set.
    pub(super) fn all_of(json: &[u8]) -> Vec<Self> {
        let document: Value = serde_json::from_slice(json).unwrap_or_default();
        let keys = document.get("keys").and_then(Value::as_array);
        let unusable = keys
            .into_iter()
            .flatten()
            .zip(1..)
            .filter_map(|(key, position)| {
                Some(Self {
                    position,
                    key_id: key.get("kid").and_then(Value::as_str).map(str::to_owned),
                    reason: why(key)?.to_string(),
                })
            });
        unusable.collect()
    }

    /// Returns its key id, if it has one.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }
}

/// Returns the reason why this key cannot be used even if it is the only one in a set.
fn why(key: &Value) -> Option<InvalidKey> {
    let set = match JwkSet::parse(&json!({ "keys": [key] }).to_string()) {
        Ok(set) => set,
        Err(error) => return Some(error),
    };
    let refused = set.refused().iter().copied();
    let of_library = set.keys().iter().map(VerificationKey::new);
    refused.chain(of_library.filter_map(Result::err)).next()
}

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {} of the set", self.position)?;
        if let Some(key_id) = &self.key_id {
            write!(f, ", {:?},", m2m_host::printable::printable(key_id))?;
        }
        write!(f, " cannot be used: {}", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_key_that_cannot_be_used() {
        let json = r#"{"keys":[
            {"kty":"OKP","crv":"Ed25519","kid":"good","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"oct","k":"c2VjcmV0"},
            {"kty":"RSA","kid":"bad\u001b[2J","e":"AQAB"}
        ]}"#;
        let texts: Vec<String> = UnusableKey::all_of(json.as_bytes())
            .iter()
            .map(ToString::to_string)
            .collect();
        let [symmetric, bad] = &*texts else {
            panic!("{texts:?}")
        };
        assert_eq!(
            symmetric,
            "key 2 of the set cannot be used: the key type is not supported; supported types are RSA, EC and Ed25519"
        );
        assert!(bad.starts_with("key 3 of the set, \"bad"), "{bad}");
        assert!(
            bad.contains("`n` is missing") && !bad.contains('\u{1b}'),
            "{bad}"
        );
    }
}
