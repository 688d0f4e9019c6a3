//! An application that asks for tokens.

use m2m_jwt::{PropertyValue, UnixTime};

use crate::registry::{AddressBlock, Lifetime, Quota, StoredSecret};

/// An application: a client of RFC 6749, section 2, with what it may do.
#[derive(Debug, Clone)]
pub struct Application {
    /// The name that people see.
    pub name: Box<str>,
    /// The client identifier: visible ASCII without `%`, `+` and `:`; unique.
    pub client_id: Box<str>,
    /// The code of the organization that it belongs to; a global application has none.
    pub organization: Option<Box<str>>,
    /// Whether it may authenticate at all.
    pub state: ApplicationState,
    /// Whether it can keep a secret (RFC 6749, section 2.1).
    pub client_type: ClientType,
    /// The grants that it may use.
    pub grant_types: GrantTypes,
    /// The methods by which it may authenticate.
    pub authentication_methods: AuthenticationMethods,
    /// Its secrets, ended ones included as long as they are remembered.
    pub secrets: Vec<StoredSecret>,
    /// The user that its tokens stand for.
    pub system_user: SystemUser,
    /// The longest life of its tokens; the lesser of this and the API's counts.
    pub token_lifetime: Option<Lifetime>,
    /// Tokens with `iat` up to this are revoked; new ones get an `iat` after it.
    pub not_before: Option<UnixTime>,
    /// The addresses that it may call from; none means all.
    pub allowed_addresses: Vec<AddressBlock>,
    /// How many tokens it may have per window.
    pub token_quota: Option<Quota>,
    /// The values of its properties, each key once.
    pub properties: Vec<(Box<str>, PropertyValue)>,
    /// The keys of those properties that its tokens carry, in the order in which they stand there.
    pub token_properties: Vec<Box<str>>,
    /// Its feature flags that its tokens carry.
    pub feature_flags: Vec<(Box<str>, PropertyValue)>,
    /// The keys of those feature flags of its organization that its tokens carry too, behind its own. Its own value of a flag
    /// takes the place of the organization's.
    pub token_feature_flags: Vec<Box<str>>,
    /// What it may ask for.
    pub authorizations: Vec<Authorization>,
    /// Whether it manages this very server. It needs no system user in any profile.
    pub is_management: bool,
}

/// Whether an application may authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationState {
    /// It may.
    Enabled,
    /// It may not, until it is enabled again.
    Disabled,
}

/// Whether an application can keep a secret (RFC 6749, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientType {
    /// It can, and must authenticate.
    Confidential,
    /// It cannot, and so may not use the client credentials grant (RFC 6749, section 4.4).
    Public,
}

/// The grants that an application may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrantTypes {
    /// `client_credentials` (RFC 6749, section 4.4).
    pub client_credentials: bool,
}

/// The methods by which an application may authenticate (RFC 7591, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthenticationMethods {
    /// `client_secret_basic`.
    pub client_secret_basic: bool,
    /// `client_secret_post`.
    pub client_secret_post: bool,
}

/// The user that an application's tokens stand for, if any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SystemUser {
    /// Its name, which is the `sub` of the tokens. No client id can equal one.
    pub name: Option<Box<str>>,
    /// Whether the application may act as it.
    pub allowed: bool,
}

/// That an application may ask for tokens for an API, with these scopes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The audience of the API.
    pub audience: Box<str>,
    /// The scopes assigned, each defined on the API.
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
            name: name.into(),
            client_id: client_id.into(),
            organization: None,
            state: ApplicationState::Enabled,
            client_type: ClientType::Confidential,
            grant_types: GrantTypes {
                client_credentials: true,
            },
            authentication_methods: AuthenticationMethods {
                client_secret_basic: true,
                client_secret_post: true,
            },
            secrets: Vec::new(),
            system_user: SystemUser::default(),
            token_lifetime: None,
            not_before: None,
            allowed_addresses: Vec::new(),
            token_quota: None,
            properties: Vec::new(),
            token_properties: Vec::new(),
            feature_flags: Vec::new(),
            token_feature_flags: Vec::new(),
            authorizations: Vec::new(),
            is_management: false,
        }
    }

    /// The same application with one more authorization.
    #[must_use]
    pub fn authorized(mut self, audience: &str, scopes: &[&str]) -> Self {
        self.authorizations.push(Authorization {
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
