//! An application as requests and answers have it.

use std::collections::BTreeMap;

use m2m_authority::registry::{
    Api, Application, ApplicationState, AuthenticationMethods, ClientType, GrantTypes, Lifetime,
    Quota, QuotaMode,
};
use m2m_store::{Stored, fill_in_issuer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::lookup;
use super::moment::{Address, Time};
use super::patch::{Ignored, Patch};
use super::scalar::{self, Scalar, Scalars};
use super::text::{Key, Name, Period};
use super::whole::{Seconds, Whole};
use crate::OperationError;
use crate::record::{quota_mode_word, time_text};

/// Bodies that say what an application may have, beside what is their own.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub(super) $member: $type,)*
            /// The code of the organization that it belongs to; a global application has none.
            #[serde(default)]
            pub(super) org_code: Patch<Key>,
            /// Whether it may authenticate.
            pub(super) is_enabled: Option<bool>,
            /// Whether it can keep a secret (RFC 6749, section 2.1).
            pub(super) client_type: Option<Type>,
            /// The grants that it may use.
            pub(super) grant_types: Option<List<GrantType, 1>>,
            /// The methods by which it may authenticate.
            pub(super) authentication_methods: Option<List<Method, 2>>,
            /// The user that its tokens stand for. No client id can equal one.
            #[serde(default)]
            pub(super) system_user: Patch<Key>,
            /// Whether it may act as that user.
            pub(super) is_system_user_allowed: Option<bool>,
            /// The longest life of its tokens; the lesser of this and the API's counts. Unit: seconds.
            #[serde(default)]
            pub(super) access_token_lifetime: Patch<Seconds>,
            /// Tokens that were issued up to this are revoked.
            #[serde(default)]
            pub(super) not_before: Patch<Time>,
            /// The addresses that it may call from, such as `10.0.0.0/8`; none means all.
            pub(super) allowed_addresses: Option<List<Address, 100>>,
            /// How many tokens it may have in a length of time.
            #[serde(default)]
            pub(super) token_quota: Patch<TokenQuota>,
            /// Its feature flags, which its tokens carry.
            pub(super) feature_flags: Option<Scalars>,
            /// The keys of those feature flags of its organization that its tokens carry.
            pub(super) token_feature_flags: Option<List<Key, 100>>,
            /// The values of its properties.
            pub(super) properties: Option<Scalars>,
            /// The keys of those of its properties that its tokens carry.
            pub(super) token_properties: Option<List<Key, 100>>,
        }

        impl $name {
            /// What is said of the application is so from now on.
            pub(super) fn apply(&self, application: &mut Application) -> Result<(), OperationError> {
                self.org_code.apply(&mut application.organization, |code| code.0.clone());
                if let Some(is_enabled) = self.is_enabled {
                    application.state = if is_enabled {
                        ApplicationState::Enabled
                    } else {
                        ApplicationState::Disabled
                    };
                }
                if let Some(client_type) = self.client_type {
                    application.client_type = client_type.into();
                }
                if let Some(grants) = &self.grant_types {
                    application.grant_types = GrantTypes {
                        client_credentials: !grants.is_empty(),
                    };
                }
                if let Some(methods) = &self.authentication_methods {
                    application.authentication_methods = AuthenticationMethods {
                        client_secret_basic: methods.contains(&Method::ClientSecretBasic),
                        client_secret_post: methods.contains(&Method::ClientSecretPost),
                    };
                }
                self.system_user.apply(&mut application.system_user.name, |user| user.0.clone());
                if let Some(is_allowed) = self.is_system_user_allowed {
                    application.system_user.allowed = is_allowed;
                }
                apply_lifetime(self.access_token_lifetime, application)?;
                self.not_before.apply(&mut application.not_before, |time| time.0);
                if let Some(addresses) = &self.allowed_addresses {
                    application.allowed_addresses =
                        addresses.iter().map(|address| address.0).collect();
                }
                self.token_quota.apply(&mut application.token_quota, |quota| Quota::from(quota));
                if let Some(flags) = &self.feature_flags {
                    application.feature_flags = scalar::to_record(flags);
                }
                if let Some(keys) = &self.token_feature_flags {
                    application.token_feature_flags = each_once(keys);
                }
                if let Some(properties) = &self.properties {
                    application.properties = scalar::to_record(properties);
                }
                if let Some(keys) = &self.token_properties {
                    application.token_properties = each_once(keys);
                }
                Ok(())
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
    }
    /// A change of an application.
    ///
    /// Clients of other servers also say where people sign in, which they do at no machine: that may be there, and says nothing.
    ApplicationChange {
        /// The name that people see.
        name: Option<Name>,
        /// The base64 of the SHA-256 of a secret that takes the place of those that it has, which end now.
        secret_sha256: Option<super::text::SecretSha256>,
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

/// The kinds of applications: machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kind {
    /// A machine.
    M2m,
}

/// Whether an application can keep a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Type {
    /// It can.
    Confidential,
    /// It cannot.
    Public,
}

/// A grant that an application may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GrantType {
    /// RFC 6749, section 4.4.
    ClientCredentials,
}

/// A method by which an application may authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Method {
    /// By a Basic header.
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
}

/// How many tokens an application may have in a length of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct TokenQuota {
    /// How many.
    tokens: Whole<1, 9_007_199_254_740_991>,
    /// In which time.
    per: Period,
    /// Whether there is a warning beyond it, or no token.
    mode: Option<Mode>,
}

/// What happens beyond a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Mode {
    /// A warning.
    Warn,
    /// No token.
    Enforce,
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
    r#type: Kind,
    client_id: String,
    client_type: Type,
    is_enabled: bool,
    org_code: Option<String>,
    grant_types: Vec<GrantType>,
    authentication_methods: Vec<Method>,
    system_user: Option<String>,
    is_system_user_allowed: bool,
    access_token_lifetime: Option<u32>,
    not_before: Option<String>,
    allowed_addresses: Vec<String>,
    token_quota: Option<QuotaShown>,
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
struct QuotaShown {
    tokens: u64,
    per: String,
    mode: String,
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
            name: stored.value.name.to_string(),
            r#type: Kind::M2m,
            client_id: stored.value.client_id.to_string(),
            is_enabled: super::protection::is_enabled(&stored.value),
            org_code: stored.value.organization.as_deref().map(ToOwned::to_owned),
        }
    }
}

impl ApplicationShown {
    /// What there is to see of it.
    pub(super) fn of(stored: &Stored<Application>, apis: &[Stored<Api>], issuer: &str) -> Self {
        let application = &stored.value;
        let methods = application.authentication_methods;
        let texts = |values: &[Box<str>]| values.iter().map(ToString::to_string).collect();
        let authorized = application.authorizations.iter().map(|authorization| {
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
            name: application.name.to_string(),
            r#type: Kind::M2m,
            client_id: application.client_id.to_string(),
            client_type: match application.client_type {
                ClientType::Confidential => Type::Confidential,
                ClientType::Public => Type::Public,
            },
            is_enabled: super::protection::is_enabled(application),
            org_code: application.organization.as_deref().map(ToOwned::to_owned),
            grant_types: application
                .grant_types
                .client_credentials
                .then_some(GrantType::ClientCredentials)
                .into_iter()
                .collect(),
            authentication_methods: [
                (methods.client_secret_basic, Method::ClientSecretBasic),
                (methods.client_secret_post, Method::ClientSecretPost),
            ]
            .into_iter()
            .filter_map(|(is_allowed, method)| is_allowed.then_some(method))
            .collect(),
            system_user: application
                .system_user
                .name
                .as_deref()
                .map(ToOwned::to_owned),
            is_system_user_allowed: application.system_user.allowed,
            access_token_lifetime: application.token_lifetime.map(Lifetime::as_seconds),
            not_before: application.not_before.map(time_text),
            allowed_addresses: application
                .allowed_addresses
                .iter()
                .map(ToString::to_string)
                .collect(),
            token_quota: application.token_quota.map(|quota| QuotaShown {
                tokens: quota.tokens,
                per: crate::world::seconds_text(quota.window_seconds),
                mode: quota_mode_word(quota.mode).to_owned(),
            }),
            feature_flags: scalar::of_record(&application.feature_flags),
            token_feature_flags: texts(&application.token_feature_flags),
            properties: scalar::of_record(&application.properties),
            token_properties: texts(&application.token_properties),
            apis: authorized.collect(),
            created_on: time_text(stored.created_at),
            updated_on: time_text(stored.updated_at),
        }
    }
}

impl From<Type> for ClientType {
    fn from(client_type: Type) -> Self {
        match client_type {
            Type::Confidential => Self::Confidential,
            Type::Public => Self::Public,
        }
    }
}

impl From<&TokenQuota> for Quota {
    fn from(quota: &TokenQuota) -> Self {
        Self {
            tokens: quota.tokens.0,
            // Read as a length of time before.
            window_seconds: crate::world::parse_seconds(quota.per.as_str()).unwrap_or(1),
            mode: match quota.mode {
                None | Some(Mode::Warn) => QuotaMode::Warn,
                Some(Mode::Enforce) => QuotaMode::Enforce,
            },
        }
    }
}

/// The lifetime is this from now on.
pub(super) fn apply_lifetime(
    lifetime: Patch<Seconds>,
    application: &mut Application,
) -> Result<(), OperationError> {
    let seconds = match lifetime {
        Patch::Keep => return Ok(()),
        Patch::Clear => {
            application.token_lifetime = None;
            return Ok(());
        }
        Patch::Set(seconds) => seconds,
    };
    let lifetime = Lifetime::from_seconds(seconds.as_u32())
        .map_err(|error| OperationError::invalid("access_token_lifetime", error))?;
    application.token_lifetime = Some(lifetime);
    Ok(())
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
