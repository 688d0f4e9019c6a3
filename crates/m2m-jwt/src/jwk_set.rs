//! The public keys of an issuer as JSON.

mod entry;

pub use entry::{RefusedKey, ToleratedMember};

use crate::error::{InvalidJson, InvalidJwkSet, InvalidKey};
use crate::json::{JsonWriter, Piece, Pieces};
use crate::jwk::{Jwk, JwkMembers, Operation};
use crate::limits::{MAX_JWK_SET_BYTES, MAX_JWK_SET_KEYS};

/// A set of public keys for signatures, as a JSON Web Key Set.
///
/// Each key is read for itself. Whatever is wrong with one, even with its JSON, the others can be used: keys of other types, keys for
/// encryption and malformed ones are left out, and [`refused`](Self::refused) returns them with the reasons. Deviations that do not change
/// a key are accepted, and [`tolerated`](Self::tolerated) returns them. All members of the set except `keys` are ignored. Only a text that is
/// not a set at all is refused.
///
/// Source: [RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5).
///
/// ```
/// use m2m_jwt::{InvalidJwkSet, InvalidKey, JwkSet};
///
/// let set = JwkSet::parse(r#"{"keys":[
///     {"kty":"oct","k":"c2VjcmV0","kid":"shared"},
///     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///     null
/// ]}"#)?;
/// assert_eq!(set.keys().len(), 1);
/// let [shared, null] = set.refused() else { unreachable!() };
/// assert_eq!((shared.index(), shared.key_id()), (0, Some("shared")));
/// assert_eq!(shared.reason(), InvalidKey::TypeUnsupported);
/// assert_eq!(
///     null.to_string(),
///     "key 3 of the set cannot be used: the key cannot be parsed: the text is not a JSON object"
/// );
/// # Ok::<(), InvalidJwkSet>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    /// The index in the set of each of the keys.
    indices: Vec<usize>,
    refused: Vec<RefusedKey>,
    tolerated: Vec<ToleratedMember>,
}

impl JwkSet {
    /// Reads a JSON Web Key Set.
    ///
    /// # Errors
    /// [`InvalidJwkSet`] if the text is too long or is not an object with an array `keys`, or if there are two members `keys` or too many keys
    /// (all [`Cause::KeyMalformed`](m2m_errors::Cause)).
    pub fn parse<T: AsRef<[u8]> + ?Sized>(json: &T) -> Result<Self, InvalidJwkSet> {
        let json = json.as_ref();
        if json.len() > MAX_JWK_SET_BYTES {
            return Err(InvalidJwkSet::TooLong);
        }
        let mut members =
            Pieces::of_document(json, b'{').ok_or(InvalidJwkSet::Json(InvalidJson::NotAnObject))?;
        let mut keys = None;
        while let Some((name, value)) = members.member().map_err(InvalidJwkSet::Json)? {
            if !name.equals("keys") {
                continue;
            }
            if keys.replace(value).is_some() {
                let offset = name.offset;
                return Err(InvalidJwkSet::Json(InvalidJson::DuplicateMember { offset }));
            }
        }
        members.end().map_err(InvalidJwkSet::Json)?;
        let keys = keys.ok_or(InvalidJwkSet::KeysMissing)?;
        let mut entries = members
            .within(keys, b'[')
            .ok_or(InvalidJwkSet::KeysNotArray)?;
        let mut set = Self::default();
        for index in 0.. {
            let Some(entry) = entries.element().map_err(InvalidJwkSet::Json)? else {
                break;
            };
            if index >= MAX_JWK_SET_KEYS {
                return Err(InvalidJwkSet::TooManyKeys);
            }
            if let Err(reason) = set.read(index, entry) {
                set.refused.push(RefusedKey::of_entry(index, entry, reason));
            }
        }
        Ok(set)
    }

    /// The keys that can be used, in order.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The other keys, in order, each with the reason why it cannot be used.
    #[must_use]
    pub fn refused(&self) -> &[RefusedKey] {
        &self.refused
    }

    /// The members of the keys that can be used that deviate from their specification, in order of the keys.
    #[must_use]
    pub fn tolerated(&self) -> &[ToleratedMember] {
        &self.tolerated
    }

    /// The keys that can be used, each with its index in the set.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (usize, &Jwk)> {
        self.indices.iter().copied().zip(&self.keys)
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

    /// Reads the key at this index.
    fn read(&mut self, index: usize, entry: Piece<'_>) -> Result<(), InvalidKey> {
        let mut members = JwkMembers::parse(entry.text)?;
        let key = Jwk::from_members(&mut members, Operation::Verify)?;
        for (member, tolerance) in members.into_tolerated() {
            let key_id = key.key_id();
            self.tolerated
                .push(ToleratedMember::new(index, key_id, member, tolerance));
        }
        self.keys.push(key);
        self.indices.push(index);
        Ok(())
    }
}

impl core::str::FromStr for JwkSet {
    type Err = InvalidJwkSet;

    fn from_str(json: &str) -> Result<Self, InvalidJwkSet> {
        Self::parse(json)
    }
}

impl TryFrom<&[u8]> for JwkSet {
    type Error = InvalidJwkSet;

    fn try_from(json: &[u8]) -> Result<Self, InvalidJwkSet> {
        Self::parse(json)
    }
}

impl FromIterator<Jwk> for JwkSet {
    fn from_iter<I: IntoIterator<Item = Jwk>>(keys: I) -> Self {
        let keys: Vec<Jwk> = keys.into_iter().collect();
        Self {
            indices: (0..keys.len()).collect(),
            keys,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
