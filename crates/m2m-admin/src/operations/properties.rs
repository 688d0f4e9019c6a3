//! Properties that applications can carry.

use http::Method;
use m2m_authority::registry::{Property, PropertyContext, PropertyKind, Text};
use m2m_store::{Backend as _, Filter, RecordId, Stored, Write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::list::{self, PageSize, Reference};
use super::patch::{Given, Patch};
use super::protection;
use super::text::{Key, Name, PathKey};
use crate::face::{Json, NoBody};
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::{Host, Manager, OperationError};

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
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPropertiesQuery {
    /// Those that have values of this.
    context: Option<Context>,
    /// How many at most.
    page_size: Option<PageSize>,
    /// Those that were made after the one with this id.
    starting_after: Option<Key>,
    /// Those that were made before the one with this id.
    ending_before: Option<Key>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(super) enum Context {
    #[serde(rename = "app")]
    Application,
    #[serde(rename = "org")]
    Organization,
    #[serde(rename = "usr")]
    User,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum Kind {
    SingleLineText,
    MultiLineText,
}

/// A property that is to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProperty {
    /// The name that people see.
    name: Name,
    /// What it is for.
    description: Option<Text<2000>>,
    /// The key by which applications and tokens name it. It does not change.
    key: PathKey,
    /// How its values are entered.
    r#type: Kind,
    /// What has values of it.
    context: Context,
    /// Whether only operators see its values. A private property never goes into a token.
    is_private: bool,
    /// The category that it stands in, in the words of whoever makes it.
    #[serde(default)]
    category_id: Patch<Name>,
}

/// A change of a property.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyChange {
    /// The name that people see.
    #[serde(default)]
    name: Given<Name>,
    /// What it is for.
    #[serde(default)]
    description: Given<Text<2000>>,
    /// Whether only operators see its values.
    #[serde(default)]
    is_private: Given<bool>,
    /// The category that it stands in.
    #[serde(default)]
    category_id: Patch<Name>,
}

/// A page of properties.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PropertiesAnswer {
    properties: Vec<PropertyShown>,
    has_more: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PropertyShown {
    id: String,
    key: String,
    name: String,
    is_private: bool,
    description: Text<2000>,
    is_kinde_property: bool,
    r#type: Kind,
    context: Context,
    category_id: Option<String>,
}

/// A property that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PropertyCreated {
    property: Reference,
}

impl Operation for ListProperties {
    const ID: &'static str = "listProperties";
    const PATH: &'static str = "/api/v1/properties";
    const SCOPE: &'static str = "read:properties";
    const SUMMARY: &'static str = "List properties";
    const WEIGHT: Weight = Weight::Page;
    type Query = ListPropertiesQuery;
    type Body = NoBody;
    type Answer = PropertiesAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<PropertiesAnswer> {
        let query = &call.query;
        let most = list::page_size(query.page_size);
        // An id that is none has nothing on either side.
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
        // What a page ends at is told by ids, so that they are the order.
        wanted.sort_by_key(|stored| stored.id);
        let has_more = wanted.len() > most;
        if before.is_some() && after.is_none() {
            // The page that ends there, not the one that begins at the beginning.
            wanted.drain(..wanted.len().saturating_sub(most));
        } else {
            wanted.truncate(most);
        }
        Ok(PropertiesAnswer {
            properties: wanted.into_iter().map(shown).collect(),
            has_more,
        })
    }
}

impl Operation for CreateProperty {
    const ID: &'static str = "createProperty";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/properties";
    const SCOPE: &'static str = "create:properties";
    const SUMMARY: &'static str = "Make a property";
    const CODE: &'static str = "PROPERTY_CREATED";
    const MESSAGE: &'static str = "Property successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[409];
    const EXAMPLE: Option<&'static str> = Some(
        r#"{"name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false, "category_id": "cat_1"}"#,
    );
    type Query = NoQuery;
    type Body = Json<NewProperty>;
    type Answer = PropertyCreated;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<PropertyCreated> {
        let new = &call.body.0;
        let mut decision = manager.decide(&call.operator).await?;
        let mut known = decision.properties.iter();
        if known.any(|stored| stored.value.key == new.key.0) {
            return Err(OperationError::taken("property", "key", new.key.as_str()));
        }
        let mut property = Property {
            private: new.is_private,
            kind: match new.r#type {
                Kind::SingleLineText => PropertyKind::SingleLineText,
                Kind::MultiLineText => PropertyKind::MultiLineText,
            },
            context: new.context.into(),
            ..Property::new(new.key.as_str(), new.name.as_str())
        };
        if let Some(description) = &new.description {
            property.description = description.clone();
        }
        new.category_id
            .apply(&mut property.category_id, |category| category.0.clone());
        let mut randomness = manager.randomness();
        let id = decision.draft.create(property, None, &mut randomness);
        decision.commit().await?;
        Ok(PropertyCreated {
            property: Reference { id: id.to_string() },
        })
    }
}

impl Operation for UpdateProperty {
    const ID: &'static str = "updateProperty";
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/api/v1/properties/{property_id}";
    const SCOPE: &'static str = "update:properties";
    const SUMMARY: &'static str = "Change a property; what is absent stays";
    const CODE: &'static str = "PROPERTY_UPDATED";
    const MESSAGE: &'static str = "Property successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> =
        Some(r#"{"name": "Region", "is_private": false, "category_id": "cat_1"}"#);
    type Query = NoQuery;
    type Body = Json<PropertyChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let change = &call.body.0;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.property(call)?;
        let mut property = stored.value.clone();
        if let Some(name) = change.name.value() {
            property.name = name.0.clone();
        }
        if let Some(description) = change.description.value() {
            property.description = description.clone();
        }
        change
            .category_id
            .apply(&mut property.category_id, |category| category.0.clone());
        if let Some(is_private) = change.is_private.value().copied() {
            property.private = is_private;
        }
        let becomes_private = property.private && !stored.value.private;
        let key = property.key.clone();
        decision.draft.update(&stored, property, None);
        if becomes_private {
            // From now on no token carries it.
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

impl Operation for DeleteProperty {
    const ID: &'static str = "deleteProperty";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/properties/{property_id}";
    const SCOPE: &'static str = "delete:properties";
    const SUMMARY: &'static str = "Take a property away, with its values";
    const CODE: &'static str = "PROPERTY_DELETED";
    const MESSAGE: &'static str = "Property successfully deleted";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.property(call)?;
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

impl From<Context> for PropertyContext {
    fn from(context: Context) -> Self {
        match context {
            Context::Application => Self::Application,
            Context::Organization => Self::Organization,
            Context::User => Self::User,
        }
    }
}

fn shown(stored: &Stored<Property>) -> PropertyShown {
    let property = &stored.value;
    PropertyShown {
        id: stored.id.to_string(),
        key: property.key.to_string(),
        name: property.name.to_string(),
        is_private: property.private,
        description: property.description.clone(),
        is_kinde_property: false,
        r#type: match property.kind {
            PropertyKind::SingleLineText => Kind::SingleLineText,
            PropertyKind::MultiLineText => Kind::MultiLineText,
        },
        context: match property.context {
            PropertyContext::Application => Context::Application,
            PropertyContext::Organization => Context::Organization,
            PropertyContext::User => Context::User,
        },
        category_id: property.category_id.as_deref().map(ToOwned::to_owned),
    }
}
