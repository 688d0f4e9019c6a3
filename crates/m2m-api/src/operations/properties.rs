//! Properties that applications can carry.

use m2m_authority::registry::{PropertyContext, PropertyKind, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Given, Key, Name, Patch, PathKey};
use crate::{
    Done, Method, NoBody, NoNames, NoQuery, Operation, PageSize, PropertyName, Reference, Spec,
};

/// Lists properties.
#[derive(Debug)]
pub struct ListProperties;

/// Makes a property.
#[derive(Debug)]
pub struct CreateProperty;

/// Changes a property.
#[derive(Debug)]
pub struct UpdateProperty;

/// Takes a property away, with its values.
#[derive(Debug)]
pub struct DeleteProperty;

/// Which properties are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPropertiesQuery {
    /// Those that have values of this.
    pub context: Option<Context>,
    /// How many at most.
    pub page_size: Option<PageSize>,
    /// Those that were made after the one with this id.
    pub starting_after: Option<Key>,
    /// Those that were made before the one with this id.
    pub ending_before: Option<Key>,
}

/// The kind of record that has values of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum Context {
    #[serde(rename = "app")]
    Application,
    #[serde(rename = "org")]
    Organization,
    #[serde(rename = "usr")]
    User,
}

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum PropertyType {
    SingleLineText,
    MultiLineText,
}

/// A property that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProperty {
    /// The name that people see.
    pub name: Name,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<2000>>,
    /// The key by which applications and tokens name it. It does not change.
    pub key: PathKey,
    /// How its values are entered.
    pub r#type: PropertyType,
    /// The kind of record that has values of it.
    pub context: Context,
    /// Whether only operators see its values. A private property never goes into a token.
    pub is_private: bool,
    /// The category that it belongs to, in the words of whoever makes it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub category_id: Patch<Name>,
}

/// A change of a property.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyChange {
    /// The name that people see.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub name: Given<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub description: Given<Text<2000>>,
    /// Whether only operators see its values.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub is_private: Given<bool>,
    /// The category that it belongs to.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub category_id: Patch<Name>,
}

/// A page of properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertiesAnswer {
    /// The properties.
    pub properties: Vec<PropertyShown>,
    /// True if there are more than are shown.
    pub has_more: bool,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyShown {
    /// The id.
    pub id: String,
    /// The key by which applications and tokens name it.
    pub key: String,
    /// The name that people see.
    pub name: String,
    /// True if only operators see its values.
    pub is_private: bool,
    /// The description, for people.
    pub description: Text<2000>,
    /// False: the property was made here.
    pub is_kinde_property: bool,
    /// The way in which its values are entered.
    pub r#type: PropertyType,
    /// The kind of record that has values of it.
    pub context: Context,
    /// The category that it belongs to.
    pub category_id: Option<String>,
}

/// A property that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyCreated {
    /// The property.
    pub property: Reference,
}

impl Operation for ListProperties {
    const SPEC: Spec = Spec {
        id: "listProperties",
        path: "/api/v1/properties",
        scope: "read:properties",
        summary: "List properties",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListPropertiesQuery;
    type Body = NoBody;
    type Answer = PropertiesAnswer;
}

impl Operation for CreateProperty {
    const SPEC: Spec = Spec {
        id: "createProperty",
        method: Method::Post,
        path: "/api/v1/properties",
        scope: "create:properties",
        summary: "Make a property",
        code: "PROPERTY_CREATED",
        message: "Property successfully created",
        status: 201,
        refusals: &[409],
        example: Some(
            r#"{"name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false, "category_id": "cat_1"}"#,
        ),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NewProperty;
    type Answer = PropertyCreated;
}

impl Operation for UpdateProperty {
    const SPEC: Spec = Spec {
        id: "updateProperty",
        method: Method::Put,
        path: "/api/v1/properties/{property_id}",
        scope: "update:properties",
        summary: "Change a property; what is absent stays",
        code: "PROPERTY_UPDATED",
        message: "Property successfully updated",
        refusals: &[404, 409],
        example: Some(r#"{"name": "Region", "is_private": false, "category_id": "cat_1"}"#),
        ..Spec::DEFAULT
    };
    type Names = PropertyName;
    type Query = NoQuery;
    type Body = PropertyChange;
    type Answer = Done;
}

impl Operation for DeleteProperty {
    const SPEC: Spec = Spec {
        id: "deleteProperty",
        method: Method::Delete,
        path: "/api/v1/properties/{property_id}",
        scope: "delete:properties",
        summary: "Take a property away, with its values",
        code: "PROPERTY_DELETED",
        message: "Property successfully deleted",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = PropertyName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}

impl From<Context> for PropertyContext {
    fn from(context: Context) -> Self {
        match context {
            Context::Application => Self::Application,
            Context::Organization => Self::Organization,
            Context::User => Self::User,
        }
    }
}

impl From<PropertyContext> for Context {
    fn from(context: PropertyContext) -> Self {
        match context {
            PropertyContext::Application => Self::Application,
            PropertyContext::Organization => Self::Organization,
            PropertyContext::User => Self::User,
        }
    }
}

impl From<PropertyType> for PropertyKind {
    fn from(kind: PropertyType) -> Self {
        match kind {
            PropertyType::SingleLineText => Self::SingleLineText,
            PropertyType::MultiLineText => Self::MultiLineText,
        }
    }
}

impl From<PropertyKind> for PropertyType {
    fn from(kind: PropertyKind) -> Self {
        match kind {
            PropertyKind::SingleLineText => Self::SingleLineText,
            PropertyKind::MultiLineText => Self::MultiLineText,
        }
    }
}
