//! The obstacles that prevent an application from getting any token.

use m2m_errors::{Cause, SystemUserRule};
use m2m_jwt::UnixTime;

use crate::flow::{is_not_before_in_future, issued_at};
use crate::registry::{Application, ApplicationSpec, ClientType, Organization};

/// The reason why an application cannot get any token, whatever it requests and from whatever address.
///
/// The order is that of the checks of a request.
///
/// Exhaustive: a program that reports obstacles has to describe every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// It is disabled.
    Disabled,
    /// It has expired.
    Expired,
    /// It is public, and may not use the client credentials grant (RFC 6749, section 4.4).
    Public,
    /// None of its secrets is in force.
    NoSecret,
    /// It may not use any method of authentication.
    NoAuthenticationMethod,
    /// It may not use the grant.
    NoGrant,
    /// Its organization is suspended or does not exist.
    OrganizationSuspended,
    /// None of its allowed addresses can be that of a caller.
    NoAddress,
    /// Its quota allows no token.
    NoQuota,
    /// It is not authorized for any API.
    NoApi,
    /// It needs a system user and does not have one, or may not act as the one that it names.
    SystemUser,
    /// Its tokens are revoked up to a time in the future.
    NotBeforeInFuture,
}

impl Obstacle {
    /// The cause by which a request is refused.
    #[must_use]
    pub const fn cause(self) -> Cause {
        match self {
            Self::Disabled => Cause::ApplicationDisabled,
            Self::Expired => Cause::ApplicationExpired,
            Self::Public => Cause::ClientPublic,
            Self::NoSecret => Cause::SecretWrong,
            Self::NoAuthenticationMethod => Cause::AuthenticationMethodNotAllowed,
            Self::NoGrant => Cause::GrantNotAllowed,
            Self::OrganizationSuspended => Cause::OrganizationSuspended,
            Self::NoAddress => Cause::AddressNotAllowed,
            Self::NoQuota => Cause::QuotaExceeded,
            Self::NoApi => Cause::NoApiAuthorized,
            Self::SystemUser => Cause::SystemUserNotAllowed,
            Self::NotBeforeInFuture => Cause::NotBeforeInFuture,
        }
    }
}

impl ApplicationSpec {
    /// Returns true if its tokens are revoked up to a time so far in the future that it gets none at `now`.
    ///
    /// A new value of `not_before` is valid only if this is false.
    #[must_use]
    pub fn is_not_before_in_future(&self, now: UnixTime) -> bool {
        is_not_before_in_future(self.not_before, now)
    }

    /// Returns true if the application expires earlier than `other` does.
    #[must_use]
    pub fn expires_before(&self, other: &Self) -> bool {
        match (self.expires_at, other.expires_at) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(own), Some(other)) => own < other,
        }
    }

    /// Returns true if the application has expired at `now`.
    #[must_use]
    pub fn has_expired(&self, now: UnixTime) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

impl Application {
    /// Returns the first reason why the application cannot get a token at `now`; `None` if it can get one, for some API and from some address.
    ///
    /// `organization` is the one that it names. `system_user` is the rule of the profile, from which those that take part in the
    /// management of the server are excepted.
    ///
    /// This is the one function that answers the question without a request; for a request, the steps of [`flow`](crate::flow) decide in the
    /// same way.
    #[must_use]
    pub fn token_obstacle(
        &self,
        organization: Option<&Organization>,
        system_user: SystemUserRule,
        now: UnixTime,
    ) -> Option<Obstacle> {
        let spec = &self.spec;
        let methods = spec.authentication_methods;
        let addresses = &spec.allowed_addresses;
        let is_public = match spec.client_type {
            ClientType::Confidential => false,
            ClientType::Public => true,
        };
        let needs_system_user = match system_user {
            SystemUserRule::Optional => false,
            SystemUserRule::Required => !spec.takes_part_in_management(),
        };
        let obstacles = [
            (!spec.enabled, Obstacle::Disabled),
            (spec.has_expired(now), Obstacle::Expired),
            (is_public, Obstacle::Public),
            (
                !self.secrets.iter().any(|secret| secret.is_in_force(now)),
                Obstacle::NoSecret,
            ),
            (
                !methods.client_secret_basic && !methods.client_secret_post,
                Obstacle::NoAuthenticationMethod,
            ),
            (!spec.grant_types.client_credentials, Obstacle::NoGrant),
            (
                spec.organization.is_some()
                    && organization.is_none_or(|organization| organization.suspended),
                Obstacle::OrganizationSuspended,
            ),
            (
                !addresses.is_empty() && !addresses.iter().any(|block| block.has_callers()),
                Obstacle::NoAddress,
            ),
            (
                spec.token_quota.is_some_and(|quota| quota.tokens == 0),
                Obstacle::NoQuota,
            ),
            (spec.authorize.is_empty(), Obstacle::NoApi),
            (
                !spec.system_user_allowed && (spec.system_user.is_some() || needs_system_user)
                    || spec.system_user.is_none() && needs_system_user,
                Obstacle::SystemUser,
            ),
            (
                spec.is_not_before_in_future(now),
                Obstacle::NotBeforeInFuture,
            ),
            // The `iat` of a token may be a few seconds ahead, and its expiry is after it.
            (
                spec.has_expired(issued_at(now, spec.not_before)),
                Obstacle::Expired,
            ),
        ];
        let first = obstacles.into_iter().find(|(is_met, _)| *is_met);
        first.map(|(_, obstacle)| obstacle)
    }
}
