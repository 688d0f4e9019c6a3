//! The protected header of a token, read.

use std::borrow::Cow;

use crate::error::InvalidToken;
use crate::json::{JsonString, JsonValue, Members};
use crate::limits::Limits;

/// The header of a token. Nothing in it chooses a key or an algorithm; it is compared with the expected ones.
///
/// `jwk`, `jku`, `x5c`, `x5u` and all other members are skipped: a key from the token proves nothing.
///
/// Source: [RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4),
/// [RFC 8725, section 3.10](https://www.rfc-editor.org/rfc/rfc8725#section-3.10).
#[derive(Debug, Clone)]
pub struct Header<'b> {
    raw: &'b str,
    algorithm: Cow<'b, str>,
    key_id: Option<Cow<'b, str>>,
    token_type: Option<Cow<'b, str>>,
    objection: Option<InvalidToken>,
}

impl<'b> Header<'b> {
    pub(crate) fn parse(text: &'b [u8], limits: &Limits) -> Result<Self, InvalidToken> {
        let text = core::str::from_utf8(text)
            .map_err(|_| InvalidToken::Header(crate::InvalidJson::NotUtf8))?;
        let mut members = Members::within(text, limits).map_err(InvalidToken::Header)?;
        let (mut algorithm, mut key_id, mut token_type, mut objection) = (None, None, None, None);
        while let Some((name, value)) = members.next().map_err(InvalidToken::Header)? {
            match name.to_str().as_ref() {
                "alg" => algorithm = Some(string(value, "alg")?),
                "kid" => key_id = Some(string(value, "kid")?),
                "typ" => token_type = Some(string(value, "typ")?),
                "crit" => objection = Some(InvalidToken::CriticalExtension),
                "zip" => objection = Some(InvalidToken::PayloadCompressed),
                // `b64` is not allowed without `crit`; `true` is harmless, because it states the default.
                "b64" if !matches!(value, JsonValue::Boolean(true)) => {
                    objection = Some(InvalidToken::PayloadNotEncoded)
                }
                _ => {}
            }
        }
        let algorithm = algorithm.ok_or(InvalidToken::HeaderMember { member: "alg" })?;
        let limit = limits.max_key_id_bytes;
        if key_id.as_ref().is_some_and(|key_id| key_id.len() > limit) {
            return Err(InvalidToken::KeyIdTooLong { limit });
        }
        Ok(Self {
            raw: members.finish().as_str(),
            algorithm,
            key_id,
            token_type,
            objection,
        })
    }

    /// The value of `alg`, whether or not it is known.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// `kid`: opaque, chosen by the sender of the token, and bounded by [`Limits::max_key_id_bytes`]. It may contain any character; escape
    /// it before displaying it.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// `typ`
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }

    /// The JSON text, as it is in the token.
    #[must_use]
    pub const fn raw(&self) -> &'b str {
        self.raw
    }

    /// Refuses members that change the meaning of the token in a way that is not understood.
    pub(crate) const fn check_extensions(&self) -> Result<(), InvalidToken> {
        match self.objection {
            Some(objection) => Err(objection),
            None => Ok(()),
        }
    }
}

fn string<'b>(value: JsonValue<'b>, member: &'static str) -> Result<Cow<'b, str>, InvalidToken> {
    value
        .as_string()
        .map(JsonString::to_str)
        .ok_or(InvalidToken::HeaderMember { member })
}
