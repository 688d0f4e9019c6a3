//! The APIs, in the form that the decision uses.

use std::collections::HashMap;
use std::sync::Arc;

use m2m_jwt::Algorithm;

use crate::registry::{Api, ClaimSet, ISSUER_PLACEHOLDER, Lifetime, fill_in_issuer};

/// All APIs of a registry, found by audience.
#[derive(Debug, Default)]
pub struct Targets {
    targets: Vec<Target>,
    by_audience: HashMap<Arc<str>, usize>,
    issuer: Box<str>,
}

/// One API, in the form that the decision uses.
#[derive(Debug)]
pub struct Target {
    pub(crate) audience: Arc<str>,
    scopes: Arc<[Box<str>]>,
    by_scope: HashMap<Box<str>, usize>,
    pub(crate) token_lifetime: Lifetime,
    pub(crate) signing_algorithm: Algorithm,
    pub(crate) claim_set: ClaimSet,
    introspection_clients: Vec<Box<str>>,
    pub(crate) token_reuse: Option<Lifetime>,
}

/// A set of scopes of one API: one bit for each scope, in the order in which the API defines them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedScopes(Arc<[u64]>);

impl Targets {
    /// Returns the APIs under the audiences that their records have.
    #[must_use]
    pub fn of(apis: &[Api]) -> Self {
        Self::served_by(ISSUER_PLACEHOLDER, apis)
    }

    /// Returns the APIs with the issuer in place of [`ISSUER_PLACEHOLDER`] in their audiences.
    #[must_use]
    pub fn served_by(issuer: &str, apis: &[Api]) -> Self {
        let mut by_audience = HashMap::new();
        for (index, api) in apis.iter().enumerate() {
            for audience in core::iter::once(&api.audience).chain(&api.aliases) {
                let audience = Arc::from(fill_in_issuer(audience, issuer));
                by_audience.entry(audience).or_insert(index);
            }
        }
        let targets = apis.iter().map(|api| Target::of(api, issuer));
        Self {
            targets: targets.collect(),
            by_audience,
            issuer: issuer.into(),
        }
    }

    /// Returns the API that a record refers to by this audience or alias, which may begin with a placeholder, and its position among all.
    #[must_use]
    pub fn find_declared(&self, audience: &str) -> Option<(usize, &Target)> {
        self.find(&fill_in_issuer(audience, &self.issuer))
    }

    /// Returns the text of an audience or alias that a record refers to. It is shared with the API that has it.
    pub(crate) fn spelled(&self, audience: &str) -> Arc<str> {
        let audience = fill_in_issuer(audience, &self.issuer);
        match self.by_audience.get_key_value(&*audience) {
            Some((spelled, _)) => Arc::clone(spelled),
            None => Arc::from(audience),
        }
    }

    /// Returns the API with exactly this audience or alias: a prefix, another case or another slash at the end does not match.
    #[must_use]
    pub fn find(&self, audience: &str) -> Option<(usize, &Target)> {
        let (index, target, _) = self.find_spelled(audience)?;
        Some((index, target))
    }

    /// Returns the same with the audience or alias as the registry spells it, which is the one that a token carries.
    pub(crate) fn find_spelled(&self, audience: &str) -> Option<(usize, &Target, &Arc<str>)> {
        let (spelled, index) = self.by_audience.get_key_value(audience)?;
        Some((*index, self.targets.get(*index)?, spelled))
    }

    pub(crate) fn at(&self, index: usize) -> Option<&Target> {
        self.targets.get(index)
    }

    /// All APIs, in the order of the registry.
    pub fn iter(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter()
    }

    /// All audiences and aliases, in no particular order.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.by_audience.keys().map(|audience| &**audience)
    }
}

impl Target {
    fn of(api: &Api, issuer: &str) -> Self {
        let scopes: Arc<[Box<str>]> = api.scopes.iter().map(|scope| scope.key.clone()).collect();
        Self {
            audience: Arc::from(fill_in_issuer(&api.audience, issuer)),
            by_scope: scopes
                .iter()
                .enumerate()
                .map(|(index, key)| (key.clone(), index))
                .collect(),
            scopes,
            token_lifetime: api.token_lifetime,
            signing_algorithm: api.signing_alg,
            claim_set: api.claims,
            introspection_clients: api.introspection_clients.clone(),
            token_reuse: api.token_reuse_seconds,
        }
    }

    /// Returns true if an application may introspect tokens for the API.
    pub(crate) fn may_introspect(&self, client_id: &str) -> bool {
        let mut clients = self.introspection_clients.iter();
        clients.any(|client| **client == *client_id)
    }

    /// The identifier of the API.
    #[must_use]
    pub const fn audience(&self) -> &Arc<str> {
        &self.audience
    }

    /// The scopes that the API defines, in its order.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|scope| &**scope)
    }

    /// The scopes that the API defines, in its order, shared with it.
    #[must_use]
    pub const fn scope_list(&self) -> &Arc<[Box<str>]> {
        &self.scopes
    }

    /// The position of a scope that the API defines.
    pub(crate) fn position(&self, token: &str) -> Option<usize> {
        self.by_scope.get(token).copied()
    }

    /// The scope at a position, as the registry spells it.
    pub(crate) fn scope_at(&self, position: usize) -> Option<&str> {
        self.scopes.get(position).map(|scope| &**scope)
    }

    /// The set of those of `keys` that the API defines.
    #[must_use]
    pub fn assign<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> AssignedScopes {
        let mut words = vec![0_u64; self.scopes.len().div_ceil(64)];
        for key in keys {
            let Some(index) = self.position(key) else {
                continue;
            };
            if let Some(word) = words.get_mut(index / 64) {
                *word |= 1 << (index % 64);
            }
        }
        AssignedScopes(words.into())
    }

    /// The scopes of a set with their positions, in the order in which the API defines them.
    pub(crate) fn assigned<'t>(
        &'t self,
        set: &'t AssignedScopes,
    ) -> impl Iterator<Item = (usize, &'t str)> {
        set.of(&self.scopes)
    }
}

impl AssignedScopes {
    pub(crate) fn contains(&self, index: usize) -> bool {
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Returns those of the scopes of the API that are in the set, with their positions.
    pub fn of<'t>(&'t self, scopes: &'t [Box<str>]) -> impl Iterator<Item = (usize, &'t str)> {
        let scopes = scopes.iter().map(|scope| &**scope).enumerate();
        scopes.filter(|(index, _)| self.contains(*index))
    }

    /// Returns the number of scopes in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| ones(*word)).sum()
    }

    /// Returns the number of scopes in the set that come before the scope at this position, if that one is in the set.
    #[must_use]
    pub fn rank(&self, position: usize) -> Option<usize> {
        let (words, rest) = self.0.split_at_checked(position / 64)?;
        let bit = 1_u64 << (position % 64);
        let word = rest.first().filter(|word| **word & bit != 0)?;
        let before: usize = words.iter().map(|word| ones(*word)).sum();
        Some(before + ones(*word & (bit - 1)))
    }

    /// Returns true if the set has no scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// Returns the number of bits that are set.
fn ones(word: u64) -> usize {
    // It is at most 64.
    usize::try_from(word.count_ones()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_assigned_scopes_beyond_the_first_word() {
        let keys: Vec<String> = (0..130).map(|number| format!("scope:{number}")).collect();
        let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
        let targets = Targets::of(&[Api::new("Many", "https://many.example").with_scopes(&keys)]);
        let (_, target) = targets.find("https://many.example").unwrap();
        let set = target.assign(["scope:0", "scope:64", "scope:129", "scope:unknown"]);
        assert_eq!(
            target.assigned(&set).collect::<Vec<_>>(),
            [(0, "scope:0"), (64, "scope:64"), (129, "scope:129")]
        );
        assert_eq!(set.len(), 3);
        let ranks = [0, 1, 63, 64, 128, 129, 130, 1000].map(|position| set.rank(position));
        assert_eq!(
            ranks,
            [Some(0), None, None, Some(1), None, Some(2), None, None]
        );
        assert!(target.assign([]).is_empty());
        assert!(!set.contains(1000));
    }

    #[test]
    fn x6_an_audience_is_found_by_its_exact_spelling_only() {
        let targets = Targets::of(&[Api::new("Orders", "https://orders.example/api")]);
        assert!(targets.find("https://orders.example/api").is_some());
        for near in [
            "https://orders.example/api/",
            "https://orders.example/ap",
            "HTTPS://orders.example/api",
            "",
        ] {
            assert!(targets.find(near).is_none(), "{near}");
        }
    }
}
