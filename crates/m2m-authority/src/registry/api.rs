//! An API that tokens are for.

use m2m_jwt::{Algorithm, ClaimSet};

use crate::registry::Lifetime;

/// An API (a protected resource, in the words of RFC 9728) that tokens are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// The name that people see.
    pub name: Box<str>,
    /// The identifier that requests name and tokens carry; unique among audiences and aliases.
    pub audience: Box<str>,
    /// Other identifiers of the same API. A token carries the one that was asked for.
    pub aliases: Vec<Box<str>>,
    /// The scopes that the API knows, each once.
    pub scopes: Vec<ScopeDefinition>,
    /// The longest life of a token for it.
    pub token_lifetime: Lifetime,
    /// What its tokens are signed with.
    pub signing_algorithm: Algorithm,
    /// Which claims its tokens carry.
    pub claim_set: ClaimSet,
    /// The client ids of the applications that may introspect its tokens.
    pub introspection_clients: Vec<Box<str>>,
}

/// A scope that an API knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDefinition {
    /// The scope token (RFC 6749, section 3.3).
    pub key: Box<str>,
    /// What it permits, for people.
    pub description: Box<str>,
}

impl Api {
    /// An API without scopes, with the defaults: ES256, one hour, the claims of RFC 9068.
    #[must_use]
    pub fn new(name: &str, audience: &str) -> Self {
        Self {
            name: name.into(),
            audience: audience.into(),
            aliases: Vec::new(),
            scopes: Vec::new(),
            token_lifetime: Lifetime::DEFAULT,
            signing_algorithm: Algorithm::Es256,
            claim_set: ClaimSet::Rfc9068,
            introspection_clients: Vec::new(),
        }
    }

    /// Whether this is its audience or one of its aliases.
    #[must_use]
    pub fn is_called(&self, audience: &str) -> bool {
        let mut names = core::iter::once(&self.audience).chain(&self.aliases);
        names.any(|name| **name == *audience)
    }

    /// The same API with these scopes, without descriptions.
    #[must_use]
    pub fn with_scopes(mut self, keys: &[&str]) -> Self {
        self.scopes = keys
            .iter()
            .map(|key| ScopeDefinition {
                key: (*key).into(),
                description: Box::default(),
            })
            .collect();
        self
    }
}
