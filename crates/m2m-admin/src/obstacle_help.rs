//! Applications that cannot get a token, whatever they send.

use m2m_authority::registry::Obstacle;

/// Returns the reason why an application cannot get a token, with the change that would help, in the terms of a registry file. For an application
/// that was disabled, or whose organization was suspended, this is intended, so that it returns `None`.
#[must_use]
pub const fn obstacle_help(obstacle: Obstacle) -> Option<&'static str> {
    Some(match obstacle {
        Obstacle::Disabled | Obstacle::OrganizationSuspended => return None,
        Obstacle::Expired => "it has expired; remove expires_at, or set a later time",
        Obstacle::NotBeforeInFuture => {
            "its not_before is in the future; set a time in the past, or correct the clock of the server"
        }
        Obstacle::Public => {
            "it is public, and public clients cannot use this grant; set client_type = \"confidential\""
        }
        Obstacle::NoSecret => "it has no valid secret; set secret_sha256 = \"…\"",
        Obstacle::NoAuthenticationMethod => {
            "its list authentication_methods is empty; set authentication_methods = [\"client_secret_basic\"]"
        }
        Obstacle::NoGrant => {
            "its list grant_types is empty; set grant_types = [\"client_credentials\"]"
        }
        Obstacle::NoAddress => {
            "its list allowed_addresses contains no address that a caller can have; set, for example, allowed_addresses = [\"10.0.0.0/8\"]"
        }
        Obstacle::NoQuota => "its token_quota allows no tokens; set a larger quota",
        Obstacle::NoApi => {
            "it is not authorized for any API; set authorize = [{ audience = …, scopes = […] }]"
        }
        Obstacle::SystemUser => {
            "it needs a system user that it may act as; set system_user and system_user_allowed = true"
        }
    })
}
