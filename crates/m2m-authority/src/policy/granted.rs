//! The scopes of a token, by their positions.

use super::Targets;

/// The place of a scope: an API, and the scope among those that the API defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ScopePosition {
    /// The position of the API among all [`Targets`].
    pub api: usize,
    /// The position of the scope among those of the API.
    pub scope: usize,
}

/// The scopes of a token, and whether the request named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedScopes {
    /// The scopes of the token, each once, and after them the same scopes on further APIs of the token that define them.
    positions: Vec<ScopePosition>,
    /// The number of scopes of the token.
    distinct: usize,
    is_requested: bool,
}

impl GrantedScopes {
    /// Returns the scopes at the first `distinct` positions. `is_requested` is true if the request has a `scope`.
    pub(crate) const fn new(
        positions: Vec<ScopePosition>,
        distinct: usize,
        is_requested: bool,
    ) -> Self {
        Self {
            positions,
            distinct,
            is_requested,
        }
    }

    /// Returns true if the request named the scopes in its parameter `scope`. A token of a request without one has all scopes that are
    /// assigned to its application.
    #[must_use]
    pub const fn is_requested(&self) -> bool {
        self.is_requested
    }

    /// The places of the scopes, on each API of the token that defines them.
    #[must_use]
    pub fn positions(&self) -> &[ScopePosition] {
        &self.positions
    }

    /// The scopes as the token carries them, each once.
    pub(crate) fn texts<'t>(&self, targets: &'t Targets) -> impl Iterator<Item = &'t str> {
        let distinct = self.positions.iter().take(self.distinct);
        distinct.filter_map(|position| targets.at(position.api)?.scope_at(position.scope))
    }

    /// Returns the scopes as one list (RFC 6749, section 3.3).
    pub(crate) fn join(&self, targets: &Targets) -> String {
        let length = self.texts(targets).map(|scope| scope.len() + 1).sum();
        let mut list = String::with_capacity(length);
        for scope in self.texts(targets) {
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(scope);
        }
        list
    }
}
