//! The scopes of the management API.

/// The scopes of the management API, as `verb:noun`, and what each allows.
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
