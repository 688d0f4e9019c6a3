//! An application as requests and answers have it.

use std::collections::BTreeMap;

use m2m_authority::registry::{
    AddressBlock, AuthenticationMethod, AuthenticationMethods, ClientType, GrantType, GrantTypes,
    Lifetime, Period, Quota, QuotaMode, Text,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Field;
use crate::values::{
    AudienceText, ClientIdText, Given, Ignored, Key, List, Name, Patch, Scalar, Scalars, ScopeKey,
    SecretSha256, Time, Whole,
};

/// The members of these bodies that need more scopes: those that other operations set too, and those that say as whom an application acts.
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

/// The secrets that it has end with the new one.
pub(super) const FIELDS_OF_CHANGE: &[Field] =
    fields!["create:application_secrets", "delete:application_secrets";];

/// Bodies that say what an application may have, beside what is their own.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// Description for operators, which no token carries.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub description: Patch<Text<1000>>,
            /// The code of the organization that it belongs to; a global application has none.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub org_code: Patch<Key>,
            /// True if it may authenticate. When it is enabled again, earlier tokens that have not expired work again; `not_before` revokes them.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_enabled: Given<bool>,
            /// Whether it can keep a secret (RFC 6749, section 2.1).
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub client_type: Given<ClientType>,
            /// The grants that it may use.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub grant_types: Given<List<GrantType, 1>>,
            /// The methods by which it may authenticate.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub authentication_methods: Given<List<AuthenticationMethod, 2>>,
            /// The user that its tokens stand for. No client id can equal one.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub system_user: Patch<Key>,
            /// Whether it may act as that user.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_system_user_allowed: Given<bool>,
            /// The longest life of its tokens; the lesser of this and the API's counts. Unit: seconds.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub access_token_lifetime: Patch<Lifetime>,
            /// Tokens that were issued up to this are revoked.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub not_before: Patch<Time>,
            /// The addresses that it may call from, such as `10.0.0.0/8`; none means all.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub allowed_addresses: Given<List<AddressBlock, 100>>,
            /// How many tokens it may have in a length of time.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub token_quota: Patch<QuotaChange>,
            /// Its feature flags, which its tokens carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub feature_flags: Given<Scalars>,
            /// The keys of those feature flags of its organization that its tokens carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_feature_flags: Given<List<Key, 100>>,
            /// The values of its properties.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub properties: Given<Scalars>,
            /// The keys of those of its properties that its tokens carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_properties: Given<List<Key, 100>>,
        }
    )+};
}

bodies! {
    /// An application that is to be made.
    NewApplication {
        /// The name that people see.
        name: Name,
        /// What kind it is; there is one.
        r#type: Kind,
        /// Its client id; one is made if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientIdText>,
        /// The base64 of the SHA-256 of its secret, which somebody else has made; one is made if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_sha256: Option<SecretSha256>,
        /// The APIs that it is authorized for, with scopes of them: it is created with all of them, or not at all.
        #[serde(default, skip_serializing_if = "List::is_empty")]
        apis: List<NewAuthorization, 100>,
    }
    /// A change of an application.
    ///
    /// Clients of other servers also say where people sign in, which they do at no machine: that may be there, and says nothing.
    #[derive(Default)]
    ApplicationChange {
        /// The name that people see.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        name: Given<Name>,
        /// The base64 of the SHA-256 of a secret that takes the place of those that it has, which end now.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        secret_sha256: Given<SecretSha256>,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
        language_key: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
        logout_uris: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
        redirect_uris: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
        login_uri: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
        homepage_uri: Ignored,
    }
}

/// An API that a new application is authorized for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct NewAuthorization {
    /// The audience of the API.
    pub audience: AudienceText,
    /// The scopes of the API that are assigned.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub scopes: List<ScopeKey, 1000>,
}

/// The kinds of applications: machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kind {
    /// A machine.
    M2m,
}

/// How many tokens an application may have in a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct QuotaChange {
    /// The number of tokens.
    pub tokens: Whole<1, 9_007_199_254_740_991>,
    /// The length of time.
    pub per: Period,
    /// Action when the quota is exceeded. If absent, it is unchanged; a new quota warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<QuotaMode>,
}

impl QuotaChange {
    /// The quota as a record has it. `mode_before` is the action of the quota before.
    #[must_use]
    pub fn with(self, mode_before: Option<QuotaMode>) -> Quota {
        Quota {
            tokens: self.tokens.get(),
            per: self.per,
            mode: self.mode.or(mode_before).unwrap_or_default(),
        }
    }
}

/// An application as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationSummary {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The kind: a machine.
    pub r#type: Kind,
    /// The client id.
    pub client_id: String,
    /// True if it may authenticate.
    pub is_enabled: bool,
    /// The code of the organization that it belongs to; a global application has none.
    pub org_code: Option<String>,
}

/// An application with all that there is to see of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationShown {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The description, for people.
    pub description: Option<Text<1000>>,
    /// The kind: a machine.
    pub r#type: Kind,
    /// The client id.
    pub client_id: String,
    /// The client type (RFC 6749, section 2.1).
    pub client_type: ClientType,
    /// True if it may authenticate.
    pub is_enabled: bool,
    /// The code of the organization that it belongs to; a global application has none.
    pub org_code: Option<String>,
    /// The grants that it may use.
    pub grant_types: GrantTypes,
    /// The methods by which it may authenticate.
    pub authentication_methods: AuthenticationMethods,
    /// The user that its tokens stand for.
    pub system_user: Option<String>,
    /// True if it may act as that user.
    pub is_system_user_allowed: bool,
    /// The longest life of its tokens, if it is limited. Unit: seconds.
    pub access_token_lifetime: Option<Lifetime>,
    /// The time up to which tokens that were issued are revoked.
    pub not_before: Option<String>,
    /// The addresses that it may call from; none means all.
    pub allowed_addresses: Vec<AddressBlock>,
    /// A bound on its tokens.
    pub token_quota: Option<Quota>,
    /// The feature flags.
    pub feature_flags: BTreeMap<String, Scalar>,
    /// The keys of those feature flags of its organization that its tokens carry.
    pub token_feature_flags: Vec<String>,
    /// The values of its properties.
    pub properties: BTreeMap<String, Scalar>,
    /// The keys of those of its properties that its tokens carry.
    pub token_properties: Vec<String>,
    /// What it may ask for.
    pub apis: Vec<AuthorizedApi>,
    /// The time of its creation.
    pub created_on: String,
    /// The time of the latest change.
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
    /// The scopes that are assigned.
    pub scopes: Vec<String>,
}

impl NewApplication {
    /// An application of this name, with everything else as it is made where nothing is said.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            r#type: Kind::M2m,
            client_id: None,
            secret_sha256: None,
            apis: List::default(),
            description: Patch::Keep,
            org_code: Patch::Keep,
            is_enabled: Given(None),
            client_type: Given(None),
            grant_types: Given(None),
            authentication_methods: Given(None),
            system_user: Patch::Keep,
            is_system_user_allowed: Given(None),
            access_token_lifetime: Patch::Keep,
            not_before: Patch::Keep,
            allowed_addresses: Given(None),
            token_quota: Patch::Keep,
            feature_flags: Given(None),
            token_feature_flags: Given(None),
            properties: Given(None),
            token_properties: Given(None),
        }
    }
}
