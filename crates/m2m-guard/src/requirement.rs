//! The requirements of a call.

use core::slice;

/// The scopes and the organization that a call requires of a token, in addition to being valid.
///
/// A scope is compared byte for byte. A text that is not a single scope (RFC 6749, section 3.3), such as an empty text or two scopes
/// together, is never in a token, so that every call is denied.
///
/// Source: RFC 6750, section 3.1, <https://www.rfc-editor.org/rfc/rfc6750#section-3.1>.
///
/// ```
/// use m2m_guard::Requirement;
///
/// let any_caller = Requirement::token();
/// let readers = Requirement::scope("read:orders");
/// let clerks_of_acme = Requirement::scopes(&["read:orders", "write:orders"]).in_organization("org_acme");
/// assert_eq!(clerks_of_acme.needed_scopes(), ["read:orders", "write:orders"]);
/// assert_eq!(readers.needed_organization(), None);
/// # let _ = any_caller;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement<'r> {
    scopes: Scopes<'r>,
    organization: Option<&'r str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scopes<'r> {
    One(&'r str),
    All(&'r [&'r str]),
    Any(&'r [&'r str]),
}

impl<'r> Requirement<'r> {
    /// Requires only a valid token.
    #[must_use]
    pub const fn token() -> Self {
        Self::scopes(&[])
    }

    /// Requires this scope.
    #[must_use]
    pub const fn scope(scope: &'r str) -> Self {
        Self {
            scopes: Scopes::One(scope),
            organization: None,
        }
    }

    /// Requires all of these scopes.
    #[must_use]
    pub const fn scopes(scopes: &'r [&'r str]) -> Self {
        Self {
            scopes: Scopes::All(scopes),
            organization: None,
        }
    }

    /// Requires one of these scopes. Without any, every call is denied.
    #[must_use]
    pub const fn any_scope(scopes: &'r [&'r str]) -> Self {
        Self {
            scopes: Scopes::Any(scopes),
            organization: None,
        }
    }

    /// Requires in addition that the `org_code` of the token is this one, byte for byte. A token of an application without an organization
    /// does not have an `org_code`.
    #[must_use]
    pub const fn in_organization(mut self, code: &'r str) -> Self {
        self.organization = Some(code);
        self
    }

    /// Returns the requirement of the scopes alone.
    pub(crate) const fn without_organization(mut self) -> Self {
        self.organization = None;
        self
    }

    /// The required scopes: all of them, or [one of them](Self::is_any_scope_enough).
    #[must_use]
    pub const fn needed_scopes(&self) -> &[&'r str] {
        match &self.scopes {
            Scopes::One(scope) => slice::from_ref(scope),
            Scopes::All(scopes) | Scopes::Any(scopes) => scopes,
        }
    }

    /// Returns true if one of the [scopes](Self::needed_scopes) is enough.
    #[must_use]
    pub const fn is_any_scope_enough(&self) -> bool {
        matches!(self.scopes, Scopes::Any(_))
    }

    /// Returns true if a token with these scopes is enough.
    pub(crate) fn is_met(&self, has_scope: impl Fn(&str) -> bool) -> bool {
        let mut needed = self.needed_scopes().iter();
        if self.is_any_scope_enough() {
            needed.any(|scope| has_scope(scope))
        } else {
            needed.all(|scope| has_scope(scope))
        }
    }

    /// The required organization, if there is one.
    #[must_use]
    pub const fn needed_organization(&self) -> Option<&'r str> {
        self.organization
    }
}
