//! A token that an application gets again: beside the six steps, in the place of the fourth.
//!
//! An API may have a *reuse window*. An application that asks for the same token again within it gets the token that it has, with the lifetime that is
//! left. The first three steps have run by then, so that a request that would be refused is refused.

use core::fmt;
use std::sync::Arc;

use m2m_jwt::{Signer, UnixTime};
use zeroize::Zeroizing;

use super::authorize::Authorized;
use super::issue::{Issued, Token, TokenTimes, is_not_before_in_future};
use super::record::Requester;
use crate::JwtId;
use crate::registry::Lifetime;

/// A token that the application it was issued to may get again.
///
/// It is only valid together with the policy that it was issued by: a shell forgets it when that policy changes.
pub struct ReusableToken {
    access_token: Zeroizing<String>,
    jwt_id: JwtId,
    key_id: Box<str>,
    audiences: Arc<[Arc<str>]>,
    scope: Box<str>,
    times: TokenTimes,
}

impl ReusableToken {
    /// The `jti` of the token, by which a shell finds out that it was revoked.
    #[must_use]
    pub const fn jwt_id(&self) -> &str {
        self.jwt_id.as_str()
    }

    /// Returns true if the token is for the same audiences and scopes as the other one, which takes its place.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.audiences == other.audiences && self.scope == other.scope
    }

    /// Returns true if exactly this token would be granted now, and is young enough.
    fn is_for(&self, authorized: &Authorized<'_>, key_id: &str, now: UnixTime) -> bool {
        let Some(window) = authorized.token_reuse else {
            return false;
        };
        let window = u64::from(window.as_seconds());
        let issued_at = self.times.issued_at;
        // A clock that was set back is far behind the time of the issue. A token after `not_before` may be some seconds ahead.
        let is_ahead = is_not_before_in_future(Some(issued_at), now);
        let age = now.as_seconds().saturating_sub(issued_at.as_seconds());
        let lifetime = u64::from(authorized.lifetime.as_seconds());
        let left = self
            .times
            .expires_at
            .as_seconds()
            .saturating_sub(now.as_seconds());
        let not_before = authorized.policy.not_before;
        !is_ahead
            && age < window
            // A caller that has a token for a short time only would ask again and again.
            && left >= lifetime.div_ceil(2)
            && not_before.is_none_or(|not_before| issued_at > not_before)
            && *self.key_id == *key_id
            && self.audiences == authorized.audiences
            && *self.scope == *authorized.scope()
    }
}

impl fmt::Debug for ReusableToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReusableToken")
            .field("audiences", &self.audiences)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Authorized<'_> {
    /// Returns true if the application may get a token again that it already has: every API of the request has a reuse window, and the
    /// application asks itself.
    #[must_use]
    pub const fn may_reuse(&self) -> bool {
        self.token_reuse.is_some() && matches!(self.requester, Requester::TokenEndpoint { .. })
    }
}

impl Issued {
    /// Returns true if the token was issued before, to an earlier request.
    #[must_use]
    pub const fn is_reused(&self) -> bool {
        self.is_reused
    }

    /// Returns the token as one that the application may get again, signed with the key that has this id.
    #[must_use]
    pub fn reusable(&self, key_id: &str) -> ReusableToken {
        ReusableToken {
            access_token: Zeroizing::new(self.access_token.clone()),
            jwt_id: self.jwt_id,
            key_id: key_id.into(),
            audiences: Arc::clone(&self.audiences),
            scope: self.scope.as_str().into(),
            times: self.times,
        }
    }
}

/// Grants an authorized request with a token that the application already has, if exactly that token would be issued now. Otherwise returns the
/// request, for [`issue`](super::issue()).
///
/// `key` is the active key of [`Authorized::algorithm`].
///
/// # Errors
///
/// The request, if it needs another token.
#[expect(
    clippy::result_large_err,
    reason = "the request is handed back, and a box for it would cost an allocation"
)]
pub fn reuse<'p, S: Signer + ?Sized>(
    authorized: Authorized<'p>,
    held: &ReusableToken,
    key: Option<&S>,
    now: UnixTime,
) -> Result<Issued, Authorized<'p>> {
    let is_for = key.is_some_and(|key| held.is_for(&authorized, key.key_id(), now));
    if !(authorized.may_reuse() && is_for) {
        return Err(authorized);
    }
    let left = held
        .times
        .expires_at
        .as_seconds()
        .saturating_sub(now.as_seconds());
    let left = u32::try_from(left)
        .ok()
        .and_then(|left| Lifetime::from_seconds(left).ok());
    let Some(lifetime) = left else {
        return Err(authorized);
    };
    let token = Token {
        access_token: String::clone(&held.access_token),
        scope: held.scope.as_ref().to_owned(),
        // A token after `not_before` may begin some seconds ahead.
        lifetime: lifetime.min(authorized.lifetime),
        jwt_id: held.jwt_id,
        times: held.times,
        is_reused: true,
    };
    Ok(Issued::of(authorized, token))
}
