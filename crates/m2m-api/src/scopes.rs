//! The scopes of the management API.

/// The scopes of the management API, as `verb:noun`, with a description of the permitted operations.
pub const SCOPES: &[(&str, &str)] = &[
    ("read:apis", "List and show APIs"),
    ("create:apis", "Create APIs"),
    ("update:apis", "Change APIs"),
    ("delete:apis", "Delete APIs"),
    ("read:api_scopes", "List and show scopes of APIs"),
    ("create:api_scopes", "Add scopes to APIs"),
    ("update:api_scopes", "Change scopes of APIs"),
    ("delete:api_scopes", "Delete scopes of APIs"),
    ("read:applications", "List and show applications"),
    ("create:applications", "Create applications"),
    ("update:applications", "Change applications"),
    ("delete:applications", "Delete applications"),
    (
        "read:application_api_scopes",
        "List authorizations of applications",
    ),
    (
        "create:application_api_scopes",
        "Authorize applications and assign scopes",
    ),
    (
        "delete:application_api_scopes",
        "Revoke authorizations and scopes of applications",
    ),
    (
        "read:application_secrets",
        "List secrets of applications, without their values",
    ),
    (
        "create:application_secrets",
        "Create secrets for applications",
    ),
    (
        "delete:application_secrets",
        "Revoke secrets of applications",
    ),
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
    ("create:organizations", "Create organizations"),
    (
        "update:organizations",
        "Change and suspend organizations, and which applications belong to them",
    ),
    ("delete:organizations", "Delete organizations"),
    (
        "read:organization_feature_flags",
        "List feature flags of organizations",
    ),
    (
        "update:organization_feature_flags",
        "Change feature flags of organizations",
    ),
    ("read:properties", "List and show properties"),
    ("create:properties", "Create properties"),
    ("update:properties", "Change properties"),
    ("delete:properties", "Delete properties"),
    ("read:environments", "Show the environment of the server"),
    (
        "create:test_tokens",
        "Get test tokens on behalf of applications",
    ),
    ("read:diagnoses", "Show why requests were refused"),
    ("read:events", "Show the audit log"),
    ("read:keys", "List signing keys"),
    (
        "update:keys",
        "Rotate signing keys; together with every other scope, import them",
    ),
    ("update:maintenance", "Turn maintenance mode on and off"),
    ("read:registry", "Export the registry as a file"),
    (
        "apply:registry",
        "Together with every other scope, apply a registry file",
    ),
];
