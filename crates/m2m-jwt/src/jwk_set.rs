//! The public keys of an issuer as JSON.

use crate::error::InvalidKey;
use crate::json::{JsonObject, JsonValue, JsonWriter};
use crate::jwk::{Jwk, Operation};
use crate::limits::{MAX_JWK_SET_BYTES, MAX_JWK_SET_KEYS};

/// A set of public keys for signatures, as a JSON Web Key Set.
///
/// Parsing keeps the keys that can be used: keys of other types, keys for encryption, and malformed ones are left out, and
/// [`refused`](Self::refused) returns the reasons. Only a text that is not a set at all is refused.
///
/// Source: [RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5).
///
/// ```
/// use m2m_jwt::{InvalidKey, JwkSet};
///
/// let set = JwkSet::parse(r#"{"keys":[
///     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///     {"kty":"oct","k":"c2VjcmV0"}
/// ]}"#)?;
/// assert_eq!(set.keys().len(), 1);
/// assert_eq!(set.refused(), [InvalidKey::TypeUnsupported]);
/// # Ok::<(), InvalidKey>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    refused: Vec<InvalidKey>,
}

impl JwkSet {
    /// Reads a JSON Web Key Set.
    ///
    /// # Errors
    /// [`InvalidKey::TooLong`], [`InvalidKey::Json`], [`InvalidKey::TooManyKeys`], or `keys` is missing or is not an array of objects (all
    /// [`Cause::KeyMalformed`](m2m_errors::Cause)).
    pub fn parse<T: AsRef<[u8]> + ?Sized>(json: &T) -> Result<Self, InvalidKey> {
        let json = json.as_ref();
        if json.len() > MAX_JWK_SET_BYTES {
            return Err(InvalidKey::TooLong);
        }
        let object = JsonObject::parse(json).map_err(InvalidKey::Json)?;
        let keys = object
            .get("keys")
            .ok_or(InvalidKey::MemberMissing { member: "keys" })?;
        let malformed = InvalidKey::MemberMalformed { member: "keys" };
        let mut set = Self::default();
        for (position, key) in keys.as_array().ok_or(malformed)?.elements().enumerate() {
            if position >= MAX_JWK_SET_KEYS {
                return Err(InvalidKey::TooManyKeys);
            }
            let JsonValue::Object(key) = key else {
                return Err(malformed);
            };
            match Self::read(key) {
                Ok(key) => set.keys.push(key),
                Err(error) => set.refused.push(error),
            }
        }
        Ok(set)
    }

    /// The keys that can be used, in order.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Returns the reason why each of the other keys cannot be used, in order.
    #[must_use]
    pub fn refused(&self) -> &[InvalidKey] {
        &self.refused
    }

    /// Returns the set as JSON, without the refused keys.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = JsonWriter::with_capacity(16 + self.keys.len() * 512);
        json.raw("{\"keys\":[");
        for (position, key) in self.keys.iter().enumerate() {
            if position > 0 {
                json.raw(",");
            }
            key.write(&mut json);
        }
        json.raw("]}");
        json.into_string()
    }

    fn read(key: JsonObject<'_>) -> Result<Jwk, InvalidKey> {
        Jwk::from_object(key, Operation::Verify)
    }
}

impl core::str::FromStr for JwkSet {
    type Err = InvalidKey;

    fn from_str(json: &str) -> Result<Self, InvalidKey> {
        Self::parse(json)
    }
}

impl TryFrom<&[u8]> for JwkSet {
    type Error = InvalidKey;

    fn try_from(json: &[u8]) -> Result<Self, InvalidKey> {
        Self::parse(json)
    }
}

impl FromIterator<Jwk> for JwkSet {
    fn from_iter<I: IntoIterator<Item = Jwk>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            refused: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_text_that_is_not_a_set() {
        let malformed = InvalidKey::MemberMalformed { member: "keys" };
        for (json, expected) in [
            ("{}", InvalidKey::MemberMissing { member: "keys" }),
            (r#"{"keys":{}}"#, malformed),
            (r#"{"keys":[1]}"#, malformed),
            (
                r#"{"keys":[],"keys":[]}"#,
                InvalidKey::Json(crate::InvalidJson::DuplicateMember { offset: 11 }),
            ),
            (
                r#"{"keys":[{"kty":"EC","kty":"RSA"}]}"#,
                InvalidKey::Json(crate::InvalidJson::DuplicateMember { offset: 21 }),
            ),
        ] {
            assert_eq!(JwkSet::parse(json), Err(expected), "{json}");
        }
        let many = format!(r#"{{"keys":[{}{{}}]}}"#, "{},".repeat(MAX_JWK_SET_KEYS));
        assert_eq!(JwkSet::parse(&many), Err(InvalidKey::TooManyKeys));
    }

    #[test]
    fn an_empty_set_is_a_set() {
        assert_eq!(
            JwkSet::parse(r#"{"keys":[]}"#).unwrap().to_json(),
            r#"{"keys":[]}"#
        );
    }
}
