//! An application as requests and answers have it.

use std::collections::BTreeMap;

use m2m_authority::registry::{
    AddressBlock, Api, Application, AuthenticationMethod, AuthenticationMethods, ClientType,
    GrantType, GrantTypes, Lifetime, Period, Quota, QuotaMode, Text, fill_in_issuer, time_text,
};
use m2m_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::lookup;
use super::moment::Time;
use super::patch::{Given, Ignored, Patch};
use super::scalar::{self, Scalar, Scalars};
use super::text::{AudienceText, Key, Name, ScopeKey};
use super::whole::Whole;
use crate::Field;

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
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub(super) $member: $type,)*
            /// Description for operators, which no token carries.
            #[serde(default)]
            pub(super) description: Patch<Text<1000>>,
            /// The code of the organization that it belongs to; a global application has none.
            #[serde(default)]
            pub(super) org_code: Patch<Key>,
            /// True if it may authenticate. When it is enabled again, earlier tokens that have not expired work again; `not_before` revokes them.
            #[serde(default)]
            pub(super) is_enabled: Given<bool>,
            /// Whether it can keep a secret (RFC 6749, section 2.1).
            #[serde(default)]
            pub(super) client_type: Given<ClientType>,
            /// The grants that it may use.
            #[serde(default)]
            pub(super) grant_types: Given<List<GrantType, 1>>,
            /// The methods by which it may authenticate.
            #[serde(default)]
            pub(super) authentication_methods: Given<List<AuthenticationMethod, 2>>,
            /// The user that its tokens stand for. No client id can equal one.
            #[serde(default)]
            pub(super) system_user: Patch<Key>,
            /// Whether it may act as that user.
            #[serde(default)]
            pub(super) is_system_user_allowed: Given<bool>,
            /// The longest life of its tokens; the lesser of this and the API's counts. Unit: seconds.
            #[serde(default)]
            pub(super) access_token_lifetime: Patch<Lifetime>,
            /// Tokens that were issued up to this are revoked.
            #[serde(default)]
            pub(super) not_before: Patch<Time>,
            /// The addresses that it may call from, such as `10.0.0.0/8`; none means all.
            #[serde(default)]
            pub(super) allowed_addresses: Given<List<AddressBlock, 100>>,
            /// How many tokens it may have in a length of time.
            #[serde(default)]
            pub(super) token_quota: Patch<QuotaChange>,
            /// Its feature flags, which its tokens carry.
            #[serde(default)]
            pub(super) feature_flags: Given<Scalars>,
            /// The keys of those feature flags of its organization that its tokens carry.
            #[serde(default)]
            pub(super) token_feature_flags: Given<List<Key, 100>>,
            /// The values of its properties.
            #[serde(default)]
            pub(super) properties: Given<Scalars>,
            /// The keys of those of its properties that its tokens carry.
            #[serde(default)]
            pub(super) token_properties: Given<List<Key, 100>>,
        }

        impl $name {
            /// What is said of the application is so from now on.
            pub(super) fn apply(&self, application: &mut Application) {
                let spec = &mut application.spec;
                self.description.apply(&mut spec.description, Clone::clone);
                self.org_code.apply(&mut spec.organization, |code| code.0.clone());
                if let Some(is_enabled) = self.is_enabled.value().copied() {
                    spec.enabled = is_enabled;
                }
                if let Some(client_type) = self.client_type.value().copied() {
                    spec.client_type = client_type;
                }
                if let Some(grants) = self.grant_types.value() {
                    spec.grant_types = grants.iter().copied().collect();
                }
                if let Some(methods) = self.authentication_methods.value() {
                    spec.authentication_methods = methods.iter().copied().collect();
                }
                self.system_user.apply(&mut spec.system_user, |user| user.0.clone());
                if let Some(is_allowed) = self.is_system_user_allowed.value().copied() {
                    spec.system_user_allowed = is_allowed;
                }
                self.access_token_lifetime.apply(&mut spec.token_lifetime, |lifetime| *lifetime);
                self.not_before.apply(&mut spec.not_before, |time| time.0);
                if let Some(addresses) = self.allowed_addresses.value() {
                    spec.allowed_addresses = addresses.to_vec();
                }
                let mode = spec.token_quota.map(|quota| quota.mode);
                self.token_quota.apply(&mut spec.token_quota, |quota| quota.with(mode));
                if let Some(flags) = self.feature_flags.value() {
                    spec.feature_flags = scalar::to_record(flags);
                }
                if let Some(keys) = self.token_feature_flags.value() {
                    spec.token_feature_flags = each_once(keys);
                }
                if let Some(properties) = self.properties.value() {
                    spec.properties = scalar::to_record(properties);
                }
                if let Some(keys) = self.token_properties.value() {
                    spec.token_properties = each_once(keys);
                }
            }
        }
    )+};
}

bodies! {
    /// An application that is to be made.
    NewApplication {
        /// The name that people see.
        name: Name,
        /// What kind it is; there is one.
        #[serde(rename = "type")]
        _kind: Kind,
        /// Its client id; one is made if absent.
        client_id: Option<super::text::ClientIdText>,
        /// The base64 of the SHA-256 of its secret, which somebody else has made; one is made if absent.
        secret_sha256: Option<super::text::SecretSha256>,
        /// The APIs that it is authorized for, with scopes of them: it is created with all of them, or not at all.
        #[serde(default)]
        apis: List<NewAuthorization, 100>,
    }
    /// A change of an application.
    ///
    /// Clients of other servers also say where people sign in, which they do at no machine: that may be there, and says nothing.
    ApplicationChange {
        /// The name that people see.
        #[serde(default)]
        name: Given<Name>,
        /// The base64 of the SHA-256 of a secret that takes the place of those that it has, which end now.
        #[serde(default)]
        secret_sha256: Given<super::text::SecretSha256>,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, rename = "language_key")]
        _language_key: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, rename = "logout_uris")]
        _logout_uris: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, rename = "redirect_uris")]
        _redirect_uris: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, rename = "login_uri")]
        _login_uri: Ignored,
        /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
        #[serde(default, rename = "homepage_uri")]
        _homepage_uri: Ignored,
    }
}

/// An API that a new application is authorized for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct NewAuthorization {
    /// The audience of the API.
    pub(super) audience: AudienceText,
    /// The scopes of the API that are assigned.
    #[serde(default)]
    pub(super) scopes: List<ScopeKey, 1000>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct QuotaChange {
    /// The number of tokens.
    tokens: Whole<1, 9_007_199_254_740_991>,
    /// The length of time.
    per: Period,
    /// Action when the quota is exceeded. If absent, it is unchanged; a new quota warns.
    mode: Option<QuotaMode>,
}

impl QuotaChange {
    fn with(self, mode_before: Option<QuotaMode>) -> Quota {
        Quota {
            tokens: self.tokens.0,
            per: self.per,
            mode: self.mode.or(mode_before).unwrap_or_default(),
        }
    }
}

/// An application as a list shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationSummary {
    id: String,
    name: String,
    r#type: Kind,
    client_id: String,
    is_enabled: bool,
    org_code: Option<String>,
}

/// An application with all that there is to see of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationShown {
    id: String,
    name: String,
    description: Option<Text<1000>>,
    r#type: Kind,
    client_id: String,
    client_type: ClientType,
    is_enabled: bool,
    org_code: Option<String>,
    grant_types: GrantTypes,
    authentication_methods: AuthenticationMethods,
    system_user: Option<String>,
    is_system_user_allowed: bool,
    access_token_lifetime: Option<Lifetime>,
    not_before: Option<String>,
    allowed_addresses: Vec<AddressBlock>,
    token_quota: Option<Quota>,
    feature_flags: BTreeMap<String, Scalar>,
    token_feature_flags: Vec<String>,
    properties: BTreeMap<String, Scalar>,
    token_properties: Vec<String>,
    /// What it may ask for.
    apis: Vec<AuthorizedApi>,
    created_on: String,
    updated_on: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AuthorizedApi {
    id: Option<String>,
    name: Option<String>,
    audience: String,
    scopes: Vec<String>,
}

impl ApplicationSummary {
    /// What a list shows of it.
    pub(super) fn of(stored: &Stored<Application>) -> Self {
        Self {
            id: stored.id.to_string(),
            name: stored.value.spec.name.to_string(),
            r#type: Kind::M2m,
            client_id: stored.value.client_id.to_string(),
            is_enabled: stored.value.spec.enabled,
            org_code: stored
                .value
                .spec
                .organization
                .as_deref()
                .map(ToOwned::to_owned),
        }
    }
}

impl ApplicationShown {
    /// What there is to see of it.
    pub(super) fn of(stored: &Stored<Application>, apis: &[Stored<Api>], issuer: &str) -> Self {
        let spec = &stored.value.spec;
        let text = |value: &Option<Box<str>>| value.as_deref().map(ToOwned::to_owned);
        let texts = |values: &[Box<str>]| values.iter().map(ToString::to_string).collect();
        let authorized = spec.authorize.iter().map(|authorization| {
            let api = lookup::api(apis, &authorization.audience, issuer).ok();
            AuthorizedApi {
                id: api.map(|api| api.id.to_string()),
                name: api.map(|api| api.value.name.to_string()),
                audience: fill_in_issuer(&authorization.audience, issuer).into_owned(),
                scopes: texts(&authorization.scopes),
            }
        });
        Self {
            id: stored.id.to_string(),
            name: spec.name.to_string(),
            description: spec.description.clone(),
            r#type: Kind::M2m,
            client_id: stored.value.client_id.to_string(),
            client_type: spec.client_type,
            is_enabled: spec.enabled,
            org_code: text(&spec.organization),
            grant_types: spec.grant_types,
            authentication_methods: spec.authentication_methods,
            system_user: text(&spec.system_user),
            is_system_user_allowed: spec.system_user_allowed,
            access_token_lifetime: spec.token_lifetime,
            not_before: spec.not_before.map(time_text),
            allowed_addresses: spec.allowed_addresses.clone(),
            token_quota: spec.token_quota,
            feature_flags: scalar::of_record(&spec.feature_flags),
            token_feature_flags: texts(&spec.token_feature_flags),
            properties: scalar::of_record(&spec.properties),
            token_properties: texts(&spec.token_properties),
            apis: authorized.collect(),
            created_on: time_text(stored.created_at),
            updated_on: time_text(stored.updated_at),
        }
    }
}

fn each_once(keys: &[Key]) -> Vec<Box<str>> {
    let mut once: Vec<Box<str>> = Vec::with_capacity(keys.len());
    for key in keys {
        if !once.contains(&key.0) {
            once.push(key.0.clone());
        }
    }
    once
}
