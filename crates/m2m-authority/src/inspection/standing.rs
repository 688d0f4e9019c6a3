//! The state of a token since it was issued.

use m2m_jwt::UnixTime;

use crate::ApplicationMark;
use crate::Policy;
use crate::client::{Client, State};
use crate::registry::{ClientType, GrantType};

use super::InspectedToken;

/// The application that a token was issued to, as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'s> {
    /// The part of the application that authentication needs.
    pub client: &'s Client,
    /// The part of the application that authorization needs.
    pub policy: &'s Policy,
    /// The mark of its record, which the `jti` of its tokens has.
    pub mark: ApplicationMark,
    /// True if the token was revoked by its `jti`.
    pub is_revoked: bool,
    /// The time, which decides whether the application has expired.
    pub now: UnixTime,
}

impl Standing<'_> {
    /// Returns true if the token still permits anything: it was not revoked, by itself or with all tokens of the application, and the application
    /// could get a token with the same subject, for at least one of the same APIs. Its secrets and its quota do not matter.
    pub(super) fn permits(&self, token: &InspectedToken) -> bool {
        let policy = self.policy;
        let has_expired = self.client.expires_at().is_some_and(|end| end <= self.now);
        let is_able = self.client.state() == State::Enabled
            && !has_expired
            && self.client.client_type() == ClientType::Confidential
            && policy.grant_types.allows(GrantType::ClientCredentials);
        // Another application may have been created with the same client id.
        let jwt_id = token.jwt_id.as_deref().unwrap_or_default();
        let is_own = self.mark.is_in(jwt_id);
        let is_suspended = policy
            .organization
            .as_ref()
            .is_some_and(|organization| organization.suspended);
        let is_earlier = policy
            .not_before
            .is_some_and(|not_before| token.issued_at <= not_before);
        // A token of the claim set `kinde` has a subject only if that is a system user.
        let subject = token.subject.as_deref().unwrap_or(&token.client_id);
        let is_subject = policy.subject().unwrap_or(&token.client_id) == subject;
        let is_authorized = self.audiences(token).next().is_some();
        !self.is_revoked
            && is_able
            && is_own
            && !is_suspended
            && !is_earlier
            && is_subject
            && is_authorized
    }

    /// Returns the audiences of the token that the application is still authorized for.
    pub(super) fn audiences<'t>(&self, token: &'t InspectedToken) -> impl Iterator<Item = &'t str> {
        let audiences = token.audiences.iter().map(|audience| &**audience);
        audiences.filter(|audience| self.policy.authorizes(audience))
    }

    /// Returns the time at which the token expires, or the application if that is earlier.
    pub(super) fn expires_at(&self, token: &InspectedToken) -> UnixTime {
        let end = self.client.expires_at();
        end.map_or(token.expires_at, |end| end.min(token.expires_at))
    }

    /// Returns the scopes of the token that are still assigned to the application, on every API of the token that defines them.
    pub(super) fn scopes<'t>(&self, token: &'t InspectedToken) -> impl Iterator<Item = &'t str> {
        let scopes = token.scopes.iter().map(|scope| &**scope);
        scopes.filter(|scope| self.policy.assigns(&token.audiences, scope))
    }
}

impl Policy {
    /// Returns true if the application is authorized for the API with this audience.
    fn authorizes(&self, audience: &str) -> bool {
        let target = self.targets().find(audience);
        target.is_some_and(|(target, _)| self.grant(target).is_some())
    }

    /// Returns true if a scope is assigned on every one of these APIs that defines it, and on at least one.
    fn assigns(&self, audiences: &[Box<str>], scope: &str) -> bool {
        let mut is_assigned = false;
        for audience in audiences {
            let Some((position, target)) = self.targets().find(audience) else {
                continue;
            };
            let Some(index) = target.position(scope) else {
                continue;
            };
            let grant = self.grant(position);
            if !grant.is_some_and(|grant| grant.assigned.contains(index)) {
                return false;
            }
            is_assigned = true;
        }
        is_assigned
    }
}
