//! Parts of requests that need more scopes than the operation itself.
//!
//! A scope guards the data that it names, and not only the paths that carry its name: a body that sets a secret needs the scopes for secrets,
//! whichever operation accepts it. Each operation declares these parts as data, from which the check, the OpenAPI document and the tests follow.

use core::fmt;

use crate::SCOPES;

/// A part of a request, and the scopes that it needs in addition to that of the operation.
///
/// Exhaustive: a server has to check every part of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The part of the request.
    pub part: Part,
    /// The scopes that it needs.
    pub needs: Needs,
}

/// A part of a request.
///
/// Exhaustive: a server has to find every kind of part in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The request as a whole.
    Request,
    /// A member of the body, with any value, `null` included.
    Member(&'static str),
    /// An item of a list in the body that has a member.
    ItemWith {
        /// The name of the list.
        list: &'static str,
        /// The name of the member.
        member: &'static str,
    },
    /// An item of a list in the body that does not have a member.
    ItemWithout {
        /// The name of the list.
        list: &'static str,
        /// The name of the member.
        member: &'static str,
    },
    /// A parameter of the query that is not `false`.
    Switch(&'static str),
    /// A parameter of the query with one of these values.
    Choice {
        /// The name of the parameter.
        name: &'static str,
        /// The values.
        values: &'static [&'static str],
    },
}

/// The scopes that a part of a request needs.
///
/// Exhaustive: a server has to check every kind of need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// These scopes.
    Scopes(&'static [&'static str]),
    /// Every scope of the management API: the part gives as much power as all of them.
    EveryScope,
}

impl Field {
    /// Returns a member of the body that needs these scopes.
    #[must_use]
    pub const fn member(name: &'static str, scopes: &'static [&'static str]) -> Self {
        Self {
            part: Part::Member(name),
            needs: Needs::Scopes(scopes),
        }
    }

    /// Returns a part of the request that needs every scope of the management API.
    #[must_use]
    pub const fn of_everything(part: Part) -> Self {
        Self {
            part,
            needs: Needs::EveryScope,
        }
    }

    /// Returns the scopes that the part needs.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let (some, every) = match self.needs {
            Needs::Scopes(scopes) => (scopes, [].as_slice()),
            Needs::EveryScope => ([].as_slice(), SCOPES),
        };
        some.iter()
            .copied()
            .chain(every.iter().map(|(scope, _)| *scope))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("the request"),
            Self::Member(name) | Self::Switch(name) | Self::Choice { name, .. } => {
                f.write_str(name)
            }
            Self::ItemWith { list, member } => write!(f, "{list} with {member}"),
            Self::ItemWithout { list, member } => write!(f, "{list} without {member}"),
        }
    }
}
