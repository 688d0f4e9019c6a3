//! The conversion of a document, read from TOML or JSON, to records.

use std::borrow::Cow;

use m2m_authority::registry::{
    Api, ApplicationSpec, MANAGEMENT_ALIAS, Organization, Path, Property, Record, SecretHash,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Declared, Mistake};
use crate::wording;
use m2m_api::values::{ClientIdText, SecretSha256};

/// The document of a registry file, as JSON.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "World")]
#[serde(
    deny_unknown_fields,
    expecting = "a registry: api, organization, property and application",
    bound(deserialize = "A: Deserialize<'de>")
)]
pub(super) struct Document<A> {
    #[serde(default)]
    pub(super) api: Vec<Api>,
    #[serde(default)]
    pub(super) organization: Vec<Organization>,
    #[serde(default)]
    pub(super) property: Vec<Property>,
    #[serde(default)]
    pub(super) application: Vec<A>,
}

/// The fields of an application that are not part of its specification: its client id and its secret.
const CLIENT_ID: &str = "client_id";
const SECRET: &str = "secret_sha256";

/// Reads a document.
pub(super) fn document(mut value: Value) -> Result<Document<Declared>, Mistake> {
    are_tables(&value)?;
    for organization in records(&mut value, Record::Organization) {
        name_by(organization, "code");
    }
    for property in records(&mut value, Record::Property) {
        name_by(property, "key");
    }
    let credentials: Vec<_> = records(&mut value, Record::Application)
        .map(|application| (application.remove(CLIENT_ID), application.remove(SECRET)))
        .collect();
    let mut document: Document<ApplicationSpec> = serde_path_to_error::deserialize(value)
        .map_err(|error| Mistake::of_form(wording::read(&error, also)))?;
    for (index, api) in document.api.iter_mut().enumerate() {
        // A file cannot set aliases of an API: each would grant access to the API under an unexpected name.
        if !api.aliases.is_empty() {
            let path = Path::of(Record::Api, index).member("aliases");
            return Err(Mistake::unknown_field(path, "aliases"));
        }
        if !api.earlier_algs.is_empty() {
            let path = Path::of(Record::Api, index).member("earlier_algs");
            return Err(Mistake::unknown_field(path, "earlier_algs"));
        }
        if api.is_management() {
            // Clients of the same management API elsewhere use this name.
            api.aliases.push(MANAGEMENT_ALIAS.into());
        }
    }
    let mut application = Vec::with_capacity(document.application.len());
    let declared = document.application.into_iter().zip(credentials);
    for (index, (spec, (client_id, secret))) in declared.enumerate() {
        let at = |field| Path::of(Record::Application, index).member(field);
        application.push(Declared {
            client_id: text(client_id, || at(CLIENT_ID))?,
            secret: match text(secret, || at(SECRET))? {
                None => None,
                Some(text) => Some(
                    SecretHash::from_base64(&text)
                        .map_err(|error| Mistake::in_secret(at(SECRET), error.to_string()))?,
                ),
            },
            spec,
        });
    }
    Ok(Document {
        api: document.api,
        organization: document.organization,
        property: document.property,
        application,
    })
}

/// Refuses a record that is not a table.
fn are_tables(value: &Value) -> Result<(), Mistake> {
    for record in Record::ALL {
        let list = value.get(record.as_str()).and_then(Value::as_array);
        let mut records = list.into_iter().flatten().enumerate();
        if let Some((index, value)) = records.find(|(_, value)| !value.is_object()) {
            let expected = match record {
                Record::Api => "[[api]] with name and audience",
                Record::Organization => "[[organization]] with code",
                Record::Property => "[[property]] with key",
                Record::Application => "[[application]] with name",
            };
            return Err(Mistake::other_form(
                Path::of(record, index),
                expected,
                value,
            ));
        }
    }
    Ok(())
}

/// Returns the records of a list, if the value is a list.
fn records(value: &mut Value, record: Record) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list = value.get_mut(record.as_str()).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Sets the name of a record without one to its identifier.
fn name_by(record: &mut Map<String, Value>, identifier: &str) {
    if let Some(identifier @ Value::String(_)) = record.get(identifier).cloned() {
        let name = record.entry("name").or_insert(Value::Null);
        if name.is_null() {
            *name = identifier;
        }
    }
}

/// Returns the names of the fields that an application has in addition to its specification.
fn also(path: &Path) -> &'static [&'static str] {
    match path.record() {
        Some((Record::Application, _)) if path.steps().len() == 3 => &[CLIENT_ID, SECRET],
        Some(_) | None => &[],
    }
}

fn text(value: Option<Value>, path: impl FnOnce() -> Path) -> Result<Option<Box<str>>, Mistake> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.into())),
        Some(value) => Err(Mistake::other_form(path(), "a string, in quotes", &value)),
    }
}

/// The schema of an application: its specification, its client id and its secret.
impl JsonSchema for Declared {
    fn schema_name() -> Cow<'static, str> {
        "WorldApplication".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ApplicationSpec::json_schema(generator);
        let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
        if let Some(fields) = fields {
            let client_id = Option::<ClientIdText>::json_schema(generator);
            let secret = Option::<SecretSha256>::json_schema(generator);
            fields.insert(CLIENT_ID.to_owned(), client_id.into());
            fields.insert(SECRET.to_owned(), secret.into());
        }
        schema
    }
}
