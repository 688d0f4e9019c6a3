//! An application as it appears in requests and answers.

use std::collections::BTreeMap;

use m2m_authority::registry::{
    AddressBlock, AuthenticationMethod, AuthenticationMethods, ClientType, GrantType, GrantTypes,
    Lifetime, Line, Period, Quota, QuotaMode, Text,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Field;
use crate::answer::without_default;
use crate::values::{
    AudienceText, ClientIdText, Given, Ignored, Key, List, Name, Patch, Scalar, Scalars, ScopeKey,
    SecretSha256, Time, Tolerant, Whole,
};

/// The members of these bodies that need more scopes: those that other operations also set, and those that determine as which user an application
/// acts.
macro_rules! fields {
    ($($of_secrets:literal),+; $($more:expr),*) => {
        &[
            $($more,)*
            Field::member("secret_sha256", &[$($of_secrets),+]),
            Field::member("org_code", &["update:organizations"]),
            Field::member("system_user", &["update:application_system_users"]),
            Field::member("is_system_user_allowed", &["update:application_system_users"]),
            Field::member("access_token_lifetime", &["update:application_tokens"]),
            Field::member("feature_flags", &["update:application_properties"]),
            Field::member("token_feature_flags", &["update:application_properties"]),
            Field::member("properties", &["update:application_properties"]),
            Field::member("token_properties", &["update:application_properties"]),
        ]
    };
}

pub(super) const FIELDS_OF_NEW: &[Field] = fields![
    "create:application_secrets";
    Field::member("apis", &["update:apis", "create:application_api_scopes"])
];

/// The members of a change that need more scopes. A new secret also ends the earlier ones, which needs the scope for deletion.
pub(super) const FIELDS_OF_CHANGE: &[Field] =
    fields!["create:application_secrets", "delete:application_secrets";];

/// Defines the bodies that create and change an application: members of their own, and those that both have.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// The description for operators. Tokens do not carry it.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub description: Patch<Text<1000>>,
            /// The team, the department or the person that the application belongs to. All applications of an owner can be stopped at once.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub owner: Patch<Line<200>>,
            /// The contact for questions about the application: an e-mail address, a URL or another text.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub contact: Patch<Line<200>>,
            /// The purpose of the application.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub purpose: Patch<Text<1000>>,
            /// The audience of the API that a request for a token means if it names none. The application must be authorized for the API to get
            /// the token.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub default_audience: Patch<AudienceText>,
            /// The code of the organization that the application belongs to. A global application does not have one.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub org_code: Patch<Key>,
            /// True if the application may authenticate. Enabling it again makes unexpired tokens valid again; `not_before` revokes them.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_enabled: Given<bool>,
            /// The client type: `confidential` if the application can keep a secret, otherwise `public` (RFC 6749, section 2.1).
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub client_type: Given<ClientType>,
            /// The grant types that the application may use.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub grant_types: Given<List<GrantType, 1>>,
            /// The methods by which the application may authenticate.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub authentication_methods: Given<List<AuthenticationMethod, 2>>,
            /// The system user that tokens of the application represent. Its name cannot equal a client id.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub system_user: Patch<Key>,
            /// True if the application may act as its system user.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_system_user_allowed: Given<bool>,
            /// The maximum lifetime of tokens of the application. If the API has a shorter one, that one applies. Unit: seconds.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub access_token_lifetime: Patch<Lifetime>,
            /// The time up to which issued tokens are revoked.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub not_before: Patch<Time>,
            /// The time from which on the application cannot authenticate. Its tokens expire by then.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub expires_at: Patch<Time>,
            /// The addresses that the application may call from, such as `10.0.0.0/8`. An empty list allows all addresses.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub allowed_addresses: Given<List<AddressBlock, 100>>,
            /// The maximum number of tokens that the application may get in a period.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub token_quota: Patch<QuotaChange>,
            /// The feature flags of the application. Its tokens carry them.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub feature_flags: Given<Scalars>,
            /// The keys of the feature flags of its organization that tokens of the application carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_feature_flags: Given<List<Key, 100>>,
            /// The values of the application's properties.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub properties: Given<Scalars>,
            /// The keys of the properties that tokens of the application carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_properties: Given<List<Key, 100>>,
        }
    )+};
}

bodies! {
    /// An application to create.
    NewApplication {
        /// The display name of the application.
        name: Name,
        /// The type of the application. The only value is `m2m`.
        r#type: Kind,
        /// The client id of the application. If absent, one is generated.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientIdText>,
        /// The base64 of the SHA-256 of a secret that was generated elsewhere. If absent, a secret is generated, unless the application is public.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_sha256: Option<SecretSha256>,
        /// The APIs to authorize the application for, with the scopes to assign. The application is created with all of them, or not at all.
        #[serde(default, skip_serializing_if = "List::is_empty")]
        apis: List<NewAuthorization, 100>,
    }
    /// A change of an application.
    ///
    /// Members for the sign-in of users, which clients of other servers send, are accepted and ignored.
    #[derive(Default)]
    ApplicationChange {
        /// The display name of the application.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        name: Given<Name>,
        /// The base64 of the SHA-256 of a secret that replaces the secrets of the application. The earlier secrets end at once.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        secret_sha256: Given<SecretSha256>,
        /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
        #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
        language_key: Ignored,
        /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
        #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
        logout_uris: Ignored,
        /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
        #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
        redirect_uris: Ignored,
        /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
        #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
        login_uri: Ignored,
        /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
        #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
        homepage_uri: Ignored,
    }
}

/// An API to authorize a new application for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct NewAuthorization {
    /// The audience of the API.
    pub audience: AudienceText,
    /// The scopes of the API to assign to the application.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub scopes: List<ScopeKey, 1000>,
}

/// The type of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kind {
    /// A machine-to-machine application.
    M2m,
}

/// The maximum number of tokens that an application may get in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct QuotaChange {
    /// The maximum number of tokens.
    pub tokens: Whole<1, 9_007_199_254_740_991>,
    /// The length of the period.
    pub per: Period,
    /// The action when the quota is exceeded. If absent, it is unchanged; a new quota only warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<QuotaMode>,
}

impl QuotaChange {
    /// Returns the quota as a record has it. `mode_before` is the action of the quota before the change.
    #[must_use]
    pub fn with(self, mode_before: Option<QuotaMode>) -> Quota {
        Quota {
            tokens: self.tokens.get(),
            per: self.per,
            mode: self.mode.or(mode_before).unwrap_or_default(),
        }
    }
}

/// An application as it appears in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationSummary {
    /// The id of the application.
    pub id: String,
    /// The display name of the application.
    pub name: String,
    /// The type of the application.
    pub r#type: Tolerant<Kind>,
    /// The client id of the application.
    pub client_id: String,
    /// True if the application may authenticate.
    pub is_enabled: bool,
    /// The code of the organization that the application belongs to. Null for a global application.
    pub org_code: Option<String>,
}

/// An application with all its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationShown {
    /// The id of the application.
    pub id: String,
    /// The display name of the application.
    pub name: String,
    /// The description for operators.
    pub description: Option<Tolerant<Text<1000>>>,
    /// The team, the department or the person that the application belongs to.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub owner: Option<Tolerant<Line<200>>>,
    /// The contact for questions about the application.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub contact: Option<Tolerant<Line<200>>>,
    /// The purpose of the application.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub purpose: Option<Tolerant<Text<1000>>>,
    /// The type of the application.
    pub r#type: Tolerant<Kind>,
    /// The client id of the application.
    pub client_id: String,
    /// The client type: `confidential` if the application can keep a secret, otherwise `public` (RFC 6749, section 2.1).
    pub client_type: Tolerant<ClientType>,
    /// True if the application may authenticate.
    pub is_enabled: bool,
    /// The audience of the API that a request for a token means if it names none. Null if the application has no default audience.
    pub default_audience: Option<String>,
    /// The code of the organization that the application belongs to. Null for a global application.
    pub org_code: Option<String>,
    /// The grant types that the application may use.
    pub grant_types: Tolerant<GrantTypes>,
    /// The methods by which the application may authenticate.
    pub authentication_methods: Tolerant<AuthenticationMethods>,
    /// The system user that tokens of the application represent.
    pub system_user: Option<String>,
    /// True if the application may act as its system user.
    pub is_system_user_allowed: bool,
    /// The maximum lifetime of tokens of the application. Null if only that of the API applies. Unit: seconds.
    pub access_token_lifetime: Option<Tolerant<Lifetime>>,
    /// The time up to which issued tokens are revoked.
    pub not_before: Option<String>,
    /// The time from which on the application cannot authenticate. Null if it does not expire.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub expires_at: Option<String>,
    /// The addresses that the application may call from. An empty list allows all addresses.
    pub allowed_addresses: Vec<Tolerant<AddressBlock>>,
    /// The maximum number of tokens that the application may get in a period. Null if there is no quota.
    pub token_quota: Option<Tolerant<Quota>>,
    /// The feature flags of the application. Its tokens carry them.
    pub feature_flags: BTreeMap<String, Tolerant<Scalar>>,
    /// The keys of the feature flags of its organization that tokens of the application carry.
    pub token_feature_flags: Vec<String>,
    /// The values of the application's properties.
    pub properties: BTreeMap<String, Tolerant<Scalar>>,
    /// The keys of the properties that tokens of the application carry.
    pub token_properties: Vec<String>,
    /// The APIs that the application is authorized for, with the assigned scopes.
    pub apis: Vec<AuthorizedApi>,
    /// The time at which the application was created.
    pub created_on: String,
    /// The time of the latest change of the application.
    pub updated_on: String,
}

/// An API that an application is authorized for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthorizedApi {
    /// The id of the API.
    pub id: Option<String>,
    /// The name of the API.
    pub name: Option<String>,
    /// The audience of the API.
    pub audience: String,
    /// The scopes of the API that are assigned to the application.
    pub scopes: Vec<String>,
}

impl NewApplication {
    /// Returns an application with this name, and with defaults for everything else.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            r#type: Kind::M2m,
            client_id: None,
            secret_sha256: None,
            apis: List::default(),
            description: Patch::Keep,
            owner: Patch::Keep,
            contact: Patch::Keep,
            purpose: Patch::Keep,
            default_audience: Patch::Keep,
            org_code: Patch::Keep,
            is_enabled: Given(None),
            client_type: Given(None),
            grant_types: Given(None),
            authentication_methods: Given(None),
            system_user: Patch::Keep,
            is_system_user_allowed: Given(None),
            access_token_lifetime: Patch::Keep,
            not_before: Patch::Keep,
            expires_at: Patch::Keep,
            allowed_addresses: Given(None),
            token_quota: Patch::Keep,
            feature_flags: Given(None),
            token_feature_flags: Given(None),
            properties: Given(None),
            token_properties: Given(None),
        }
    }
}
