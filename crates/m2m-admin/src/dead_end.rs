//! Applications that cannot get a token, whatever they send.

use m2m_authority::registry::Obstacle;

/// Returns the reason why an application cannot get a token, with the change that would help, in the terms of a registry file. For an application
/// that was disabled, or whose organization was suspended, this is intended, so that it returns `None`.
#[must_use]
pub const fn dead_end(obstacle: Obstacle) -> Option<&'static str> {
    Some(match obstacle {
        Obstacle::Disabled | Obstacle::OrganizationSuspended => return None,
        Obstacle::RevokedAhead => {
            "its not_before is in the future; a time that has passed changes that, and so does a clock that is set right"
        }
        Obstacle::Public => {
            "it is public, which this grant is not for; client_type = \"confidential\" changes that"
        }
        Obstacle::NoSecret => "it has no secret that works; secret_sha256 = \"…\" changes that",
        Obstacle::NoAuthenticationMethod => {
            "its authentication_methods allow nothing; authentication_methods = [\"client_secret_basic\"] changes that"
        }
        Obstacle::NoGrant => {
            "its grant_types allow nothing; grant_types = [\"client_credentials\"] changes that"
        }
        Obstacle::NoAddress => {
            "no caller has one of its allowed_addresses; allowed_addresses = [\"10.0.0.0/8\"], say, changes that"
        }
        Obstacle::NoQuota => "its token_quota allows no token; a larger one changes that",
        Obstacle::NoApi => {
            "it is authorized for no API; authorize = [{ audience = …, scopes = […] }] changes that"
        }
        Obstacle::SystemUser => {
            "it needs a system user that is allowed; system_user and system_user_allowed = true change that"
        }
    })
}
