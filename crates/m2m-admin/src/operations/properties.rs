//! The properties that applications can have.

use m2m_api::operations::{
    Context, CreateProperty, DeleteProperty, ListProperties, PropertiesAnswer, PropertyCreated,
    PropertyShown, PropertyType, UpdateProperty,
};
use m2m_api::values::Key;
use m2m_api::{Done, Reference};
use m2m_authority::registry::{Property, PropertyContext};
use m2m_store::{Backend as _, Filter, RecordId, Stored, Write};

use super::Result;
use super::{list, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

impl Perform for ListProperties {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<PropertiesAnswer>> {
        let query = &call.query;
        let most = list::page_size(query.page_size);
        // An invalid id is replaced by the smallest one.
        let id = |text: &Option<Key>| {
            let text = text.as_ref().map(Key::as_str);
            text.map(|text| RecordId::parse(text).unwrap_or(RecordId::from_bytes([0; 16])))
        };
        let (after, before) = (id(&query.starting_after), id(&query.ending_before));
        let context = query.context.map(PropertyContext::from);
        let properties = manager.host().registry().outline().await?.properties;
        let mut wanted: Vec<&Stored<Property>> = properties
            .iter()
            .filter(|stored| context.is_none_or(|context| stored.value.context == context))
            .filter(|stored| after.is_none_or(|after| stored.id > after))
            .filter(|stored| before.is_none_or(|before| stored.id < before))
            .collect();
        // A page ends at an id, so that ids are the order.
        wanted.sort_by_key(|stored| stored.id);
        let has_more = wanted.len() > most;
        if before.is_some() && after.is_none() {
            // The last page before `ending_before`, and not the first page of the list.
            wanted.drain(..wanted.len().saturating_sub(most));
        } else {
            wanted.truncate(most);
        }
        Ok(PropertiesAnswer {
            properties: wanted.into_iter().map(shown).collect(),
            has_more,
        }
        .into())
    }
}

impl Perform for CreateProperty {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<PropertyCreated>> {
        let new = &call.body;
        let mut decision = manager.decide(&call.operator).await?;
        let mut known = decision.properties.iter();
        if known.any(|stored| *stored.value.key == *new.key.as_str()) {
            return Err(OperationError::PropertyTaken((&new.key).into()));
        }
        let mut property = Property {
            private: new.is_private,
            kind: new.r#type.into(),
            context: new.context.into(),
            ..Property::new(new.key.as_str(), new.name.as_str())
        };
        if let Some(description) = &new.description {
            property.description = description.clone();
        }
        new.category_id
            .apply(&mut property.category_id, |text| text.into());
        let mut randomness = manager.randomness();
        let id = decision.draft.create(property, None, &mut randomness);
        decision.commit().await?;
        Ok(PropertyCreated {
            property: Reference { id: id.to_string() },
        }
        .into())
    }
}

impl Perform for UpdateProperty {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let change = &call.body;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.property(call, &call.names.property_id)?;
        let mut property = stored.value.clone();
        if let Some(name) = change.name.value() {
            property.name = name.into();
        }
        if let Some(description) = change.description.value() {
            property.description = description.clone();
        }
        change
            .category_id
            .apply(&mut property.category_id, |text| text.into());
        if let Some(is_private) = change.is_private.value().copied() {
            property.private = is_private;
        }
        let becomes_private = property.private && !stored.value.private;
        let key = property.key.clone();
        decision.draft.update(&stored, property, None);
        if becomes_private {
            // Tokens no longer carry the property from now on.
            let filter = Filter::WithProperty(&key);
            for application in protection::dependents(decision.registry(), filter).await? {
                let mut value = application.value.clone();
                value.spec.token_properties.retain(|own| *own != key);
                decision.draft.update(&application, value, None);
            }
        }
        decision.commit().await
    }
}

impl Perform for DeleteProperty {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.property(call, &call.names.property_id)?;
        let key = stored.value.key.clone();
        let filter = Filter::WithProperty(&key);
        for application in protection::dependents(decision.registry(), filter).await? {
            let mut value = application.value.clone();
            value.spec.properties.remove(&key);
            value.spec.token_properties.retain(|own| *own != key);
            decision.draft.update(&application, value, None);
        }
        decision
            .draft
            .delete(&stored, Write::DeleteProperty(stored.id));
        decision.commit().await
    }
}

fn shown(stored: &Stored<Property>) -> PropertyShown {
    let property = &stored.value;
    PropertyShown {
        id: stored.id.to_string(),
        key: property.key.to_string(),
        name: property.name.to_string(),
        is_private: property.private,
        description: property.description.clone().into(),
        is_kinde_property: false,
        r#type: PropertyType::from(property.kind).into(),
        context: Context::from(property.context).into(),
        category_id: property.category_id.as_deref().map(ToOwned::to_owned),
    }
}
