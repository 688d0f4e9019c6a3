//! The tokens of the mock.

use m2m_errors::Cause;
use m2m_jwt::{ACCESS_TOKEN_TYPE, UnixTime};
use oauth_proto::Issuer;
use serde_json::{Map, Value, json};

use crate::keys::Keys;
use crate::limits::DEFAULT_LIFETIME;
use crate::token_template::TokenTemplate;

/// The token that a request asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'o> {
    pub(crate) client_id: &'o str,
    pub(crate) audience: &'o [Box<str>],
    pub(crate) scope: Option<&'o str>,
    /// The differences from the usual token. Later ones replace earlier ones.
    pub(crate) templates: &'o [&'o TokenTemplate],
}

/// Issues the token with this number, and returns the answer of the token endpoint.
///
/// # Errors
///
/// The cause, if it cannot be signed.
pub(crate) fn issue(
    order: &Order<'_>,
    number: u64,
    issuer: &Issuer,
    keys: &Keys,
    time: UnixTime,
) -> Result<Value, Cause> {
    let templates = order.templates.iter();
    let lifetime = templates
        .clone()
        .rev()
        .find_map(|template| template.lifetime);
    let lifetime = lifetime.unwrap_or(DEFAULT_LIFETIME);
    let token_type = templates.rev().find_map(|template| template.typ.as_deref());
    let claims = claims(order, number, lifetime, issuer, time);
    let token = keys
        .sign(token_type.unwrap_or(ACCESS_TOKEN_TYPE), &claims)
        .map_err(|error| error.cause())?;
    let mut answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime,
    });
    if let (Some(scope), Some(members)) = (order.scope, answer.as_object_mut()) {
        members.insert("scope".to_owned(), scope.into());
    }
    Ok(answer)
}

/// Returns the claims of RFC 9068, section 2.2, with the differences of the templates.
fn claims(
    order: &Order<'_>,
    number: u64,
    lifetime: u32,
    issuer: &Issuer,
    time: UnixTime,
) -> Map<String, Value> {
    let expires_at = time.saturating_add_seconds(lifetime.into());
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", issuer.as_str().into());
    set("sub", order.client_id.into());
    set("client_id", order.client_id.into());
    set(
        "aud",
        match order.audience {
            // The default audience that RFC 9068, section 3 demands.
            [] => issuer.as_str().into(),
            [audience] => (**audience).into(),
            several => several.iter().map(|audience| &**audience).collect(),
        },
    );
    set("iat", time.as_seconds().into());
    set("exp", expires_at.as_seconds().into());
    set("jti", format!("mock-{number}").into());
    if let Some(scope) = order.scope {
        set("scope", scope.into());
    }
    for template in order.templates {
        claims.extend(template.claims.parsed());
        for name in &template.without {
            claims.remove(&**name);
        }
    }
    claims
}
