//! An application that requests tokens.

use std::collections::BTreeMap;

use m2m_jwt::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::at::At;
use super::spelling::{self, WordList, tables, words};
use crate::registry::{
    AddressBlock, InvalidRegistry, Lifetime, Line, PropertyValue, Quota, StoredSecret, Text,
};

/// An application: a client as in RFC 6749, section 2, with its settings and secrets.
#[derive(Debug, Clone)]
pub struct Application {
    /// The client identifier: visible ASCII without `%`, `+` and `:`; unique.
    pub client_id: Box<str>,
    /// Its declared settings.
    pub spec: ApplicationSpec,
    /// Its secrets, including ended ones that are still stored.
    pub secrets: Vec<StoredSecret>,
}

/// The declared settings of an application, from a registry file, the management API or a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct ApplicationSpec {
    /// The display name.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Name"))]
    pub name: Box<str>,
    /// The description for operators. Tokens do not carry it.
    #[serde(default)]
    pub description: Option<Text<1000>>,
    /// The team, the department or the person that the application belongs to. All applications of an owner can be stopped at once; owners
    /// are compared character by character.
    #[serde(default)]
    pub owner: Option<Line<200>>,
    /// The contact for questions about the application: an e-mail address, a URL or another text.
    #[serde(default)]
    pub contact: Option<Line<200>>,
    /// The purpose of the application.
    #[serde(default)]
    pub purpose: Option<Text<1000>>,
    /// The audience that a request without an audience means: that of an API, or one of its aliases. It grants nothing by itself; a token
    /// for it also needs the authorization for the API.
    #[serde(default)]
    pub default_audience: Option<Box<str>>,
    /// The code of the organization that the application belongs to. A global application does not belong to one.
    #[serde(default)]
    pub organization: Option<Box<str>>,
    /// True if the application may authenticate.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The client type: `confidential` if the application can keep a secret, otherwise `public` (RFC 6749, section 2.1).
    #[serde(default)]
    pub client_type: ClientType,
    /// The grant types that the application may use.
    #[serde(default)]
    pub grant_types: GrantTypes,
    /// The methods by which the application may authenticate.
    #[serde(default)]
    pub authentication_methods: AuthenticationMethods,
    /// The maximum lifetime of tokens of the application. If the API has a shorter one, that one applies. Unit: seconds.
    #[serde(default)]
    pub token_lifetime: Option<Lifetime>,
    /// The time up to which tokens are revoked, by their `iat`. New tokens get an `iat` after it.
    #[serde(default, with = "spelling::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Time>"))]
    pub not_before: Option<UnixTime>,
    /// The first second at which the application can no longer authenticate. Its tokens expire by then. An application without it does
    /// not expire.
    #[serde(default, with = "spelling::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Time>"))]
    pub expires_at: Option<UnixTime>,
    /// The addresses that the application may call from. An empty list allows all addresses.
    #[serde(default)]
    pub allowed_addresses: Vec<AddressBlock>,
    /// The maximum number of tokens in each window.
    #[serde(default)]
    pub token_quota: Option<Quota>,
    /// The feature flags of the application. Its tokens carry them.
    #[serde(default, with = "spelling::values")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Values"))]
    pub feature_flags: Values,
    /// The keys of the feature flags of its organization that tokens of the application carry after its own. The application's
    /// own value of a flag takes precedence over that of the organization.
    #[serde(default)]
    pub token_feature_flags: Vec<Box<str>>,
    /// The values of the application's properties.
    #[serde(default, with = "spelling::values")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Values"))]
    pub properties: Values,
    /// The keys of the properties that tokens of the application carry, in this order.
    #[serde(default)]
    pub token_properties: Vec<Box<str>>,
    /// The system user that tokens of the application represent, as their `sub`. Its name cannot equal a client id.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Key>"))]
    pub system_user: Option<Box<str>>,
    /// True if the application may act as its system user.
    #[serde(default)]
    pub system_user_allowed: bool,
    /// The APIs that the application is authorized for, with the assigned scopes.
    #[serde(default)]
    pub authorize: Vec<Authorization>,
}

/// Values of properties or feature flags, by key.
pub type Values = BTreeMap<Box<str>, PropertyValue>;

words! {
    /// The client type: whether an application can keep a secret (RFC 6749, section 2.1).
    #[derive(Default)]
    ClientType, "client type" {
        /// It can keep a secret, and must authenticate.
        #[default]
        Confidential = "confidential",
        /// It cannot keep a secret, and so may not use the client credentials grant (RFC 6749, section 4.4).
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
        /// In a Basic header.
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

/// An authorization of an application to request tokens for an API, with at most these scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Authorization {
    /// The audience of the API.
    pub audience: Box<str>,
    /// The assigned scopes. The API defines each of them.
    #[serde(default)]
    pub scopes: Vec<Box<str>>,
}

/// The record of a deletion of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The client id of the deleted application.
    pub client_id: Box<str>,
    /// The time of the deletion.
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
            owner: None,
            contact: None,
            purpose: None,
            default_audience: None,
            organization: None,
            enabled: true,
            client_type: ClientType::default(),
            grant_types: GrantTypes::default(),
            authentication_methods: AuthenticationMethods::default(),
            token_lifetime: None,
            not_before: None,
            expires_at: None,
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

    /// Revokes all tokens that were issued by `now`, those included whose `iat` lies ahead of it because earlier ones had been revoked just before. The
    /// time never moves back, so that no token becomes valid again.
    pub fn revoke_tokens(&mut self, now: UnixTime) {
        let issued_by = self
            .not_before
            .map(|not_before| not_before.saturating_add_seconds(1));
        self.not_before = Some(issued_by.map_or(now, |issued_by| issued_by.max(now)));
    }

    /// Checks everything that does not depend on other records.
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
    /// Returns true if the grant may be used.
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
    /// Returns true if the method may be used.
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

/// Implements serialization for sets of words, which are written as lists.
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
