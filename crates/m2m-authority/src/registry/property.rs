//! A property that applications can carry.

use serde::{Deserialize, Serialize};

use super::at::At;
use super::spelling::{tables, words};
use crate::registry::{InvalidRegistry, Text};

/// The definition of a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Property {
    /// The key by which applications and tokens refer to the property. It is unique.
    #[cfg_attr(feature = "schema", schemars(with = "super::schema::PathKey"))]
    pub key: Box<str>,
    /// The display name. In a file, the default is the key.
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::schema::Name>"))]
    pub name: Box<str>,
    /// The description of the property.
    #[serde(default)]
    pub description: Text<2000>,
    /// True if only operators see the values of the property. Tokens never carry a private property.
    #[serde(default)]
    pub private: bool,
    /// The way in which values of the property are entered.
    #[serde(default, rename = "type")]
    pub kind: PropertyKind,
    /// The kind of record that has values of the property.
    #[serde(default)]
    pub context: PropertyContext,
    /// The category of the property. Any name is allowed.
    #[serde(default)]
    pub category_id: Option<Box<str>>,
}

/// The value of a property or a feature flag.
///
/// Exhaustive: a store has to handle every kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// `true` or `false`; as a flag of the type `b`.
    Boolean(bool),
    /// A text; as a flag of the type `s`.
    Text(Box<str>),
    /// A whole number; as a flag of the type `i`.
    Integer(i64),
}

words! {
    /// The input type of a property.
    #[derive(Default)]
    PropertyKind, "property type" {
        /// A text in one line.
        #[default]
        SingleLineText = "single_line_text",
        /// A text in several lines.
        MultiLineText = "multi_line_text",
    }
}

words! {
    /// The kind of record that has values of a property.
    #[derive(Default)]
    PropertyContext, "property context" {
        /// Applications.
        #[default]
        Application = "app",
        /// Organizations.
        Organization = "org",
        /// Users.
        User = "usr",
    }
}

tables! {
    Property: "[[property]] with key";
}

impl Property {
    /// Returns a property of applications that is not private, with a text in one line.
    #[must_use]
    pub fn new(key: &str, name: &str) -> Self {
        Self {
            key: key.into(),
            name: name.into(),
            description: Text::default(),
            private: false,
            kind: PropertyKind::default(),
            context: PropertyContext::default(),
            category_id: None,
        }
    }

    /// Checks everything that does not depend on other records.
    pub(super) fn check(&self, at: At) -> Result<(), InvalidRegistry> {
        at.name(&self.name)?;
        at.addressable(
            || at.member("key"),
            &self.key,
            "a property key: visible ASCII, at most 256 bytes, and neither . nor ..",
        )
    }
}
