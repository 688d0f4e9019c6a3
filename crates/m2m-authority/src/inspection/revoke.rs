//! The decision about a revocation request.
//!
//! Source: RFC 7009, section 2.

use m2m_errors::Cause;

use super::{InspectedToken, Inspector};
use crate::refusal::Refusal;

/// The ability of a server to revoke tokens.
///
/// Exhaustive: there is nothing between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationSupport {
    /// A revocation lasts as long as the token.
    Full,
    /// A revocation could be forgotten before the token expires: tokens outlive the process, and what it knows does not.
    Impossible,
}

/// Returns the `jti` under which the token has to be revoked before the request is answered, or nothing if there is nothing to revoke.
///
/// `token` is the presented token, if it is a valid one of this server. Any other is not an error: the purpose of the request is achieved
/// already (RFC 7009, section 2.2).
///
/// # Errors
///
/// A [`Refusal`] if the token was issued to another application, if it has no `jti`, or if the server cannot revoke tokens.
pub fn revoke<'t>(
    inspector: &Inspector<'_>,
    token: Option<&'t InspectedToken>,
    support: RevocationSupport,
) -> Result<Option<&'t str>, Refusal> {
    let Some(token) = token else {
        return Ok(None);
    };
    if *token.client_id != **inspector.client_id() {
        return Err(inspector.refuse(Cause::TokenOfOtherClient));
    }
    match (support, token.jwt_id.as_deref()) {
        (RevocationSupport::Full, Some(jwt_id)) => Ok(Some(jwt_id)),
        (RevocationSupport::Impossible, _) | (RevocationSupport::Full, None) => {
            Err(inspector.refuse(Cause::TokenNotRevocable))
        }
    }
}
