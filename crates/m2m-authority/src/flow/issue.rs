//! Step 4: an authorized request becomes a signed token.
//!
//! Source: RFC 9068, section 2; for the claim set `kinde`, docs/architecture.md.

use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::{Leeway, Signer, UnixTime};

use super::authorize::{Authorized, QuotaLeft};
use super::record::Requester;
use crate::access_token::{AccessTokenClaims, check_access_token, sign_access_token};
use crate::diagnose::Ignored;
use crate::policy::GrantedScopes;
use crate::refusal::Refusal;
use crate::registry::Lifetime;
use crate::{Authority, JwtId};

/// A token. Only [`issue`] creates one.
#[must_use = "an issued token has to be recorded and answered"]
pub struct Issued {
    pub(super) access_token: String,
    pub(super) client_id: Arc<str>,
    /// The position of the first API among all.
    pub(super) api: usize,
    pub(super) audiences: Arc<[Arc<str>]>,
    /// The granted scopes as one list (RFC 6749, section 3.3).
    pub(super) scope: String,
    scopes: GrantedScopes,
    pub(super) scope_in_answer: bool,
    pub(super) lifetime: Lifetime,
    pub(super) jwt_id: JwtId,
    pub(super) times: TokenTimes,
    /// True if the token was issued to an earlier request.
    pub(super) is_reused: bool,
    pub(super) quota: Option<QuotaLeft>,
    pub(super) requester: Requester,
    pub(super) ignored: Option<Ignored>,
}

/// A token, and the parts of it that an answer needs.
pub(super) struct Token {
    pub(super) access_token: String,
    pub(super) scope: String,
    pub(super) lifetime: Lifetime,
    pub(super) jwt_id: JwtId,
    pub(super) times: TokenTimes,
    pub(super) is_reused: bool,
}

impl Issued {
    /// Returns the grant of a request with its token.
    pub(super) fn of(authorized: Authorized<'_>, token: Token) -> Self {
        Self {
            access_token: token.access_token,
            client_id: authorized.client_id,
            api: authorized.api,
            audiences: authorized.audiences,
            scope: token.scope,
            scopes: authorized.scopes,
            scope_in_answer: authorized.scope_in_answer,
            lifetime: token.lifetime,
            jwt_id: token.jwt_id,
            times: token.times,
            is_reused: token.is_reused,
            quota: authorized.quota,
            requester: authorized.requester,
            ignored: authorized.ignored,
        }
    }

    /// The token in compact serialization.
    #[must_use]
    pub fn access_token_secret(&self) -> &str {
        &self.access_token
    }

    /// The scopes that the application used by requesting the token itself; absent for a test token, which shows no need of the application.
    #[must_use]
    pub const fn scopes_used(&self) -> Option<&GrantedScopes> {
        match self.requester {
            Requester::TokenEndpoint { .. } => Some(&self.scopes),
            Requester::Vouched { .. } => None,
        }
    }
}

impl core::fmt::Debug for Issued {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Issued")
            .field("access_token", &"[redacted]")
            .field("client_id", &self.client_id)
            .field("audiences", &self.audiences)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Signs a token with the grant of an authorized request.
///
/// `key` is the active key of [`Authorized::algorithm`], if there is one; `jwt_id` becomes the `jti`.
///
/// # Errors
///
/// A [`Refusal`] if there is no key of that algorithm, if it cannot sign, if the tokens of the application are revoked up to
/// a time in the future, if the application expires in this second, or if the token would be too long for verifiers.
pub fn issue<S: Signer + ?Sized>(
    authorized: Authorized<'_>,
    key: Option<&S>,
    authority: &Authority,
    jwt_id: JwtId,
    now: UnixTime,
) -> Result<Issued, Refusal> {
    let (key, times) = prepare(&authorized, key, now)?;
    let scope = authorized.scope();
    let claims = claims(&authorized, authority, &jwt_id, &scope, times);
    let access_token = sign_access_token(&claims, authorized.claim_set, key)
        .map_err(|error| refusal(&authorized, error.cause()))?;
    let token = Token {
        access_token,
        scope,
        lifetime: authorized.lifetime,
        jwt_id,
        times,
        is_reused: false,
    };
    Ok(Issued::of(authorized, token))
}

/// Checks whether a token would be signed, for callers that need the answer without a token.
///
/// # Errors
///
/// As [`issue`], except for a key that fails to sign.
pub fn check_issue<S: Signer + ?Sized>(
    authorized: &Authorized<'_>,
    key: Option<&S>,
    authority: &Authority,
    now: UnixTime,
) -> Result<(), Refusal> {
    let (key, times) = prepare(authorized, key, now)?;
    let scope = authorized.scope();
    // Every name has the same length.
    let jwt_id = JwtId::from_random([0; 16]);
    let claims = claims(authorized, authority, &jwt_id, &scope, times);
    check_access_token(&claims, authorized.claim_set, key)
        .map_err(|error| refusal(authorized, error.cause()))
}

/// The claims of the token.
fn claims<'c>(
    authorized: &'c Authorized<'_>,
    authority: &'c Authority,
    jwt_id: &'c JwtId,
    scope: &'c str,
    times: TokenTimes,
) -> AccessTokenClaims<'c, Arc<str>> {
    let policy = authorized.policy;
    AccessTokenClaims {
        issuer: authority.issuer(),
        // Without a system user the application is the subject (RFC 9068, section 2.2).
        subject: policy.subject(),
        client_id: &authorized.client_id,
        audience: &authorized.audiences,
        issued_at: times.issued_at,
        expires_at: times.expires_at,
        jwt_id: jwt_id.as_str(),
        scope,
        organization_code: authorized.organization_code(),
        properties: &policy.token_properties,
        feature_flags: &policy.feature_flags,
    }
}

/// The key that signs, and the `iat`.
fn prepare<'k, S: Signer + ?Sized>(
    authorized: &Authorized<'_>,
    key: Option<&'k S>,
    now: UnixTime,
) -> Result<(&'k S, TokenTimes), Refusal> {
    let Some(key) = key.filter(|key| key.algorithm() == authorized.algorithm) else {
        return Err(refusal(authorized, Cause::SigningKeyMissing));
    };
    let not_before = authorized.policy.not_before;
    if is_not_before_in_future(not_before, now) {
        return Err(refusal(authorized, Cause::NotBeforeInFuture));
    }
    let issued_at = issued_at(now, not_before);
    let lifetime = u64::from(authorized.lifetime.as_seconds());
    let expires_at = issued_at.saturating_add_seconds(lifetime);
    let expires_at = match authorized.expires_by {
        // Only if the tokens of the application were revoked in the last seconds of its life.
        Some(expires_by) if expires_by <= issued_at => {
            return Err(refusal(authorized, Cause::ApplicationExpired));
        }
        Some(expires_by) => expires_at.min(expires_by),
        None => expires_at,
    };
    let times = TokenTimes {
        issued_at,
        expires_at,
    };
    Ok((key, times))
}

/// The times of a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenTimes {
    pub(super) issued_at: UnixTime,
    /// The expiry, which is after `issued_at`.
    pub(super) expires_at: UnixTime,
}

/// Returns true if tokens are revoked up to a time so far in the future that no token is issued.
pub(crate) fn is_not_before_in_future(not_before: Option<UnixTime>, now: UnixTime) -> bool {
    let latest = now.saturating_add_seconds(MAX_SECONDS_AHEAD);
    not_before.is_some_and(|not_before| not_before > latest)
}

fn refusal(authorized: &Authorized<'_>, cause: Cause) -> Refusal {
    authorized.refuse(Refusal::of(cause))
}

/// Returns the `iat`: the time now, or one second after the time up to which all tokens of the application are revoked, if that is later.
pub(crate) fn issued_at(now: UnixTime, not_before: Option<UnixTime>) -> UnixTime {
    let after = not_before.map(|not_before| not_before.saturating_add_seconds(1));
    after.map_or(now, |after| after.max(now))
}

/// The maximum number of seconds by which `not_before` may lie ahead, as after a revocation just now, or on a node whose clock is ahead.
///
/// The `iat` of a token lies one second after it. Verifiers accept tokens that lie up to [`Leeway::DEFAULT`] ahead; the other half of that is
/// left for clocks that differ.
const MAX_SECONDS_AHEAD: u64 = Leeway::DEFAULT.as_seconds() / 2;
