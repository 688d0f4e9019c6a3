//! The claims of a token, read.

use std::borrow::Cow;

use crate::claim::Claim;
use crate::error::InvalidToken;
use crate::expectations::ClaimForms;
use crate::json::{JsonArray, JsonObject, JsonString, JsonValue, Members, Rounding};
use crate::limits::Limits;
use oauth_proto::UnixTime;

/// The claims of a token, borrowed from its decoded text.
///
/// Every registered claim ([`Claim`]) has the type that its specification requires, or the text is refused, except that an `azp` beside a
/// `client_id` is not needed and counts as absent then. Others are looked up with [`get`](Self::get). This type alone does not prove that a signature was checked; [`Verified<Claims>`](crate::Verified) does.
#[derive(Debug, Clone)]
pub struct Claims<'b> {
    object: Option<JsonObject<'b>>,
    issuer: Option<Cow<'b, str>>,
    subject: Option<Cow<'b, str>>,
    audience: Audience<'b>,
    expires_at: Option<UnixTime>,
    not_before: Option<UnixTime>,
    issued_at: Option<UnixTime>,
    jwt_id: Option<Cow<'b, str>>,
    client_id: Option<Cow<'b, str>>,
    authorized_party: Option<Cow<'b, str>>,
    scope: Option<Cow<'b, str>>,
}

#[derive(Debug, Clone, Copy)]
enum Audience<'b> {
    Absent,
    One(JsonString<'b>),
    Several(JsonArray<'b>),
}

impl<'b> Claims<'b> {
    /// Reads the claims in a JSON text.
    ///
    /// # Errors
    /// - [`InvalidToken::Claims`] if it is not a JSON object, or has a duplicate name ([`Cause::TokenClaimMalformed`](m2m_errors::Cause)).
    /// - [`InvalidToken::ClaimMalformed`] if a claim has the wrong type, or a time is negative or out of range; a time with a fraction is
    ///   accepted ([`Cause::TokenClaimMalformed`](m2m_errors::Cause)).
    /// - [`InvalidToken::Claims`] if there are more members or levels than [`Limits::DEFAULT`] allows ([`Cause::TokenTooLong`](m2m_errors::Cause)).
    pub fn parse(json: &'b [u8]) -> Result<Self, InvalidToken> {
        Self::parse_within(json, ClaimForms::Specified, &Limits::DEFAULT)
    }

    /// Reads the claims in a JSON text, with these forms of claims and these limits.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_within(
        json: &'b [u8],
        forms: ClaimForms,
        limits: &Limits,
    ) -> Result<Self, InvalidToken> {
        let text = core::str::from_utf8(json)
            .map_err(|_| InvalidToken::Claims(crate::InvalidJson::NotUtf8))?;
        let mut claims = Self::NONE;
        // A client that another claim names makes this one superfluous.
        let mut bad_party = false;
        let mut members = Members::within(text, limits).map_err(InvalidToken::Claims)?;
        while let Some((name, value)) = members.next().map_err(InvalidToken::Claims)? {
            let Some(claim) = name.read(Claim::parse) else {
                continue;
            };
            if claims.read(claim, value).is_some() {
                continue;
            }
            match (claim, forms) {
                (Claim::AuthorizedParty, _) => bad_party = true,
                (Claim::Scope, ClaimForms::Foreign) => claims.scope = joined(value),
                (claim, _) => return Err(InvalidToken::ClaimMalformed(claim)),
            }
        }
        if bad_party && forms == ClaimForms::Specified && claims.client_id.is_none() {
            return Err(InvalidToken::ClaimMalformed(Claim::AuthorizedParty));
        }
        claims.object = Some(members.finish());
        Ok(claims)
    }

    /// `iss`
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// `sub`
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// `aud`, whether it is written as a string or as an array.
    pub fn audience(&self) -> impl Iterator<Item = Cow<'b, str>> + use<'b> {
        self.audience_strings().map(JsonString::to_str)
    }

    /// Returns true if `aud` names exactly this audience.
    #[must_use]
    pub fn is_for(&self, audience: &str) -> bool {
        self.audience_strings()
            .any(|string| string.equals(audience))
    }

    /// `exp`; a fraction of a second is cut off.
    #[must_use]
    pub const fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// `nbf`; a fraction of a second is cut off.
    #[must_use]
    pub const fn not_before(&self) -> Option<UnixTime> {
        self.not_before
    }

    /// `iat`; a fraction of a second is cut off.
    #[must_use]
    pub const fn issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }

    /// `jti`
    #[must_use]
    pub fn jwt_id(&self) -> Option<&str> {
        self.jwt_id.as_deref()
    }

    /// Returns the client that the token was issued to: `client_id`, else `azp`.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id
            .as_deref()
            .or_else(|| self.authorized_party())
    }

    /// `azp`
    #[must_use]
    pub fn authorized_party(&self) -> Option<&str> {
        self.authorized_party.as_deref()
    }

    /// The value of `scope` as the token has it.
    #[must_use]
    pub fn scope_text(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The scopes that the token allows, one by one: the elements of `scope`.
    pub fn scope(&self) -> impl Iterator<Item = &str> {
        self.scope_text()
            .unwrap_or_default()
            .split(' ')
            .filter(|token| !token.is_empty())
    }

    /// Returns true if the token has this scope, by [`scope`](Self::scope).
    #[must_use]
    pub fn has_scope(&self, scope_token: &str) -> bool {
        self.scope().any(|token| token == scope_token)
    }

    /// Any claim, as JSON.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<JsonValue<'b>> {
        self.object?.get(name)
    }

    /// All claims, as one object.
    #[must_use]
    pub fn object(&self) -> JsonObject<'b> {
        self.object.unwrap_or(JsonObject::EMPTY)
    }

    /// All claims, in the order of the token.
    pub fn members(&self) -> impl Iterator<Item = (JsonString<'b>, JsonValue<'b>)> + use<'b> {
        self.object.into_iter().flat_map(JsonObject::members)
    }

    /// The JSON text, as it is in the token.
    #[must_use]
    pub fn raw(&self) -> &'b str {
        self.object.map(JsonObject::as_str).unwrap_or_default()
    }

    /// Returns true if the claim, or another that can replace it, is present.
    pub(crate) fn has(&self, claim: Claim) -> bool {
        match claim {
            Claim::Issuer => self.issuer.is_some(),
            Claim::Subject => self.subject.is_some(),
            Claim::Audience => !matches!(self.audience, Audience::Absent),
            Claim::ExpiresAt => self.expires_at.is_some(),
            Claim::NotBefore => self.not_before.is_some(),
            Claim::IssuedAt => self.issued_at.is_some(),
            Claim::JwtId => self.jwt_id.is_some(),
            Claim::ClientId => self.client_id().is_some(),
            Claim::AuthorizedParty => self.authorized_party.is_some(),
            Claim::Scope => self.scope.is_some(),
        }
    }

    fn audience_strings(&self) -> impl Iterator<Item = JsonString<'b>> + use<'b> {
        let (one, several) = match self.audience {
            Audience::Absent => (None, None),
            Audience::One(string) => (Some(string), None),
            Audience::Several(array) => (None, Some(array)),
        };
        one.into_iter()
            .chain(several.into_iter().flat_map(JsonArray::strings))
    }

    /// `None` if the value has the wrong type.
    fn read(&mut self, claim: Claim, value: JsonValue<'b>) -> Option<()> {
        let string = || value.as_string().map(JsonString::to_str);
        // `now` holds whole seconds too, so a time with a fraction has been reached in the second that contains it.
        let time = || {
            let number = value.as_number();
            number.and_then(|number| number.to_time(Rounding::Down))
        };
        match claim {
            Claim::Issuer => self.issuer = Some(string()?),
            Claim::Subject => self.subject = Some(string()?),
            Claim::Audience => {
                self.audience = match (value.as_string(), value.as_array()) {
                    (Some(string), _) => Audience::One(string),
                    (None, Some(array)) if array.contains_only_strings() => {
                        Audience::Several(array)
                    }
                    (None, _) => return None,
                }
            }
            Claim::ExpiresAt => self.expires_at = Some(time()?),
            Claim::NotBefore => self.not_before = Some(time()?),
            Claim::IssuedAt => self.issued_at = Some(time()?),
            Claim::JwtId => self.jwt_id = Some(string()?),
            Claim::ClientId => self.client_id = Some(string()?),
            Claim::AuthorizedParty => self.authorized_party = Some(string()?),
            Claim::Scope => self.scope = Some(string()?),
        }
        Some(())
    }

    const NONE: Self = Self {
        object: None,
        issuer: None,
        subject: None,
        audience: Audience::Absent,
        expires_at: None,
        not_before: None,
        issued_at: None,
        jwt_id: None,
        client_id: None,
        authorized_party: None,
        scope: None,
    };
}

/// Returns a list of scopes as one text. An element that has a space in it is not a scope, and is left out.
fn joined(value: JsonValue<'_>) -> Option<Cow<'_, str>> {
    let array = value
        .as_array()
        .filter(|array| array.contains_only_strings())?;
    let mut text = String::new();
    for scope in array.strings().map(JsonString::to_str) {
        if !scope.contains(' ') {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(&scope);
        }
    }
    Some(Cow::Owned(text))
}

impl<'b> TryFrom<&'b [u8]> for Claims<'b> {
    type Error = InvalidToken;

    fn try_from(json: &'b [u8]) -> Result<Self, InvalidToken> {
        Self::parse(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_spellings_of_an_audience() {
        let claims = Claims::parse(br#"{"aud":"a","scope":"x  y"}"#).unwrap();
        assert_eq!(claims.audience().collect::<Vec<_>>(), ["a"]);
        assert_eq!(claims.scope().collect::<Vec<_>>(), ["x", "y"]);
        assert!(claims.has_scope("y") && !claims.has_scope("x  y"));
        let claims = Claims::parse(br#"{"aud":["a","\u0062"],"azp":"c"}"#).unwrap();
        assert_eq!(claims.audience().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(claims.scope().count(), 0);
        assert_eq!(claims.client_id(), Some("c"));
        assert!(claims.is_for("b") && !claims.is_for("B"));
    }

    #[test]
    fn reads_a_name_however_it_is_written() {
        let claims = Claims::parse(br#" {"\u0069ss":"https:\/\/as.example"} "#).unwrap();
        assert_eq!(claims.issuer(), Some("https://as.example"));
        assert_eq!(claims.raw(), r#"{"\u0069ss":"https:\/\/as.example"}"#);
        assert!(claims.get("iss").is_some());
    }

    #[test]
    fn x3_r15_refuses_a_claim_of_the_wrong_type() {
        let check = |json: &str, claim: Claim| {
            assert_eq!(
                Claims::parse(json.as_bytes()).map(|_| ()),
                Err(InvalidToken::ClaimMalformed(claim)),
                "{json}"
            );
        };
        for (claim, texts) in [
            (Claim::Issuer, true),
            (Claim::Subject, true),
            (Claim::JwtId, true),
            (Claim::ClientId, true),
            (Claim::AuthorizedParty, true),
            (Claim::Scope, true),
            (Claim::ExpiresAt, false),
            (Claim::NotBefore, false),
            (Claim::IssuedAt, false),
        ] {
            for value in [
                "null",
                "true",
                "[]",
                "{}",
                "[1]",
                "[\"x\"]",
                if texts { "1" } else { "\"1\"" },
            ] {
                check(&format!("{{\"{claim}\":{value}}}"), claim);
            }
        }
        for value in ["1e400", "-1", "-0.5", "18446744073709551616"] {
            for claim in [Claim::ExpiresAt, Claim::NotBefore, Claim::IssuedAt] {
                check(&format!("{{\"{claim}\":{value}}}"), claim);
            }
        }
        for value in ["null", "1", "{}", "[1]", "[\"a\",null]", "[[\"a\"]]"] {
            check(&format!("{{\"aud\":{value}}}"), Claim::Audience);
        }
    }
}
