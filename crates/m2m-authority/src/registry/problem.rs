//! The error of a registry that is not valid: the first place that is wrong, and its problem.

use core::fmt;

use m2m_errors::Cause;

use crate::registry::Path;

/// The error for records that do not form a valid registry: the first place that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
#[non_exhaustive]
pub struct InvalidRegistry {
    /// The place of the problem.
    pub path: Path,
    /// The problem.
    pub problem: Problem,
}

/// A problem of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Two records have the same identifier.
    #[error("{value:?} is already in use")]
    Taken {
        /// The identifier.
        value: Box<str>,
        /// The place that has had it before.
        earlier: Path,
    },
    /// The value refers to something that does not exist.
    #[error("there is no {kind} {value:?}")]
    Unknown {
        /// The kind of thing that the value refers to.
        kind: Kind,
        /// The identifier.
        value: Box<str>,
        /// The nearest identifier that exists, if one is near.
        nearest: Option<Box<str>>,
    },
    /// The value does not have the expected form.
    #[error("{value:?} is not {expected}")]
    Malformed {
        /// The value.
        value: Box<str>,
        /// The expected kind of value, as in "a scope token".
        expected: &'static str,
    },
    /// A private property is listed among the properties that tokens carry.
    #[error("{value:?} is a private property, which is never put into tokens")]
    Private {
        /// The key of the property.
        value: Box<str>,
    },
    /// More values than the limit.
    #[error("too many values: the maximum is {limit}")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A number is outside its range.
    #[error("the value must be at least {least}")]
    TooSmall {
        /// The minimum value.
        least: u64,
    },
    /// A number is outside its range.
    #[error("the value must be at most {most}")]
    TooLarge {
        /// The maximum value.
        most: u64,
    },
    /// A token for the API would be too long for verifiers.
    #[error(
        "a token of {client_id:?} for {audience:?} would have {bytes} bytes of claims; the maximum is {limit}, because a longer token does not fit into a header field"
    )]
    TokenTooLong {
        /// The client id of the application.
        client_id: Box<str>,
        /// The audience of the API.
        audience: Box<str>,
        /// The length of the claims. Unit: bytes.
        bytes: usize,
        /// The maximum length. Unit: bytes.
        limit: usize,
    },
    /// Tokens would be revoked up to a time in the future.
    #[error(
        "{time} is in the future, and no token would be issued until then; the server's clock shows {now}"
    )]
    NotBeforeInFuture {
        /// The time up to which tokens would be revoked.
        time: Box<str>,
        /// The time now.
        now: Box<str>,
    },
    /// A feature flag of an organization is named for an application without an organization.
    #[error("the application has no organization that could define the feature flag {value:?}")]
    WithoutOrganization {
        /// The key of the flag.
        value: Box<str>,
    },
    /// A system user has the name of an application (RFC 9700, section 4.15).
    #[error(
        "{value:?} is the client id of an application; a system user must have a different name, because tokens would not distinguish the two"
    )]
    SystemUserIsClient {
        /// The name.
        value: Box<str>,
    },
}

impl Problem {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Taken { .. } => Cause::NameTaken,
            Self::Unknown { .. } => Cause::ReferenceNotFound,
            Self::TokenTooLong { .. } => Cause::ApplicationTokenTooLong,
            Self::SystemUserIsClient { .. } => Cause::SystemUserTaken,
            Self::Private { .. } => Cause::PropertyPrivate,
            Self::Malformed { .. }
            | Self::TooMany { .. }
            | Self::TooSmall { .. }
            | Self::TooLarge { .. }
            | Self::NotBeforeInFuture { .. }
            | Self::WithoutOrganization { .. } => Cause::FieldInvalid,
        }
    }
}

/// The kind of thing that a value refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An API, by its audience.
    Api,
    /// A scope of an API.
    Scope,
    /// An organization, by its code.
    Organization,
    /// A feature flag of the organization that an application belongs to.
    FeatureFlag,
    /// A property, by its key.
    Property,
    /// A property of which the application has a value.
    OwnProperty,
    /// An application, by its client id.
    Application,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "API with the audience",
            Self::Scope => "scope of this API with the name",
            Self::Organization => "organization",
            Self::FeatureFlag => "feature flag of the application's organization with the key",
            Self::Property => "property",
            Self::OwnProperty => "property of this application with the key",
            Self::Application => "application with the client id",
        })
    }
}

impl InvalidRegistry {
    pub(super) fn taken(path: Path, value: &str, earlier: Path) -> Self {
        let value = value.into();
        Self {
            path,
            problem: Problem::Taken { value, earlier },
        }
    }

    pub(super) fn malformed(path: Path, value: &str, expected: &'static str) -> Self {
        let value = value.into();
        Self {
            path,
            problem: Problem::Malformed { value, expected },
        }
    }

    pub(super) fn unknown<'n>(
        path: Path,
        kind: Kind,
        value: &str,
        candidates: impl Iterator<Item = &'n str>,
    ) -> Self {
        let problem = Problem::Unknown {
            kind,
            value: value.into(),
            nearest: crate::diagnose::nearest(value, candidates).map(Into::into),
        };
        Self { path, problem }
    }
}
