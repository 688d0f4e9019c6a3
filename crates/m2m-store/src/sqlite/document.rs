//! Records as JSON documents.
//!
//! Each says which shape it has (`v`). What a later release adds to a shape has a default, and what this release does not know
//! is refused: it might be a restriction.

mod application;
mod scalar;

use m2m_authority::registry::{
    Api, Application, Lifetime, Organization, Property, PropertyContext, PropertyKind,
    ScopeDefinition,
};
use m2m_jwt::ClaimSet;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::StoreError;
use application::{scalars, values};
use scalar::Scalar;

/// The shape that this release writes.
const SHAPE: u8 = 1;

/// A record that is kept as a document.
pub(super) trait Document: Sized {
    /// What it is called.
    const KIND: &'static str;
    /// How it looks.
    type Shape: Serialize + DeserializeOwned + for<'r> From<&'r Self> + IntoRecord<Self>;
}

/// The way back, which a damaged document does not have.
pub(super) trait IntoRecord<T> {
    /// Which shape it is.
    fn version(&self) -> u8;
    /// The record; none if a value is none of its kind.
    fn into_record(self) -> Option<T>;
}

/// The document of a record.
///
/// # Errors
///
/// None that is known: every record can be said.
pub(super) fn write<T: Document>(record: &T) -> Result<String, Fault> {
    serde_json::to_string(&T::Shape::from(record)).map_err(|_| {
        Fault::Store(StoreError::Failed {
            why: format!("an {} cannot be written as JSON", T::KIND).into(),
        })
    })
}

/// The record of a document.
///
/// # Errors
///
/// If it is none. What it says instead is not told: there are hashes of secrets in it.
pub(super) fn read<T: Document>(document: &str) -> Result<T, Fault> {
    let damaged = |what: core::fmt::Arguments<'_>| {
        Fault::Damaged(format!("a record in the table {} {what}", T::KIND).into())
    };
    let shape: T::Shape = serde_json::from_str(document).map_err(|error| {
        damaged(format_args!(
            "is not readable from column {} on",
            error.column()
        ))
    })?;
    if shape.version() != SHAPE {
        return Err(damaged(format_args!("has the shape {}", shape.version())));
    }
    shape
        .into_record()
        .ok_or_else(|| damaged(format_args!("has a value that is none of its kind")))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiShape {
    v: u8,
    name: Box<str>,
    audience: Box<str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<ScopeShape>,
    token_lifetime: u32,
    signing_algorithm: Box<str>,
    claim_set: ClaimSetShape,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    introspection_clients: Vec<Box<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeShape {
    key: Box<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    description: Box<str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClaimSetShape {
    Rfc9068,
    Kinde,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationShape {
    v: u8,
    code: Box<str>,
    name: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handle: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<Box<str>>,
    suspended: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    feature_flags: Vec<(Box<str>, Scalar)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PropertyShape {
    v: u8,
    key: Box<str>,
    name: Box<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    description: Box<str>,
    private: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category_id: Option<Box<str>>,
}

impl Document for Api {
    const KIND: &'static str = "api";
    type Shape = ApiShape;
}

impl Document for Organization {
    const KIND: &'static str = "organization";
    type Shape = OrganizationShape;
}

impl Document for Property {
    const KIND: &'static str = "property";
    type Shape = PropertyShape;
}

impl Document for Application {
    const KIND: &'static str = "application";
    type Shape = application::ApplicationShape;
}

impl From<&Api> for ApiShape {
    fn from(api: &Api) -> Self {
        Self {
            v: SHAPE,
            name: api.name.clone(),
            audience: api.audience.clone(),
            aliases: api.aliases.clone(),
            scopes: api
                .scopes
                .iter()
                .map(|scope| ScopeShape {
                    key: scope.key.clone(),
                    description: scope.description.clone(),
                })
                .collect(),
            token_lifetime: api.token_lifetime.as_seconds(),
            signing_algorithm: api.signing_algorithm.as_str().into(),
            claim_set: match api.claim_set {
                ClaimSet::Rfc9068 => ClaimSetShape::Rfc9068,
                ClaimSet::Kinde => ClaimSetShape::Kinde,
            },
            introspection_clients: api.introspection_clients.clone(),
        }
    }
}

impl IntoRecord<Api> for ApiShape {
    fn version(&self) -> u8 {
        self.v
    }

    fn into_record(self) -> Option<Api> {
        Some(Api {
            name: self.name,
            audience: self.audience,
            aliases: self.aliases,
            scopes: self
                .scopes
                .into_iter()
                .map(|scope| ScopeDefinition {
                    key: scope.key,
                    description: scope.description,
                })
                .collect(),
            token_lifetime: Lifetime::from_seconds(self.token_lifetime).ok()?,
            signing_algorithm: self.signing_algorithm.parse().ok()?,
            claim_set: match self.claim_set {
                ClaimSetShape::Rfc9068 => ClaimSet::Rfc9068,
                ClaimSetShape::Kinde => ClaimSet::Kinde,
            },
            introspection_clients: self.introspection_clients,
        })
    }
}

impl From<&Organization> for OrganizationShape {
    fn from(organization: &Organization) -> Self {
        Self {
            v: SHAPE,
            code: organization.code.clone(),
            name: organization.name.clone(),
            handle: organization.handle.clone(),
            external_id: organization.external_id.clone(),
            suspended: organization.suspended,
            feature_flags: scalars(&organization.feature_flags),
        }
    }
}

impl IntoRecord<Organization> for OrganizationShape {
    fn version(&self) -> u8 {
        self.v
    }

    fn into_record(self) -> Option<Organization> {
        Some(Organization {
            code: self.code,
            name: self.name,
            handle: self.handle,
            external_id: self.external_id,
            suspended: self.suspended,
            feature_flags: values(self.feature_flags),
        })
    }
}

impl From<&Property> for PropertyShape {
    fn from(property: &Property) -> Self {
        Self {
            v: SHAPE,
            key: property.key.clone(),
            name: property.name.clone(),
            description: property.description.clone(),
            private: property.private,
            kind: (property.kind != PropertyKind::default()).then(|| property.kind.as_str().into()),
            context: (property.context != PropertyContext::default())
                .then(|| property.context.as_str().into()),
            category_id: property.category_id.clone(),
        }
    }
}

impl IntoRecord<Property> for PropertyShape {
    fn version(&self) -> u8 {
        self.v
    }

    fn into_record(self) -> Option<Property> {
        Some(Property {
            key: self.key,
            name: self.name,
            description: self.description,
            private: self.private,
            kind: match self.kind {
                Some(kind) => PropertyKind::parse(&kind)?,
                None => PropertyKind::default(),
            },
            context: match self.context {
                Some(context) => PropertyContext::parse(&context)?,
                None => PropertyContext::default(),
            },
            category_id: self.category_id,
        })
    }
}
