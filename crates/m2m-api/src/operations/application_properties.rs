//! Values of properties of applications.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::Scalar;
use crate::{
    ApplicationName, ApplicationPropertyName, Done, Method, NoBody, NoQuery, Operation, Spec,
};

/// Lists the values of an application's properties.
#[derive(Debug)]
pub struct ListApplicationProperties;

/// Gives a property of an application a value.
#[derive(Debug)]
pub struct SetApplicationProperty;

/// The values of an application's properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyValuesAnswer {
    /// The properties.
    pub properties: Vec<PropertyValueShown>,
    /// True if there are more than are shown.
    pub has_more: bool,
}

/// The value of a property of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyValueShown {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The description, for people.
    pub description: String,
    /// The key.
    pub key: String,
    /// The value: a text, a whole number, true or false.
    pub value: Scalar,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// The value.
    pub value: Scalar,
    /// Whether tokens of the application carry it; as it was if absent.
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
        summary: "Give a property of an application a value",
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
