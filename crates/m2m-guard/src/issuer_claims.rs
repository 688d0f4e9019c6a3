//! The claims of the issuers that do not follow RFC 9068.

use std::borrow::Cow;

use m2m_jwt::{Claims, InvalidToken, IssuerProfile, JsonValue};
use oauth_proto::ScopeToken;

use crate::extension::ORGANIZATION_CODE;

/// The claims of a token that are named differently by each issuer.
pub(crate) struct IssuerClaims<'c> {
    pub(crate) client_id: Cow<'c, str>,
    pub(crate) jwt_id: Cow<'c, str>,
    /// Scope tokens, one space between two.
    pub(crate) scope: String,
    pub(crate) organization_code: Option<Cow<'c, str>>,
}

/// The reason why the claims cannot be read.
pub(crate) enum Unreadable {
    /// The claim has the wrong type.
    Claim(&'static str),
    Token(InvalidToken),
}

impl<'c> IssuerClaims<'c> {
    pub(crate) fn read(profile: IssuerProfile, claims: &Claims<'c>) -> Result<Self, Unreadable> {
        let client_claims = profile.client_claims();
        let client_id = text(claims, client_claims)?.ok_or_else(|| {
            let claim = client_claims.first().copied().unwrap_or_default();
            Unreadable::Token(InvalidToken::MarkMissing { claim })
        })?;
        Ok(Self {
            client_id,
            jwt_id: text(claims, profile.id_claims())?.unwrap_or_default(),
            scope: scope(claims, profile.scope_claims())?,
            organization_code: claims.get(ORGANIZATION_CODE).and_then(JsonValue::as_str),
        })
    }
}

/// Returns the client that the token names, in the way of the issuer.
pub(crate) fn client_id<'c>(profile: IssuerProfile, claims: &Claims<'c>) -> Option<Cow<'c, str>> {
    text(claims, profile.client_claims()).ok().flatten()
}

/// Returns the first of these claims that is present.
fn first<'c>(
    claims: &Claims<'c>,
    names: &'static [&'static str],
) -> Option<(&'static str, JsonValue<'c>)> {
    names.iter().find_map(|name| {
        let value = claims.get(name).filter(|value| !value.is_null())?;
        Some((*name, value))
    })
}

/// Returns the text of the first of these claims that is present. It must not be empty.
fn text<'c>(
    claims: &Claims<'c>,
    names: &'static [&'static str],
) -> Result<Option<Cow<'c, str>>, Unreadable> {
    let Some((name, value)) = first(claims, names) else {
        return Ok(None);
    };
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(Some).ok_or(Unreadable::Claim(name))
}

/// Returns the scopes of the first of these claims that is present: a text with spaces, or a list. An element of a list that is not a scope
/// token, such as one with a space in it, is ignored.
fn scope(claims: &Claims<'_>, names: &'static [&'static str]) -> Result<String, Unreadable> {
    let Some((name, value)) = first(claims, names) else {
        return Ok(String::new());
    };
    let mut scope = String::new();
    if let Some(text) = value.as_str() {
        text.split(' ').for_each(|token| add(&mut scope, 0, token));
    } else {
        let list = value.as_strings().ok_or(Unreadable::Claim(name))?;
        list.iter().for_each(|token| add(&mut scope, 0, token));
    }
    Ok(scope)
}

/// Adds a scope to the list of scopes that begins at `start` of a text, if it is one.
pub(crate) fn add(text: &mut String, start: usize, token: &str) {
    if ScopeToken::parse(token).is_ok() {
        if text.len() > start {
            text.push(' ');
        }
        text.push_str(token);
    }
}
