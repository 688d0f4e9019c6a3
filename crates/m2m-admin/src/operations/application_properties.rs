//! Values of properties of applications.

use http::Method;
use m2m_authority::registry::{Application, Property, PropertyContext};
use m2m_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::scalar::Scalar;
use super::{applications, lookup};
use crate::face::{Json, NoBody};
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::{Host, Manager, OperationError};

/// Lists the values of an application's properties.
#[derive(Debug)]
pub struct ListApplicationProperties;

/// Gives a property of an application a value.
#[derive(Debug)]
pub struct SetApplicationProperty;

/// The values of an application's properties.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PropertyValuesAnswer {
    properties: Vec<PropertyValueShown>,
    has_more: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PropertyValueShown {
    id: String,
    name: String,
    description: String,
    key: String,
    value: Scalar,
}

/// The value of a property.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// The value.
    value: Scalar,
    /// Whether tokens of the application carry it; as it was if absent.
    in_token: Option<bool>,
}

impl Operation for ListApplicationProperties {
    const ID: &'static str = "listApplicationProperties";
    const PATH: &'static str = "/api/v1/applications/{application_id}/properties";
    const SCOPE: &'static str = "read:application_properties";
    const SUMMARY: &'static str = "List the values of an application's properties";
    const REFUSALS: &'static [u16] = &[404];
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = PropertyValuesAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<PropertyValuesAnswer> {
        let outline = m2m_store::Backend::outline(manager.host().registry()).await?;
        let named = call.named("application_id");
        let application = lookup::application(manager.host().registry(), named).await?;
        let values = outline.properties.iter().filter_map(|property| {
            let value = value(&application.value, &property.value.key)?;
            Some(PropertyValueShown {
                id: property.id.to_string(),
                name: property.value.name.to_string(),
                description: property.value.description.to_string(),
                key: property.value.key.to_string(),
                value,
            })
        });
        Ok(PropertyValuesAnswer {
            properties: values.collect(),
            has_more: false,
        })
    }
}

impl Operation for SetApplicationProperty {
    const ID: &'static str = "setApplicationProperty";
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/api/v1/applications/{application_id}/properties/{property_key}";
    const SCOPE: &'static str = "update:application_properties";
    const SUMMARY: &'static str = "Give a property of an application a value";
    const CODE: &'static str = "PROPERTY_UPDATED";
    const MESSAGE: &'static str = "Property successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"value": "eu"}"#);
    type Query = NoQuery;
    type Body = Json<NewValue>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        let property = lookup::property(&decision.properties, call.named("property_key"))?;
        let mut application = stored.value.clone();
        set(&mut application, property, &call.body.0)?;
        applications::check(&decision, Some(&stored), &application).await?;
        decision.draft.update(&stored, application, None);
        decision.commit().await
    }
}

fn set(application: &mut Application, property: &Stored<Property>, new: &NewValue) -> Result<()> {
    let key = &property.value.key;
    if property.value.context != PropertyContext::Application {
        let message = "property_key: it is no property of applications";
        return Err(OperationError::conflict("PROPERTY_OF_OTHERS", message));
    }
    let value = new.value.0.clone();
    application.spec.properties.insert(key.clone(), value);
    match new.in_token {
        Some(true) if property.value.private => {
            return Err(OperationError::conflict(
                "PROPERTY_PRIVATE",
                "in_token: the property is private, and no token carries it",
            ));
        }
        Some(true) if !application.spec.token_properties.contains(key) => {
            application.spec.token_properties.push(key.clone());
        }
        Some(false) => application.spec.token_properties.retain(|own| own != key),
        Some(true) | None => {}
    }
    Ok(())
}

fn value(application: &Application, key: &str) -> Option<Scalar> {
    application.spec.properties.get(key).cloned().map(Scalar)
}
