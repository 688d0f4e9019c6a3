//! Step 3: the request of the application is granted, or refused.
//!
//! A scope is granted only if it is assigned on every requested audience that defines it; otherwise the assignment on one API
//! would give access to another.
//!
//! Source: RFC 6749, section 3.3; RFC 8707, section 2.

use std::collections::HashSet;
use std::sync::Arc;

use m2m_errors::{Cause, MissingAudience, Profile, ScopeInAnswer, SystemUserRule};
use m2m_jwt::{Algorithm, UnixTime};
use oauth_proto::{Audience, ResourceIndicator, Scope};

use super::accept::Asked;
use super::authenticate::Authenticated;
use super::record::Requester;
use crate::diagnose::{Ignored, Suspect};
use crate::policy::{Grant, GrantedScopes, Policy, ScopePosition, Target};
use crate::refusal::{RecordedClientId, Refusal};
use crate::registry::{ClaimSet, Lifetime, Quota, QuotaMode};
use crate::{Authority, MAX_AUDIENCES};

/// A granted request, which can be issued as a token. Only [`authorize`] creates one.
#[derive(Debug)]
#[must_use = "an authorized request has to be answered with a token"]
pub struct Authorized<'p> {
    pub(super) client_id: Arc<str>,
    pub(super) policy: &'p Policy,
    /// The position of the first API among all.
    pub(super) api: usize,
    pub(super) audiences: Arc<[Arc<str>]>,
    pub(super) scopes: GrantedScopes,
    pub(super) scope_in_answer: bool,
    pub(super) lifetime: Lifetime,
    pub(super) algorithm: Algorithm,
    pub(super) claim_set: ClaimSet,
    pub(super) quota: Option<QuotaLeft>,
    /// The reuse window, if every requested API has one.
    pub(super) token_reuse: Option<Lifetime>,
    /// The time by which the token expires, if the application does.
    pub(super) expires_by: Option<UnixTime>,
    pub(super) requester: Requester,
    pub(super) ignored: Option<Ignored>,
}

/// The number of tokens that this node issued to the application in the current window of its quota.
///
/// Exhaustive, since callers write it as a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens issued in the window.
    pub tokens: u64,
    /// The time until the next window begins. Unit: seconds.
    pub window_ends_in_seconds: u32,
}

/// The state of a quota, as the answer tells the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    /// The quota.
    pub(super) quota: Quota,
    /// The usage before this request.
    pub(super) usage: Usage,
}

impl QuotaLeft {
    /// Returns true if the quota was used up before this request.
    pub(super) const fn is_used_up(self) -> bool {
        self.usage.tokens >= self.quota.tokens
    }
}

impl Authorized<'_> {
    /// The algorithm of the signature, by which the key is loaded.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The claim set of the token.
    #[must_use]
    pub const fn claim_set(&self) -> ClaimSet {
        self.claim_set
    }

    /// The lifetime of the token.
    #[must_use]
    pub const fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// `sub` of the token: the system user that the application acts as, or the application itself (RFC 9068, section 2.2).
    #[must_use]
    pub fn subject(&self) -> &str {
        self.policy.subject().unwrap_or(&self.client_id)
    }

    /// `org_code` of the token, if the application belongs to an organization.
    #[must_use]
    pub fn organization_code(&self) -> Option<&str> {
        let organization = self.policy.organization.as_ref();
        organization.map(|organization| &*organization.code)
    }

    /// Returns true if the application has used up a quota that only warns.
    #[must_use]
    pub const fn quota_exceeded(&self) -> bool {
        matches!(self.quota, Some(quota) if quota.is_used_up())
    }

    /// Attributes to this application a refusal that a shell decides before the next step, for example because concurrent requests used
    /// the last tokens of a quota.
    pub fn refuse(&self, refusal: Refusal) -> Refusal {
        // The diagnosis has fixes that depend on the record of the application.
        let suspect = Suspect::of_cause(refusal.cause()).naming(&self.client_id);
        refusal
            .by(RecordedClientId::Known(Arc::clone(&self.client_id)))
            .suspecting(suspect)
    }

    /// The audiences, as the token will carry them.
    #[must_use]
    pub fn audiences(&self) -> &[Arc<str>] {
        &self.audiences
    }

    /// The scopes, as the token will carry them.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.texts(self.policy.targets())
    }

    /// The scopes as one list (RFC 6749, section 3.3), as the token will carry them.
    #[must_use]
    pub fn scope(&self) -> String {
        self.scopes.join(self.policy.targets())
    }
}

/// A requested API, and the application's grant on it.
struct Wanted<'p> {
    target: &'p Target,
    grant: &'p Grant,
    /// The requested audience or alias, as the registry spells it.
    audience: &'p Arc<str>,
}

/// Grants the request if `policy` permits all of it.
///
/// # Errors
///
/// A [`Refusal`] for the first of these checks that fails, in the order of [`Check`](crate::Check): grant allowed,
/// organization, address policy, quota, audience, scope, system user.
pub fn authorize<'p>(
    authenticated: Authenticated<'_>,
    policy: &'p Policy,
    usage: Usage,
    authority: &Authority,
) -> Result<Authorized<'p>, Refusal> {
    let Authenticated {
        client_id,
        asked,
        address,
        requester,
        remaining,
    } = authenticated;
    let decide = || {
        check_grant(policy)?;
        check_organization(policy)?;
        if let Some(address) = address {
            check_address(policy, address)?;
        }
        let quota = check_quota(policy, usage)?;
        let wanted = find_audiences(policy, &asked, authority.profile())?;
        let (api, algorithm, claim_set) = agree(&wanted)?;
        let scopes = match &asked.scope {
            Some(scope) => requested_scopes(policy, &wanted, scope)?,
            None => assigned_scopes(&wanted),
        };
        check_system_user(policy, authority.profile())?;
        let lifetimes = wanted
            .iter()
            .map(|wanted| wanted.target.token_lifetime)
            .chain(policy.token_lifetime)
            .chain(remaining.map(|remaining| remaining.lifetime));
        Ok(Authorized {
            client_id: Arc::clone(&client_id),
            policy,
            api,
            audiences: wanted
                .iter()
                .map(|wanted| Arc::clone(wanted.audience))
                .collect(),
            scopes,
            scope_in_answer: match authority.profile().scope_in_answer() {
                ScopeInAnswer::Always => true,
                // A request with a scope is granted exactly that scope.
                ScopeInAnswer::WhereDifferent => false,
            },
            lifetime: lifetimes.min().unwrap_or(Lifetime::DEFAULT),
            algorithm,
            claim_set,
            quota,
            token_reuse: token_reuse(&wanted),
            expires_by: remaining.map(|remaining| remaining.expires_at),
            requester: requester.clone(),
            ignored: asked.ignored,
        })
    };
    decide().map_err(|refusal: Refusal| {
        let suspect = Suspect::of_request(
            refusal.cause(),
            &client_id,
            &asked.audiences,
            asked.scope.as_deref(),
            address,
            asked.ignored,
        );
        let suspect = match &policy.default_audience {
            Some(audience) if asked.audiences.is_empty() => suspect.by_default(audience),
            _ => suspect,
        };
        refusal
            .naming(asked.target)
            .by(RecordedClientId::Known(Arc::clone(&client_id)))
            .suspecting(suspect)
    })
}

fn check_grant(policy: &Policy) -> Result<(), Refusal> {
    if policy.grant_types.client_credentials {
        Ok(())
    } else {
        Err(Cause::GrantNotAllowed.into())
    }
}

fn check_organization(policy: &Policy) -> Result<(), Refusal> {
    match &policy.organization {
        Some(organization) if organization.suspended => Err(Cause::OrganizationSuspended.into()),
        _ => Ok(()),
    }
}

pub(crate) fn check_address(policy: &Policy, address: core::net::IpAddr) -> Result<(), Refusal> {
    let blocks = &policy.allowed_addresses;
    if blocks.is_empty() || blocks.iter().any(|block| block.contains(address)) {
        Ok(())
    } else {
        Err(Cause::AddressNotAllowed.into())
    }
}

/// Returns the state of the quota, if there is one; refuses the request if it is used up and enforced.
fn check_quota(policy: &Policy, usage: Usage) -> Result<Option<QuotaLeft>, Refusal> {
    let left = policy.quota.map(|quota| QuotaLeft { quota, usage });
    match left {
        Some(left) if left.is_used_up() && left.quota.mode == QuotaMode::Enforce => {
            Err(Refusal::of(Cause::QuotaExceeded)
                .retry_after(usage.window_ends_in_seconds.max(1))
                .with_quota(left))
        }
        _ => Ok(left),
    }
}

/// Returns the shortest reuse window of the requested APIs, if all of them have one.
fn token_reuse(wanted: &[Wanted<'_>]) -> Option<Lifetime> {
    let windows = wanted.iter().map(|wanted| wanted.target.token_reuse);
    let windows: Option<Vec<Lifetime>> = windows.collect();
    windows?.into_iter().min()
}

/// Returns the requested APIs, each once, in the order of the request.
fn find_audiences<'p>(
    policy: &'p Policy,
    asked: &Asked<'_>,
    profile: Profile,
) -> Result<Vec<Wanted<'p>>, Refusal> {
    if asked.audiences.is_empty() {
        return match &policy.default_audience {
            Some(audience) => Ok(vec![find_audience(policy, audience)?.1]),
            None => assume_audiences(policy, profile),
        };
    }
    if asked.audiences.len() > MAX_AUDIENCES {
        return Err(Cause::AudiencesTooMany.into());
    }
    let (audiences, resources) = asked
        .audiences
        .split_at_checked(asked.resources_from)
        .unwrap_or((&asked.audiences, &[]));
    // A resource indicator is an absolute URI without a fragment (RFC 8707, section 2); an audience is any clean text.
    if audiences
        .iter()
        .any(|audience| Audience::parse(audience).is_err())
        || resources
            .iter()
            .any(|resource| ResourceIndicator::parse(resource).is_err())
    {
        return Err(Cause::AudienceMalformed.into());
    }
    let mut wanted: Vec<Wanted<'p>> = Vec::with_capacity(asked.audiences.len());
    for audience in &asked.audiences {
        let (position, found) = find_audience(policy, audience)?;
        if !wanted.iter().any(|wanted| wanted.grant.target == position) {
            wanted.push(found);
        }
    }
    Ok(wanted)
}

/// Returns the API with this audience and its position, if the application is authorized for it.
fn find_audience<'p>(policy: &'p Policy, audience: &str) -> Result<(usize, Wanted<'p>), Refusal> {
    let Some((position, target, audience)) = policy.targets().find_spelled(audience) else {
        return Err(Cause::AudienceUnknown.into());
    };
    let Some(grant) = policy.grant(position) else {
        return Err(Cause::AudienceNotAuthorized.into());
    };
    let wanted = Wanted {
        target,
        grant,
        audience,
    };
    Ok((position, wanted))
}

/// Returns the APIs that a request without a target means in this profile, if the application has no default audience.
fn assume_audiences(policy: &Policy, profile: Profile) -> Result<Vec<Wanted<'_>>, Refusal> {
    let all = || {
        policy.grants().iter().filter_map(|grant| {
            let target = policy.targets().at(grant.target)?;
            Some(Wanted {
                target,
                grant,
                audience: &target.audience,
            })
        })
    };
    match (profile.missing_audience(), policy.grants().len()) {
        (MissingAudience::Refused, _) => Err(Cause::AudienceMissing.into()),
        (MissingAudience::OnlyAuthorized | MissingAudience::AllAuthorized, 0) => {
            Err(Cause::NoApiAuthorized.into())
        }
        (MissingAudience::OnlyAuthorized, 1) | (MissingAudience::AllAuthorized, _) => {
            Ok(all().collect())
        }
        (MissingAudience::OnlyAuthorized, _) => Err(Cause::AudienceMissing.into()),
    }
}

/// Checks that all audiences agree on the algorithm and the claim set, since a token has one of each. Returns these, and the position of
/// the first API, which the token is counted for.
fn agree(wanted: &[Wanted<'_>]) -> Result<(usize, Algorithm, ClaimSet), Refusal> {
    let Some((first, others)) = wanted.split_first() else {
        return Err(Cause::AudienceMissing.into());
    };
    let kind = |wanted: &Wanted<'_>| (wanted.target.signing_algorithm, wanted.target.claim_set);
    let (algorithm, claim_set) = kind(first);
    if others.iter().all(|other| kind(other) == kind(first)) {
        Ok((first.grant.target, algorithm, claim_set))
    } else {
        Err(Cause::AudiencesIncompatible.into())
    }
}

/// The decision about one scope on the requested audiences.
enum ScopeDecision {
    /// No requested API defines it.
    Unknown,
    /// A requested API defines it and it is not assigned there.
    NotAssigned,
    /// It is assigned on every requested API that defines it. The first of them has it at this position.
    Granted(ScopePosition),
}

fn rule(wanted: &[Wanted<'_>], token: &str) -> ScopeDecision {
    let mut first = None;
    for wanted in wanted {
        let Some(scope) = wanted.target.position(token) else {
            continue;
        };
        if !wanted.grant.assigned.contains(scope) {
            return ScopeDecision::NotAssigned;
        }
        let api = wanted.grant.target;
        first = first.or(Some(ScopePosition { api, scope }));
    }
    first.map_or(ScopeDecision::Unknown, ScopeDecision::Granted)
}

/// Returns exactly the requested scopes, each once, in the order of the request.
fn requested_scopes(
    policy: &Policy,
    wanted: &[Wanted<'_>],
    scope: &str,
) -> Result<GrantedScopes, Refusal> {
    let scope = Scope::parse(scope).map_err(|error| Refusal::of(error.cause()))?;
    if !policy.assigns_any_scope() {
        return Err(Refusal::of(Cause::NoScopeAssigned).echoing(scope.as_str()));
    }
    let mut granted = Vec::new();
    let mut seen = Seen::default();
    for token in scope.tokens() {
        match rule(wanted, token.as_str()) {
            ScopeDecision::Unknown => {
                return Err(Refusal::of(Cause::ScopeUnknown).echoing(token.as_str()));
            }
            ScopeDecision::NotAssigned => {
                return Err(Refusal::of(Cause::ScopeNotAssigned).echoing(token.as_str()));
            }
            ScopeDecision::Granted(scope) if seen.is_new(&granted, scope) => granted.push(scope),
            ScopeDecision::Granted(_) => {}
        }
    }
    Ok(on_every_api(wanted, granted, true))
}

/// Returns all scopes that the application may have on these audiences together.
fn assigned_scopes(wanted: &[Wanted<'_>]) -> GrantedScopes {
    let mut granted = Vec::new();
    for (index, one) in wanted.iter().enumerate() {
        let earlier = wanted.get(..index).unwrap_or_default();
        let assigned = one.target.assigned(&one.grant.assigned);
        granted.extend(assigned.filter_map(|(_, scope)| {
            // A scope that an earlier API defines was decided there, for all of them.
            let mut earlier = earlier.iter();
            if earlier.any(|earlier| earlier.target.position(scope).is_some()) {
                return None;
            }
            match rule(wanted, scope) {
                ScopeDecision::Granted(position) => Some(position),
                ScopeDecision::Unknown | ScopeDecision::NotAssigned => None,
            }
        }));
    }
    on_every_api(wanted, granted, false)
}

/// Returns these scopes with their positions on the other requested APIs that define them.
fn on_every_api(
    wanted: &[Wanted<'_>],
    mut granted: Vec<ScopePosition>,
    is_requested: bool,
) -> GrantedScopes {
    let distinct = granted.len();
    let first = |scope: ScopePosition| {
        let mut wanted = wanted.iter().enumerate();
        let (index, one) = wanted.find(|(_, wanted)| wanted.grant.target == scope.api)?;
        Some((index, one.target.scope_at(scope.scope)?))
    };
    if wanted.len() > 1 {
        for index in 0..distinct {
            let Some((own, text)) = granted.get(index).and_then(|scope| first(*scope)) else {
                continue;
            };
            let later = wanted.iter().skip(own + 1);
            granted.extend(later.filter_map(|later| {
                Some(ScopePosition {
                    api: later.grant.target,
                    scope: later.target.position(text)?,
                })
            }));
        }
    }
    GrantedScopes::new(granted, distinct, is_requested)
}

/// The number of scopes from which on a set is cheaper than a search through the list.
const MANY: usize = 16;

/// The scopes that were already granted: empty while the list of them is short enough to be searched, a set from then on.
#[derive(Default)]
struct Seen(HashSet<ScopePosition>);

impl Seen {
    fn is_new(&mut self, granted: &[ScopePosition], scope: ScopePosition) -> bool {
        if granted.len() < MANY {
            return !granted.contains(&scope);
        }
        if self.0.is_empty() {
            self.0.extend(granted);
        }
        self.0.insert(scope)
    }
}

fn check_system_user(policy: &Policy, profile: Profile) -> Result<(), Refusal> {
    let rule = if policy.is_management {
        SystemUserRule::Optional
    } else {
        profile.system_user()
    };
    match (rule, &policy.system_user, policy.system_user_allowed) {
        (SystemUserRule::Optional, None, _) | (_, Some(_), true) => Ok(()),
        (SystemUserRule::Optional, Some(_), false) | (SystemUserRule::Required, _, false) => {
            Err(Cause::SystemUserNotAllowed.into())
        }
        (SystemUserRule::Required, None, true) => Err(Cause::SystemUserMissing.into()),
    }
}
