//! The properties that applications can have.

use m2m_authority::registry::{PropertyContext, PropertyKind, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Given, Key, Name, Patch, PathKey, Tolerant};
use crate::{
    Done, Method, NoBody, NoNames, NoQuery, Operation, PageSize, PropertyName, Reference, Spec,
};

/// Lists properties.
#[derive(Debug)]
pub struct ListProperties;

/// Creates a property.
#[derive(Debug)]
pub struct CreateProperty;

/// Changes a property.
#[derive(Debug)]
pub struct UpdateProperty;

/// Deletes a property and its values.
#[derive(Debug)]
pub struct DeleteProperty;

/// The query parameters of a list of properties.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPropertiesQuery {
    /// A kind of record. Only properties of records of this kind are listed.
    pub context: Option<Context>,
    /// The maximum number of properties on a page.
    pub page_size: Option<PageSize>,
    /// The id of a property. Only properties that were created after it are listed.
    pub starting_after: Option<Key>,
    /// The id of a property. Only properties that were created before it are listed.
    pub ending_before: Option<Key>,
}

/// The kind of record that can have a value of a property.
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

/// The way in which values of a property are entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum PropertyType {
    SingleLineText,
    MultiLineText,
}

/// A property to create.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProperty {
    /// The display name of the property.
    pub name: Name,
    /// The description of the property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<2000>>,
    /// The key of the property, by which applications and tokens refer to it. It cannot be changed.
    pub key: PathKey,
    /// The way in which values of the property are entered.
    pub r#type: PropertyType,
    /// The kind of record that can have a value of the property.
    pub context: Context,
    /// True if only operators see the values of the property. Tokens never carry a private property.
    pub is_private: bool,
    /// The category of the property. Any name is allowed.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub category_id: Patch<Name>,
}

/// A change of a property.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyChange {
    /// The display name of the property.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub name: Given<Name>,
    /// The description of the property.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub description: Given<Text<2000>>,
    /// True if only operators see the values of the property. Tokens never carry a private property.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub is_private: Given<bool>,
    /// The category of the property. Any name is allowed.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub category_id: Patch<Name>,
}

/// A page of properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertiesAnswer {
    /// The properties.
    pub properties: Vec<PropertyShown>,
    /// True if there are more properties than are listed.
    pub has_more: bool,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyShown {
    /// The id of the property.
    pub id: String,
    /// The key of the property, by which applications and tokens refer to it.
    pub key: String,
    /// The display name of the property.
    pub name: String,
    /// True if only operators see the values of the property. Tokens never carry a private property.
    pub is_private: bool,
    /// The description of the property.
    pub description: Tolerant<Text<2000>>,
    /// Always false: the property was created on this server.
    pub is_kinde_property: bool,
    /// The way in which values of the property are entered.
    pub r#type: Tolerant<PropertyType>,
    /// The kind of record that can have a value of the property.
    pub context: Tolerant<Context>,
    /// The category of the property.
    pub category_id: Option<String>,
}

/// A property that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyCreated {
    /// A reference to the property.
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
        summary: "Create a property",
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
        summary: "Change a property; absent members stay unchanged",
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
        summary: "Delete a property and its values",
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
