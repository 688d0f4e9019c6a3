//! An application that asks for tokens.

use std::collections::BTreeMap;

use m2m_jwt::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::At;
use super::spelling::{self, WordList, tables, words};
use crate::registry::{
    AddressBlock, InvalidRegistry, Lifetime, PropertyValue, Quota, StoredSecret, Text,
};

/// An application: a client of RFC 6749, section 2, with what it may do.
#[derive(Debug, Clone)]
pub struct Application {
    /// The client identifier: visible ASCII without `%`, `+` and `:`; unique.
    pub client_id: Box<str>,
    /// Its declared settings.
    pub spec: ApplicationSpec,
    /// Its secrets, ended ones included as long as they are remembered.
    pub secrets: Vec<StoredSecret>,
}

/// The declared settings of an application, from a registry file, the management API or a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct ApplicationSpec {
    /// The name that people see.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Name"))]
    pub name: Box<str>,
    /// Description for operators, which no token carries.
    #[serde(default)]
    pub description: Option<Text<1000>>,
    /// The code of the organization that it belongs to; a global application has none.
    #[serde(default)]
    pub organization: Option<Box<str>>,
    /// Whether it may authenticate at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether it can keep a secret (RFC 6749, section 2.1).
    #[serde(default)]
    pub client_type: ClientType,
    /// The grants that it may use.
    #[serde(default)]
    pub grant_types: GrantTypes,
    /// The methods by which it may authenticate.
    #[serde(default)]
    pub authentication_methods: AuthenticationMethods,
    /// The longest life of its tokens; the lesser of this and the API's counts.
    #[serde(default)]
    pub token_lifetime: Option<Lifetime>,
    /// Tokens with `iat` up to this are revoked; new ones get an `iat` after it.
    #[serde(default, with = "spelling::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Time>"))]
    pub not_before: Option<UnixTime>,
    /// The addresses that it may call from; none means all.
    #[serde(default)]
    pub allowed_addresses: Vec<AddressBlock>,
    /// How many tokens it may have per window.
    #[serde(default)]
    pub token_quota: Option<Quota>,
    /// Its feature flags that its tokens carry.
    #[serde(default, with = "spelling::values")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Values"))]
    pub feature_flags: Values,
    /// The keys of those feature flags of its organization that its tokens carry too, behind its own. Its own value of a flag
    /// takes the place of the organization's.
    #[serde(default)]
    pub token_feature_flags: Vec<Box<str>>,
    /// The values of its properties.
    #[serde(default, with = "spelling::values")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Values"))]
    pub properties: Values,
    /// The keys of those properties that its tokens carry, in the order in which they stand there.
    #[serde(default)]
    pub token_properties: Vec<Box<str>>,
    /// The user that its tokens stand for, which is their `sub`. No client id can equal one.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Key>"))]
    pub system_user: Option<Box<str>>,
    /// True if the application may act as that user.
    #[serde(default)]
    pub system_user_allowed: bool,
    /// What it may ask for.
    #[serde(default)]
    pub authorize: Vec<Authorization>,
}

/// Values of properties or feature flags, by key.
pub type Values = BTreeMap<Box<str>, PropertyValue>;

words! {
    /// The client type: whether an application can keep a secret (RFC 6749, section 2.1).
    #[derive(Default)]
    ClientType, "client type" {
        /// It can, and must authenticate.
        #[default]
        Confidential = "confidential",
        /// It cannot, and so may not use the client credentials grant (RFC 6749, section 4.4).
        Public = "public",
    }
}

words! {
    /// A grant (RFC 7591, section 2).
    GrantType, "grant type" {
        /// RFC 6749, section 4.4.
        ClientCredentials = "client_credentials",
    }
}

words! {
    /// A method of authentication (RFC 7591, section 2).
    AuthenticationMethod, "authentication method" {
        /// By a Basic header.
        ClientSecretBasic = "client_secret_basic",
        /// In the form.
        ClientSecretPost = "client_secret_post",
    }
}

/// The grants that an application may use. All of them are the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrantTypes {
    /// `client_credentials` (RFC 6749, section 4.4).
    pub client_credentials: bool,
}

/// The methods by which an application may authenticate (RFC 7591, section 2). All of them are the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthenticationMethods {
    /// `client_secret_basic`.
    pub client_secret_basic: bool,
    /// `client_secret_post`.
    pub client_secret_post: bool,
}

/// That an application may ask for tokens for an API, with these scopes at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Authorization {
    /// The audience of the API.
    pub audience: Box<str>,
    /// The scopes assigned, each defined on the API.
    #[serde(default)]
    pub scopes: Vec<Box<str>>,
}

/// What is remembered of a deleted application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The client id that it had.
    pub client_id: Box<str>,
    /// When it was deleted.
    pub at: UnixTime,
    /// The client id of the application that deleted it.
    pub by: Box<str>,
}

impl Application {
    /// A global, enabled, confidential application that may use every method and nothing else.
    #[must_use]
    pub fn new(name: &str, client_id: &str) -> Self {
        Self {
            client_id: client_id.into(),
            spec: ApplicationSpec::new(name),
            secrets: Vec::new(),
        }
    }

    /// The same application with one more authorization.
    #[must_use]
    pub fn authorized(mut self, audience: &str, scopes: &[&str]) -> Self {
        self.spec.authorize.push(Authorization {
            audience: audience.into(),
            scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        });
        self
    }

    /// The same application with one more secret.
    #[must_use]
    pub fn with_secret(mut self, secret: StoredSecret) -> Self {
        self.secrets.push(secret);
        self
    }
}

tables! {
    Authorization: "{ audience = \"…\", scopes = [\"…\"] }";
    ApplicationSpec: "[[application]] with name";
}

impl ApplicationSpec {
    /// A global, enabled, confidential application that may use every method and nothing else.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            description: None,
            organization: None,
            enabled: true,
            client_type: ClientType::default(),
            grant_types: GrantTypes::default(),
            authentication_methods: AuthenticationMethods::default(),
            token_lifetime: None,
            not_before: None,
            allowed_addresses: Vec::new(),
            token_quota: None,
            feature_flags: Values::new(),
            token_feature_flags: Vec::new(),
            properties: Values::new(),
            token_properties: Vec::new(),
            system_user: None,
            system_user_allowed: false,
            authorize: Vec::new(),
        }
    }

    /// Checks what needs no other record.
    pub(super) fn check(&self, at: At) -> Result<(), InvalidRegistry> {
        if let Some(user) = &self.system_user {
            at.visible("system_user", user, "a system user")?;
        }
        if let Some(quota) = &self.token_quota {
            at.at_least("token_quota", quota.tokens, 1)?;
        }
        Ok(())
    }
}

const fn yes() -> bool {
    true
}

impl GrantTypes {
    /// True if the grant may be used.
    #[must_use]
    pub const fn allows(self, grant: GrantType) -> bool {
        match grant {
            GrantType::ClientCredentials => self.client_credentials,
        }
    }
}

impl FromIterator<GrantType> for GrantTypes {
    fn from_iter<I: IntoIterator<Item = GrantType>>(grants: I) -> Self {
        let mut allowed = Self {
            client_credentials: false,
        };
        for grant in grants {
            match grant {
                GrantType::ClientCredentials => allowed.client_credentials = true,
            }
        }
        allowed
    }
}

impl AuthenticationMethods {
    /// True if the method may be used.
    #[must_use]
    pub const fn allows(self, method: AuthenticationMethod) -> bool {
        match method {
            AuthenticationMethod::ClientSecretBasic => self.client_secret_basic,
            AuthenticationMethod::ClientSecretPost => self.client_secret_post,
        }
    }
}

impl FromIterator<AuthenticationMethod> for AuthenticationMethods {
    fn from_iter<I: IntoIterator<Item = AuthenticationMethod>>(methods: I) -> Self {
        let mut allowed = Self {
            client_secret_basic: false,
            client_secret_post: false,
        };
        for method in methods {
            match method {
                AuthenticationMethod::ClientSecretBasic => allowed.client_secret_basic = true,
                AuthenticationMethod::ClientSecretPost => allowed.client_secret_post = true,
            }
        }
        allowed
    }
}

/// Sets of words, written as lists of them.
macro_rules! sets {
    ($($set:ident of $word:ident;)+) => {$(
        impl Default for $set {
            fn default() -> Self {
                $word::ALL.iter().copied().collect()
            }
        }

        impl Serialize for $set {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                WordList::write(serializer, |word: $word| self.allows(word))
            }
        }

        impl<'de> Deserialize<'de> for $set {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                WordList::deserialize(deserializer).map(|words: WordList<$word>| words.0.into_iter().collect())
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $set {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($set).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                Vec::<$word>::json_schema(generator)
            }
        }
    )+};
}

sets! {
    GrantTypes of GrantType;
    AuthenticationMethods of AuthenticationMethod;
}
