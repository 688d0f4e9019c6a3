//! The keys of a JWK set that cannot be used, one of which may be the right one.

use m2m_host::printable::printable;
use m2m_jwt::{KeySet, RefusedKey};
use serde::{Serialize, Serializer};
use serde_json::json;

/// A key of a JWK set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnusableKey(RefusedKey);

impl UnusableKey {
    /// Returns the keys that the JWK set or the crypto library refused.
    pub(super) fn all_of(keys: &KeySet) -> Vec<Self> {
        keys.refused().iter().cloned().map(Self).collect()
    }

    /// Returns its key id, if it has one.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.0.key_id()
    }

    /// Returns a text of one line.
    pub(super) fn text(&self) -> String {
        printable(&self.0.to_string()).into_owned()
    }
}

impl Serialize for UnusableKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let position = self.0.index().saturating_add(1);
        let (key_id, reason) = (self.key_id(), self.0.reason().to_string());
        json!({ "position": position, "kid": key_id, "reason": reason }).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use m2m_jwt::JwkSet;

    use super::*;

    #[test]
    fn e3_names_each_key_that_cannot_be_used() {
        let json = r#"{"keys":[
            {"kty":"OKP","crv":"Ed25519","kid":"good","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"oct","k":"c2VjcmV0"},
            null,
            {"kty":"RSA","kid":"bad\u001b[2J\u202e","e":"AQAB"},
            {"kid":"twice","kty":"RSA","kty":"RSA"}
        ]}"#;
        let keys = UnusableKey::all_of(&KeySet::new(&JwkSet::parse(json).unwrap()));
        let texts: Vec<String> = keys.iter().map(UnusableKey::text).collect();
        let [symmetric, null, bad, twice] = &*texts else {
            panic!("{texts:?}")
        };
        assert_eq!(
            symmetric,
            "key 2 of the set cannot be used: the key type is not supported; supported types are RSA, EC and Ed25519"
        );
        assert!(
            null.starts_with("key 3 of the set cannot be used"),
            "{null}"
        );
        assert!(bad.starts_with("key 4 of the set, \"bad"), "{bad}");
        assert!(
            bad.contains("`n` is missing") && !bad.contains(['\u{1b}', '\u{202e}']),
            "{bad}"
        );
        assert!(
            twice.contains("\"twice\"") && twice.contains("twice, at byte"),
            "{twice}"
        );
        let json = serde_json::to_value(&keys[3]).unwrap();
        assert_eq!(
            (&json["position"], &json["kid"]),
            (&json!(5), &json!("twice"))
        );
    }
}
