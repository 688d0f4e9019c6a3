//! The management API, as a record of the registry that it manages.

use std::collections::HashSet;

use m2m_authority::registry::{Api, Application, ApplicationSpec, Authorization, ScopeDefinition};

pub use m2m_api::SCOPES;
pub use m2m_authority::registry::{MANAGEMENT_ALIAS as ALIAS, MANAGEMENT_AUDIENCE as AUDIENCE};

/// Returns true if every scope of the management API is assigned to the application.
pub(crate) fn has_all_scopes(spec: &ApplicationSpec) -> bool {
    let number = spec.management_scopes().count();
    if number < SCOPES.len() {
        return false;
    }
    let mut assigned: HashSet<&str> = HashSet::with_capacity(number);
    assigned.extend(spec.management_scopes());
    SCOPES.iter().all(|(scope, _)| assigned.contains(scope))
}

/// Returns true if the scope is built into the management API, and was not added to it.
pub(crate) fn is_built_in(scope: &str) -> bool {
    SCOPES.iter().any(|(own, _)| *own == scope)
}

/// Returns true if the scope of the management API is assigned to the application.
pub(crate) fn assigns(application: &Application, scope: &str) -> bool {
    let mut scopes = application.spec.management_scopes();
    scopes.any(|own| own == scope)
}

/// Returns true if the change does not affect the properties by which the application gets tokens for the management API.
pub(crate) fn keeps(before: &Application, after: &Application) -> bool {
    let loses_scopes = [AUDIENCE, ALIAS].iter().any(|audience| {
        let scopes = |application: &Application| -> Vec<Box<str>> {
            let mut authorizations = application.spec.authorize.iter();
            authorizations
                .find(|authorization| *authorization.audience == **audience)
                .map(|authorization| authorization.scopes.clone())
                .unwrap_or_default()
        };
        let after = scopes(after);
        scopes(before).iter().any(|scope| !after.contains(scope))
    });
    let (own, other) = (&after.spec, &before.spec);
    after.client_id == before.client_id
        && own.enabled == other.enabled
        && own.client_type == other.client_type
        && own.grant_types == other.grant_types
        && own.authentication_methods == other.authentication_methods
        && own.organization == other.organization
        && own.allowed_addresses == other.allowed_addresses
        && own.token_quota == other.token_quota
        && (own.has_usable_management_tokens() || own.token_lifetime == other.token_lifetime)
        && own.not_before == other.not_before
        && !own.expires_before(other)
        && own.system_user == other.system_user
        && own.system_user_allowed == other.system_user_allowed
        && !loses_scopes
}

/// The name of the management API's record.
pub const NAME: &str = "m2m management API";

/// The name of the application that is created to manage a server.
pub const APPLICATION_NAME: &str = "m2m management";

/// Returns the record of the management API, with all its scopes.
#[must_use]
pub fn api() -> Api {
    let mut api = Api::new(NAME, AUDIENCE);
    api.aliases.push(ALIAS.into());
    api.scopes = SCOPES
        .iter()
        .map(|(key, description)| ScopeDefinition {
            key: (*key).into(),
            // The descriptions are short enough.
            description: description.parse().unwrap_or_default(),
        })
        .collect();
    api
}

/// Returns the authorization for every scope of the management API.
#[must_use]
pub(crate) fn authorization() -> Authorization {
    Authorization {
        audience: AUDIENCE.into(),
        scopes: SCOPES.iter().map(|(key, _)| (*key).into()).collect(),
    }
}
