//! The values of properties of applications.

use m2m_api::Done;
use m2m_api::operations::{
    ListApplicationProperties, NewValue, PropertyValueShown, PropertyValuesAnswer,
    SetApplicationProperty,
};
use m2m_api::values::ScalarText;
use m2m_authority::registry::{Application, Property, PropertyContext};
use m2m_store::Stored;

use super::Result;
use super::{applications, lookup};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

impl Perform for ListApplicationProperties {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<PropertyValuesAnswer>> {
        let outline = m2m_store::Backend::outline(manager.host().registry()).await?;
        let named = &call.names.application_id;
        let application = lookup::application(manager.host().registry(), named).await?;
        let values = outline.properties.iter().filter_map(|property| {
            let value = value(&application.value, &property.value.key)?;
            Some(PropertyValueShown {
                id: property.id.to_string(),
                name: property.value.name.to_string(),
                description: property.value.description.to_string(),
                key: property.value.key.to_string(),
                value: value.into(),
            })
        });
        Ok(PropertyValuesAnswer {
            properties: values.collect(),
            has_more: false,
        }
        .into())
    }
}

impl Perform for SetApplicationProperty {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        let property = lookup::property(&decision.properties, &call.names.property_key)?;
        let mut application = stored.value.clone();
        set(&mut application, property, &call.body)?;
        applications::check(&decision, Some(&stored), &application).await?;
        decision.draft.update(&stored, application, None);
        decision.commit().await
    }
}

fn set(application: &mut Application, property: &Stored<Property>, new: &NewValue) -> Result<()> {
    let key = &property.value.key;
    if property.value.context != PropertyContext::Application {
        return Err(OperationError::PropertyNotForApplications);
    }
    let value = new.value.0.clone();
    application.spec.properties.insert(key.clone(), value);
    match new.in_token {
        Some(true) if property.value.private => {
            return Err(OperationError::PropertyPrivate);
        }
        Some(true) if !application.spec.token_properties.contains(key) => {
            application.spec.token_properties.push(key.clone());
        }
        Some(false) => application.spec.token_properties.retain(|own| own != key),
        Some(true) | None => {}
    }
    Ok(())
}

fn value(application: &Application, key: &str) -> Option<ScalarText> {
    application.spec.properties.get(key).map(ScalarText::from)
}
