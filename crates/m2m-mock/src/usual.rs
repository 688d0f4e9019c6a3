//! The usual answers, without a forced one.

use bytes::Bytes;
use http::{Response, StatusCode};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use oauth_proto::{Scope, Secret};
use serde_json::{Value, json};

use crate::answer::{Answer, marked};
use crate::asked::Asked;
use crate::client::authenticate;
use crate::documents;
use crate::endpoint::Endpoint;
use crate::refusal::Refusal;
use crate::state::State;
use crate::token_template::TokenTemplate;
use crate::tokens::Order;

/// Answers a request to an endpoint, with a token that a forced answer may change.
///
/// # Errors
///
/// The refusal that `m2m serve` would answer to the same request.
pub(crate) fn answer(
    state: &mut State,
    endpoint: Endpoint,
    asked: &Asked,
    forced: Option<&TokenTemplate>,
    time: UnixTime,
) -> Result<Answer, Refusal> {
    match endpoint {
        Endpoint::Metadata => Ok(documents::metadata(&state.issuer, state.keys.algorithm())),
        Endpoint::Jwks => Ok(documents::jwk_set(&state.keys)),
        Endpoint::Token => token(state, asked, forced, time),
        Endpoint::Introspection => introspect(state, asked, time),
        Endpoint::Revocation => revoke(state, asked),
    }
}

fn token(
    state: &mut State,
    asked: &Asked,
    forced: Option<&TokenTemplate>,
    time: UnixTime,
) -> Result<Answer, Refusal> {
    without_mistake(asked)?;
    match asked.grant_type.as_deref() {
        None => return Err(Cause::GrantTypeMissing.into()),
        Some("client_credentials") => {}
        Some(_) => return Err(Cause::GrantTypeUnsupported.into()),
    }
    let client_id = authenticate(asked, &state.script.clients)?;
    if let Some(scope) = asked.scope.as_deref() {
        Scope::parse(scope).map_err(|error| error.cause())?;
    }
    let of_script = state.script.token.clone();
    let templates = [Some(&of_script), forced, asked.template.as_ref()];
    let templates: Vec<_> = templates.into_iter().flatten().collect();
    let order = Order {
        client_id,
        audience: &asked.audience,
        scope: asked.scope.as_deref(),
        templates: &templates,
    };
    state.issue(&order, time).map(marked)
}

/// Answers RFC 7662 with all claims of a token that is signed, has not expired and was not revoked.
fn introspect(state: &State, asked: &Asked, time: UnixTime) -> Result<Answer, Refusal> {
    let token = token_of(state, asked)?.expose_secret();
    let claims = state.keys.verified_claims(token);
    let claims = claims.filter(|claims| {
        let expires_at = claims.get("exp").and_then(Value::as_u64);
        let has_expired = expires_at.is_some_and(|exp| exp <= time.as_seconds());
        !has_expired && !state.revoked.contains(token)
    });
    let Some(mut claims) = claims else {
        return Ok(marked(json!({ "active": false })));
    };
    claims.insert("active".to_owned(), true.into());
    claims.insert("token_type".to_owned(), "Bearer".into());
    Ok(marked(Value::Object(claims)))
}

/// Answers RFC 7009. A text that is not a token of the mock is not an error.
fn revoke(state: &mut State, asked: &Asked) -> Result<Answer, Refusal> {
    let token = token_of(state, asked)?.expose_secret();
    if state.keys.verified_claims(token).is_some() && !state.revoked.add(token) {
        return Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "the mock keeps no more revoked tokens; forget them with POST /mock/reset",
        ));
    }
    Ok(Response::new(Bytes::new()))
}

fn token_of<'a>(state: &State, asked: &'a Asked) -> Result<&'a Secret<'static>, Refusal> {
    without_mistake(asked)?;
    authenticate(asked, &state.script.clients)?;
    let token = asked.token.as_ref();
    token.ok_or_else(|| Cause::TokenParameterMissing.into())
}

fn without_mistake(asked: &Asked) -> Result<(), Refusal> {
    match &asked.mistake {
        None => Ok(()),
        Some(mistake) => Err(mistake.clone()),
    }
}
