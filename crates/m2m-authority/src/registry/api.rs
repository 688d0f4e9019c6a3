//! An API that tokens are for.

use core::fmt;
use std::collections::{HashMap, HashSet};

use m2m_jwt::Algorithm;
use oauth_proto::{Audience, ScopeToken};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};

use super::at::At;
use super::spelling::{self, tables};
use crate::registry::{
    ClaimSet, InvalidRegistry, KeyState, Lifetime, MIN_MANAGEMENT_LIFETIME, Text,
};

/// An API that tokens are issued for (a protected resource in RFC 9728).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Api {
    /// The display name.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Name"))]
    pub name: Box<str>,
    /// The description for operators. Tokens do not carry it.
    #[serde(default)]
    pub description: Option<Text<1000>>,
    /// The identifier of the API in token requests and in tokens. It is unique among audiences and aliases.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Identifier"))]
    pub audience: Box<str>,
    /// Other identifiers of the same API. A token carries the requested one.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub aliases: Vec<Box<str>>,
    /// The scopes that the API defines. Each key occurs only once.
    #[serde(default)]
    pub scopes: Vec<ScopeDefinition>,
    /// The maximum lifetime of a token for the API. Unit: seconds.
    #[serde(default)]
    pub token_lifetime: Lifetime,
    /// The algorithm with which tokens for the API are signed.
    #[serde(default = "es256", with = "spelling::words")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::AlgorithmName"))]
    pub signing_alg: Algorithm,
    /// The algorithms that the API had before, the latest first. It goes on with one of them until a key of `signing_alg` has been announced for long
    /// enough. Files do not have them: they follow from the changes of the record.
    #[serde(default, with = "earlier")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub earlier_algs: Vec<Algorithm>,
    /// The claims that tokens for the API carry.
    #[serde(default)]
    pub claims: ClaimSet,
    /// The client ids of the applications that may introspect tokens for the API.
    #[serde(default)]
    pub introspection_clients: Vec<Box<str>>,
    /// The reuse window: an application that asks for the same token again within this time after it was issued gets the same token. Without it,
    /// each request gets a token of its own. At most half of `token_lifetime`. Unit: seconds.
    #[serde(default)]
    pub token_reuse_seconds: Option<Lifetime>,
}

/// A scope that an API defines, written as its key alone, or as a table with a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDefinition {
    /// The scope token (RFC 6749, section 3.3).
    pub key: Box<str>,
    /// The description of what it permits, for people.
    pub description: Text<2000>,
}

/// Earlier algorithms, as a list of their names.
mod earlier {
    use m2m_jwt::Algorithm;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        algorithms: &[Algorithm],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(algorithms.iter().map(|algorithm| algorithm.as_str()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Algorithm>, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        let names = names
            .iter()
            .map(|name| name.parse().map_err(D::Error::custom));
        names.collect()
    }
}

tables! {
    Api: "[[api]] with name and audience";
}

impl Api {
    /// An API without scopes, with the defaults: ES256, one hour, the claims of RFC 9068.
    #[must_use]
    pub fn new(name: &str, audience: &str) -> Self {
        Self {
            name: name.into(),
            description: None,
            audience: audience.into(),
            aliases: Vec::new(),
            scopes: Vec::new(),
            token_lifetime: Lifetime::default(),
            signing_alg: es256(),
            earlier_algs: Vec::new(),
            claims: ClaimSet::default(),
            introspection_clients: Vec::new(),
            token_reuse_seconds: None,
        }
    }

    /// Returns true if `audience` is the audience of the API or one of its aliases.
    #[must_use]
    pub fn is_called(&self, audience: &str) -> bool {
        let mut names = core::iter::once(&self.audience).chain(&self.aliases);
        names.any(|name| **name == *audience)
    }

    /// Returns the algorithm that tokens for the API are signed with, if this returns the state of the most widely known key of each algorithm: the first
    /// with an active key, of its own and the earlier ones. If none has one, an earlier one that is announced, or else its own.
    pub fn signs_with(&self, best: impl Fn(Algorithm) -> KeyState) -> Algorithm {
        let own = core::iter::once(&self.signing_alg);
        let mut all = own.chain(&self.earlier_algs);
        let active = all.find(|algorithm| best(**algorithm) == KeyState::Active);
        let is_announced = |algorithm: &&Algorithm| best(**algorithm).is_announced();
        let announced = || self.earlier_algs.iter().find(is_announced);
        *active.or_else(announced).unwrap_or(&self.signing_alg)
    }

    /// The same API as a change of `before`: its earlier algorithms are those of `before`, and the one that `before` has.
    #[must_use]
    pub fn following(mut self, before: &Self) -> Self {
        self.earlier_algs.clone_from(&before.earlier_algs);
        if self.signing_alg != before.signing_alg {
            let is_other = |own: &Algorithm| ![self.signing_alg, before.signing_alg].contains(own);
            self.earlier_algs.retain(is_other);
            self.earlier_algs.insert(0, before.signing_alg);
        }
        self
    }

    /// The same API with these scopes, without descriptions.
    #[must_use]
    pub fn with_scopes(mut self, keys: &[&str]) -> Self {
        self.scopes = keys
            .iter()
            .map(|key| ScopeDefinition {
                key: (*key).into(),
                description: Text::default(),
            })
            .collect();
        self
    }

    /// Checks everything that does not depend on other records, and returns the keys of the API's scopes.
    pub(super) fn check(&self, at: At) -> Result<HashSet<&str>, InvalidRegistry> {
        at.name(&self.name)?;
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(self.scopes.len());
        for (item, scope) in self.scopes.iter().enumerate() {
            let place = |item| at.member("scopes").item(item);
            ScopeToken::parse(&scope.key).map_err(|_| {
                InvalidRegistry::malformed(place(item), &scope.key, "a scope token")
            })?;
            if let Some(earlier) = seen.insert(&scope.key, item) {
                let (place, earlier) = (place(item), place(earlier));
                return Err(InvalidRegistry::taken(place, &scope.key, earlier));
            }
        }
        if self.is_management() {
            let (lifetime, least) = (self.token_lifetime.as_seconds(), MIN_MANAGEMENT_LIFETIME);
            at.at_least("token_lifetime", lifetime.into(), least.into())?;
        }
        if let Some(window) = self.token_reuse_seconds {
            let most = self.token_lifetime.as_seconds() / 2;
            at.at_most(
                "token_reuse_seconds",
                window.as_seconds().into(),
                most.into(),
            )?;
        }
        for (audience, place) in self.names(at) {
            Audience::parse(audience)
                .map_err(|_| InvalidRegistry::malformed(place(), audience, "an audience"))?;
        }
        Ok(seen.into_keys().collect())
    }

    /// Returns the audience and the aliases of the API, each with its place.
    pub(super) fn names(&self, at: At) -> impl Iterator<Item = (&str, impl Fn() -> super::Path)> {
        let names = core::iter::once(&self.audience).chain(&self.aliases);
        names.enumerate().map(move |(position, name)| {
            let place = move || match position.checked_sub(1) {
                None => at.member("audience"),
                Some(item) => at.member("aliases").item(item),
            };
            (&**name, place)
        })
    }
}

const fn es256() -> Algorithm {
    Algorithm::Es256
}

impl Serialize for ScopeDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.description.is_empty() {
            return serializer.serialize_str(&self.key);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("key", &self.key)?;
        map.serialize_entry("description", &self.description)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for ScopeDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Described {
            key: Box<str>,
            #[serde(default)]
            description: Text<2000>,
        }

        struct ScopeVisitor;

        impl<'de> Visitor<'de> for ScopeVisitor {
            type Value = ScopeDefinition;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scope in quotes, or { key = \"…\", description = \"…\" }")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<ScopeDefinition, E> {
                Ok(ScopeDefinition {
                    key: key.into(),
                    description: Text::default(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ScopeDefinition, A::Error> {
                let Described { key, description } =
                    Described::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ScopeDefinition { key, description })
            }
        }

        deserializer.deserialize_any(ScopeVisitor)
    }
}
