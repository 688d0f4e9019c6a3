//! The members of a JSON Web Key, as other issuers write them.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::base64url;
use crate::error::{InvalidKey, MemberFault};
use crate::json::{JsonArray, JsonObject, JsonString, JsonValue};
use crate::limits::{MAX_JWK_BYTES, MAX_KEY_ID_BYTES};

/// A deviation of a member of a key from its specification that changes neither the key nor its security, and is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Tolerance {
    /// An array without elements, which counts as absent. Serializers of .NET write `key_ops` and `oth` in this way.
    #[error("is an empty array, which counts as absent")]
    EmptyArray,
    /// A number with zero bytes at the beginning
    /// ([RFC 7518, section 6.3.1.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1.1)).
    #[error("begins with zero bytes")]
    LeadingZeros,
    /// A number in base64url with padding.
    #[error("has padding (=) at the end")]
    Padding,
    /// A number in base64 with the standard alphabet.
    #[error("has + or / instead of - and _")]
    OtherAlphabet,
}

/// The members of a JSON Web Key, and the deviations found so far. A member that is `null` counts as absent.
#[derive(Debug)]
pub(crate) struct JwkMembers<'b> {
    object: JsonObject<'b>,
    tolerated: Vec<(&'static str, Tolerance)>,
}

impl<'b> JwkMembers<'b> {
    pub(crate) fn parse(json: &'b [u8]) -> Result<Self, InvalidKey> {
        if json.len() > MAX_JWK_BYTES {
            return Err(InvalidKey::TooLong);
        }
        Ok(Self {
            object: JsonObject::parse(json).map_err(InvalidKey::Json)?,
            tolerated: Vec::new(),
        })
    }

    /// Returns the deviations that were found in the members that have been read.
    pub(crate) fn into_tolerated(self) -> Vec<(&'static str, Tolerance)> {
        self.tolerated
    }

    pub(crate) fn get(&self, member: &str) -> Option<JsonValue<'b>> {
        self.object
            .get(member)
            .filter(|value| !matches!(value, JsonValue::Null))
    }

    /// Returns the value of a member, unless it is an empty array.
    pub(super) fn non_empty(&mut self, member: &'static str) -> Option<JsonValue<'b>> {
        let value = self.get(member)?;
        if value.as_array().is_some_and(JsonArray::is_empty) {
            self.tolerate(member, Tolerance::EmptyArray);
            None
        } else {
            Some(value)
        }
    }

    /// Returns a string, if the member is there.
    pub(crate) fn text(&self, member: &'static str) -> Result<Option<JsonString<'b>>, InvalidKey> {
        self.get(member)
            .map(|value| {
                value
                    .as_string()
                    .ok_or_else(|| malformed(member, MemberFault::NotAString))
            })
            .transpose()
    }

    pub(super) fn required_text(&self, member: &'static str) -> Result<JsonString<'b>, InvalidKey> {
        self.text(member)?
            .ok_or(InvalidKey::MemberMissing { member })
    }

    /// Returns `kid`, if it is there.
    pub(crate) fn key_id(&self) -> Result<Option<Box<str>>, InvalidKey> {
        let Some(key_id) = self.text("kid")? else {
            return Ok(None);
        };
        let key_id = key_id.to_str();
        if key_id.len() > MAX_KEY_ID_BYTES {
            Err(InvalidKey::KeyIdTooLong)
        } else {
            Ok(Some(Box::from(&*key_id)))
        }
    }

    /// Returns bytes, which have exactly one spelling and are not empty.
    pub(super) fn octets(&self, member: &'static str) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let text = Zeroizing::new(self.required_text(member)?.to_str().into_owned());
        let fault = match base64url::decode(text.as_bytes()) {
            Ok(octets) if octets.is_empty() => MemberFault::Empty,
            Ok(octets) => return Ok(Zeroizing::new(octets)),
            Err(_) if unpadded(&text) != text.as_str() => MemberFault::Padded,
            Err(_) if text.contains(STANDARD_ALPHABET) => MemberFault::OtherAlphabet,
            Err(_) => MemberFault::NotBase64Url,
        };
        Err(malformed(member, fault))
    }

    /// Returns a number, big-endian, without leading zeros and not zero.
    ///
    /// RFC 7518, section 2, binds the writer to the only spelling (`Base64urlUInt`). Other spellings are accepted, because they stand for
    /// the same number.
    pub(super) fn number(
        &mut self,
        member: &'static str,
    ) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let text = Zeroizing::new(self.required_text(member)?.to_str().into_owned());
        let mut letters = Zeroizing::new(unpadded(&text).to_owned());
        if letters.len() < text.len() {
            self.tolerate(member, Tolerance::Padding);
        }
        if letters.contains(STANDARD_ALPHABET) {
            self.tolerate(member, Tolerance::OtherAlphabet);
            letters = Zeroizing::new(letters.replace('+', "-").replace('/', "_"));
        }
        let mut number = base64url::decode(letters.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| malformed(member, MemberFault::NotBase64Url))?;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        if number.is_empty() {
            return Err(malformed(member, MemberFault::Empty));
        }
        if zeros == number.len() {
            return Err(malformed(member, MemberFault::Zero));
        }
        if zeros > 0 {
            self.tolerate(member, Tolerance::LeadingZeros);
            number.drain(..zeros);
        }
        Ok(number)
    }

    fn tolerate(&mut self, member: &'static str, tolerance: Tolerance) {
        if !self.tolerated.contains(&(member, tolerance)) {
            self.tolerated.push((member, tolerance));
        }
    }
}

pub(super) const fn malformed(member: &'static str, fault: MemberFault) -> InvalidKey {
    InvalidKey::MemberMalformed { member, fault }
}

const STANDARD_ALPHABET: [char; 2] = ['+', '/'];

/// Returns the text without up to two padding characters. Their number carries no information, so a wrong one is accepted too.
fn unpadded(text: &str) -> &str {
    text.strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text)
}
