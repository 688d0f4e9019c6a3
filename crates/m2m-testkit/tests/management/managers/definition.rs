//! An independent definition of a manager, which uses none of the product's own predicates.

use std::collections::BTreeSet;

use crate::managed::ADDRESSES;
use m2m_admin::management::SCOPES;
use m2m_authority::registry::{Application, ClientType};
use m2m_jwt::UnixTime;
use m2m_store::Snapshot;

/// Returns true if the application can get a token for the management API: it is enabled and confidential, in no suspended organization, has
/// a method of authentication and a secret in force, may use the grant, can call from somewhere, has a quota above zero, may act as the
/// system user that it names, and its tokens are not revoked up to a later time.
pub(crate) fn can_get_a_token(
    application: &Application,
    registry: &Snapshot,
    now: UnixTime,
) -> bool {
    let spec = &application.spec;
    let suspended = registry.organizations.iter().any(|organization| {
        organization.value.suspended && Some(&organization.value.code) == spec.organization.as_ref()
    });
    let methods = spec.authentication_methods;
    let has_secret = application.secrets.iter().any(|secret| {
        let ending = secret.ending.as_ref();
        ending.is_none_or(|ending| !ending.is_over(now))
    });
    let blocks = &spec.allowed_addresses;
    let from_somewhere = ADDRESSES
        .iter()
        .any(|address| blocks.iter().any(|block| block.contains(*address)));
    spec.enabled
        && spec.client_type == ClientType::Confidential
        && !suspended
        && (methods.client_secret_basic || methods.client_secret_post)
        && has_secret
        && spec.grant_types.client_credentials
        && (blocks.is_empty() || from_somewhere)
        && spec.token_quota.is_none_or(|quota| quota.tokens > 0)
        && (spec.system_user.is_none() || spec.system_user_allowed)
        && spec.not_before.is_none_or(|not_before| not_before < now)
}

/// The scopes of the management API that are assigned to an application.
pub(crate) fn scopes(application: &Application) -> BTreeSet<&str> {
    let authorizations = application.spec.authorize.iter();
    let management =
        authorizations.filter(|own| ["{issuer}/api", "{issuer}/api/v1"].contains(&&*own.audience));
    management
        .flat_map(|own| own.scopes.iter().map(|scope| &**scope))
        .collect()
}

/// Returns true if the application manages the server: it can get a token, and has every scope of the management API.
pub(crate) fn is_manager(application: &Application, registry: &Snapshot, now: UnixTime) -> bool {
    let scopes = scopes(application);
    SCOPES.iter().all(|(scope, _)| scopes.contains(scope))
        && can_get_a_token(application, registry, now)
}
