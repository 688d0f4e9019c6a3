//! The values of properties of applications.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Scalar, ScalarText, Tolerant};
use crate::{
    ApplicationName, ApplicationPropertyName, Done, Method, NoBody, NoQuery, Operation, Spec,
};

/// Lists the values of an application's properties.
#[derive(Debug)]
pub struct ListApplicationProperties;

/// Sets the value of a property of an application.
#[derive(Debug)]
pub struct SetApplicationProperty;

/// The values of an application's properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyValuesAnswer {
    /// The properties with their values.
    pub properties: Vec<PropertyValueShown>,
    /// True if there are more properties than are listed.
    pub has_more: bool,
}

/// The value of a property of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyValueShown {
    /// The id of the property.
    pub id: String,
    /// The display name of the property.
    pub name: String,
    /// The description of the property.
    pub description: String,
    /// The key of the property.
    pub key: String,
    /// The value as text: `true` or `false`, an integer, or a string.
    pub value: Tolerant<ScalarText>,
}

/// The value to set a property to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// The value: a string, an integer or a boolean.
    pub value: Scalar,
    /// True if tokens of the application carry the property. If absent, this is unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_token: Option<bool>,
}

impl Operation for ListApplicationProperties {
    const SPEC: Spec = Spec {
        id: "listApplicationProperties",
        path: "/api/v1/applications/{application_id}/properties",
        scope: "read:application_properties",
        summary: "List the values of an application's properties",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = PropertyValuesAnswer;
}

impl Operation for SetApplicationProperty {
    const SPEC: Spec = Spec {
        id: "setApplicationProperty",
        method: Method::Put,
        path: "/api/v1/applications/{application_id}/properties/{property_key}",
        scope: "update:application_properties",
        summary: "Set a property of an application",
        code: "PROPERTY_UPDATED",
        message: "Property successfully updated",
        refusals: &[404, 409],
        example: Some(r#"{"value": "eu"}"#),
        ..Spec::DEFAULT
    };
    type Names = ApplicationPropertyName;
    type Query = NoQuery;
    type Body = NewValue;
    type Answer = Done;
}
