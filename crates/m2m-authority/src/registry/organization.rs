//! An organization that applications belong to.

use serde::{Deserialize, Serialize};

use super::at::At;
use super::spelling::{self, tables};
use crate::registry::{InvalidRegistry, Values};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Organization {
    /// The code, which tokens carry as `org_code`. It is unique.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::PathKey"))]
    pub code: Box<str>,
    /// The display name. In a file, the default is the code.
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Name>"))]
    pub name: Box<str>,
    /// A short name for use in URLs.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Key>"))]
    pub handle: Option<Box<str>>,
    /// The identifier of the organization in another system.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Name>"))]
    pub external_id: Option<Box<str>>,
    /// True if applications of the organization are refused tokens.
    #[serde(default)]
    pub suspended: bool,
    /// The feature flags of the organization. Tokens of an application carry those in its `token_feature_flags`.
    #[serde(default, with = "spelling::values")]
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::Flags"))]
    pub feature_flags: Values,
}

tables! {
    Organization: "[[organization]] with code";
}

impl Organization {
    /// Returns an organization that is not suspended, without any of the optional fields.
    #[must_use]
    pub fn new(code: &str, name: &str) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            handle: None,
            external_id: None,
            suspended: false,
            feature_flags: Values::new(),
        }
    }

    /// Checks everything that does not depend on other records.
    pub(super) fn check(&self, at: At) -> Result<(), InvalidRegistry> {
        at.addressable(
            || at.member("code"),
            &self.code,
            "a code: visible ASCII, at most 256 bytes, and neither . nor ..",
        )?;
        at.name(&self.name)?;
        for key in self.feature_flags.keys() {
            let place = || at.member("feature_flags").member(key);
            at.addressable(
                place,
                key,
                "the key of a feature flag: visible ASCII, at most 256 bytes, and neither . nor ..",
            )?;
        }
        if let Some(handle) = &self.handle {
            let expected = "a handle: visible ASCII, at most 256 bytes";
            at.visible("handle", handle, expected)?;
        }
        if let Some(external_id) = &self.external_id {
            let expected = "an external id: 1 to 256 characters, without control characters and invisible characters";
            at.legible("external_id", external_id, 256, expected)?;
        }
        Ok(())
    }
}
