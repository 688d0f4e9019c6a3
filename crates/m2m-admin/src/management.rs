//! The management API, as a record of the very registry that it manages.

use std::collections::HashSet;

use m2m_authority::registry::{Api, Application, ApplicationSpec, Authorization, ScopeDefinition};

pub use m2m_authority::registry::{MANAGEMENT_ALIAS as ALIAS, MANAGEMENT_AUDIENCE as AUDIENCE};

/// Returns true if every scope of the management API is assigned to the application.
pub(crate) fn has_all_scopes(spec: &ApplicationSpec) -> bool {
    let assigned: HashSet<&str> = spec.management_scopes().collect();
    SCOPES.iter().all(|(scope, _)| assigned.contains(scope))
}

/// Returns true if the scope is one that the server gives to the management API itself, and not one that was added.
pub(crate) fn is_built_in(scope: &str) -> bool {
    SCOPES.iter().any(|(own, _)| *own == scope)
}

/// Whether a scope of the management API is assigned to the application.
pub(crate) fn assigns(application: &Application, scope: &str) -> bool {
    let mut scopes = application.spec.management_scopes();
    scopes.any(|own| own == scope)
}

/// Whether an application loses nothing by which it gets tokens for the management API.
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
        && own.system_user == other.system_user
        && own.system_user_allowed == other.system_user_allowed
        && !loses_scopes
}

/// The name of its record.
pub const NAME: &str = "m2m management API";

/// The name of the application that is made to manage a server.
pub const APPLICATION_NAME: &str = "m2m management";

/// Its scopes: `verb:noun`, and what each allows.
pub const SCOPES: &[(&str, &str)] = &[
    ("read:apis", "List and show APIs"),
    ("create:apis", "Make APIs"),
    ("update:apis", "Change APIs"),
    ("delete:apis", "Take APIs away"),
    ("read:api_scopes", "List and show scopes of APIs"),
    ("create:api_scopes", "Add scopes to APIs"),
    ("update:api_scopes", "Change scopes of APIs"),
    ("delete:api_scopes", "Take scopes of APIs away"),
    ("read:applications", "List and show applications"),
    ("create:applications", "Make applications"),
    ("update:applications", "Change applications"),
    ("delete:applications", "Take applications away"),
    (
        "read:application_api_scopes",
        "List what applications may ask for",
    ),
    (
        "create:application_api_scopes",
        "Let applications ask for scopes",
    ),
    (
        "delete:application_api_scopes",
        "Let applications no longer ask for scopes",
    ),
    (
        "read:application_secrets",
        "List secrets of applications, never their values",
    ),
    (
        "create:application_secrets",
        "Give applications new secrets",
    ),
    ("delete:application_secrets", "End secrets of applications"),
    (
        "read:application_properties",
        "List values of properties of applications",
    ),
    (
        "update:application_properties",
        "Change values of properties and feature flags of applications",
    ),
    (
        "update:application_tokens",
        "Change the lifetime of tokens of applications",
    ),
    (
        "update:application_system_users",
        "Change which system users applications act as",
    ),
    ("read:organizations", "List and show organizations"),
    ("create:organizations", "Make organizations"),
    (
        "update:organizations",
        "Change and suspend organizations, and which applications belong to them",
    ),
    ("delete:organizations", "Take organizations away"),
    (
        "read:organization_feature_flags",
        "List feature flags of organizations",
    ),
    (
        "update:organization_feature_flags",
        "Change feature flags of organizations",
    ),
    ("read:properties", "List and show properties"),
    ("create:properties", "Make properties"),
    ("update:properties", "Change properties"),
    ("delete:properties", "Take properties away"),
    ("read:environments", "Show what the server is"),
    (
        "create:test_tokens",
        "Get tokens in the name of applications",
    ),
    ("read:diagnoses", "Show why requests were refused"),
    ("read:events", "Show the audit log"),
    ("read:keys", "List signing keys"),
    (
        "update:keys",
        "Rotate signing keys, and with every other scope import them",
    ),
    (
        "update:maintenance",
        "Answer callers with 503, and serve them again",
    ),
    ("read:registry", "Show the whole registry as a file"),
    (
        "apply:registry",
        "With every other scope, make the registry match a file",
    ),
];

/// The record of the management API, with all its scopes.
#[must_use]
pub fn api() -> Api {
    let mut api = Api::new(NAME, AUDIENCE);
    api.aliases.push(ALIAS.into());
    api.scopes = SCOPES
        .iter()
        .map(|(key, description)| ScopeDefinition {
            key: (*key).into(),
            // They are short.
            description: description.parse().unwrap_or_default(),
        })
        .collect();
    api
}

/// What allows everything that the management API can do.
#[must_use]
pub(crate) fn authorization() -> Authorization {
    Authorization {
        audience: AUDIENCE.into(),
        scopes: SCOPES.iter().map(|(key, _)| (*key).into()).collect(),
    }
}
