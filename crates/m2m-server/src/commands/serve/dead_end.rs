//! Applications that can never get a token, whatever they send.

use m2m_authority::registry::{Application, ClientType};
use m2m_errors::{Profile, SystemUserRule};

/// Why the application can never get a token from a server with this profile, and what would change that. One that was disabled or
/// whose organization was suspended is meant to get none, and no dead end.
pub(super) fn dead_end(application: &Application, profile: Profile) -> Option<&'static str> {
    let is_public = match application.client_type {
        ClientType::Public => true,
        ClientType::Confidential => false,
    };
    let lacks_system_user = match profile.system_user() {
        SystemUserRule::Optional => {
            application.system_user.name.is_some() && !application.system_user.allowed
        }
        SystemUserRule::Required => {
            !application.is_management
                && (application.system_user.name.is_none() || !application.system_user.allowed)
        }
    };
    if is_public {
        Some(
            "it is public, which this grant is not for; client_type = \"confidential\" changes that",
        )
    } else if !application.grant_types.client_credentials {
        Some("its grant_types allow nothing; grant_types = [\"client_credentials\"] changes that")
    } else if application.authorizations.is_empty() {
        Some(
            "it is authorized for no API; authorize = [{ audience = …, scopes = […] }] changes that",
        )
    } else if lacks_system_user {
        Some(
            "it needs a system user that is allowed; system_user and system_user_allowed = true change that",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Authorization, GrantTypes, SystemUser};

    use super::*;

    fn good() -> Application {
        let mut application = Application::new("A", "a");
        application.authorizations.push(Authorization {
            audience: "https://api.example".into(),
            scopes: Vec::new(),
        });
        application
    }

    #[track_caller]
    fn check(application: &Application, profile: Profile, expected: Option<&str>) {
        match (dead_end(application, profile), expected) {
            (Some(reason), Some(word)) => assert!(reason.contains(word), "{reason}"),
            (found, expected) => assert_eq!(found, expected),
        }
    }

    #[test]
    fn an_application_without_a_way_to_a_token_is_found() {
        let rfc = Profile::Rfc;
        check(&good(), rfc, None);
        let public = Application {
            client_type: ClientType::Public,
            ..good()
        };
        check(&public, rfc, Some("client_type"));
        let grant_types = GrantTypes {
            client_credentials: false,
        };
        check(
            &Application {
                grant_types,
                ..good()
            },
            rfc,
            Some("grant_types"),
        );
        check(&Application::new("A", "a"), rfc, Some("authorize"));
    }

    #[test]
    fn whether_a_system_user_is_needed_is_a_matter_of_the_profile() {
        let user = |allowed| Application {
            system_user: SystemUser {
                name: Some("svc".into()),
                allowed,
            },
            ..good()
        };
        let trusted = Profile::TrustedApplication;
        check(&good(), trusted, Some("system_user"));
        check(&user(false), trusted, Some("system_user_allowed"));
        check(&user(false), Profile::Rfc, Some("system_user_allowed"));
        check(&user(true), trusted, None);
        check(
            &Application {
                is_management: true,
                ..good()
            },
            trusted,
            None,
        );
    }
}
