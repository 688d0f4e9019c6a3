//! The answer to an introspection request.
//!
//! Source: RFC 7662, section 2.2.

use std::borrow::Cow;

use oauth_proto::{ActiveToken, IntrospectionResponse, TokenType};

use super::{InspectedToken, Inspector, Standing};
use crate::policy::Targets;

/// Returns what the application may know about the token that it presents.
///
/// `token` is the token with the [`Standing`] of its application, if both could be found. An application may know about its own tokens, and about
/// those for an API that names it among its `introspection_clients`. In every other case the token is inactive, and the answer does not state
/// why.
#[must_use]
pub fn introspect<'t>(
    inspector: &Inspector<'_>,
    token: Option<(&'t InspectedToken, Standing<'_>)>,
    apis: &Targets,
) -> IntrospectionResponse<'t> {
    let Some((token, standing)) = token else {
        return IntrospectionResponse::Inactive;
    };
    let is_own = *token.client_id == **inspector.client_id();
    let is_for_api = |audience: &str| {
        let api = apis.find(audience);
        api.is_some_and(|(_, api)| api.may_introspect(inspector.client_id()))
    };
    // An API for which the application is not authorized any more does not see the token as one for itself.
    let may_know = is_own || standing.audiences(token).any(is_for_api);
    if !may_know || !standing.permits(token) {
        return IntrospectionResponse::Inactive;
    }
    let mut scope = String::new();
    for granted in standing.scopes(token) {
        if !scope.is_empty() {
            scope.push(' ');
        }
        scope.push_str(granted);
    }
    let mut active = ActiveToken::default();
    active.scope = (!scope.is_empty()).then_some(Cow::Owned(scope));
    active.client_id = Some(Cow::Borrowed(&token.client_id));
    active.token_type = Some(TokenType::Bearer);
    active.exp = Some(standing.expires_at(token).as_seconds());
    active.iat = Some(token.issued_at.as_seconds());
    active.sub = token.subject.as_deref().map(Cow::Borrowed);
    active.aud = standing.audiences(token).map(Cow::Borrowed).collect();
    active.iss = Some(Cow::Borrowed(&token.issuer));
    active.jti = token.jwt_id.as_deref().map(Cow::Borrowed);
    active.extensions = Cow::Borrowed(&token.extensions);
    IntrospectionResponse::Active(Box::new(active))
}
