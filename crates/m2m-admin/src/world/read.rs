//! From a document, whether it came as TOML or as JSON, to records.

use std::borrow::Cow;

use m2m_authority::registry::{
    Api, ApplicationSpec, MANAGEMENT_ALIAS, Organization, Path, Property, Record, SecretHash,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Declared, Mistake};
use crate::operations::text::{ClientIdText, SecretSha256};
use crate::wording;

/// The registry as world.toml has it, as JSON.
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

/// The fields of an application that are not declared of it: its name for machines, and its secret.
const CLIENT_ID: &str = "client_id";
const SECRET: &str = "secret_sha256";

/// Reads a document.
pub(super) fn document(mut value: Value) -> Result<Document<Declared>, Mistake> {
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
    for api in document.api.iter_mut().filter(|api| api.is_management()) {
        // Clients of the same management API elsewhere call it so. Without the alias another API could take the name.
        if !api.aliases.iter().any(|alias| **alias == *MANAGEMENT_ALIAS) {
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

/// The records of a list, as far as they have the form of any. What has another form stays, and is refused where it is read.
fn records(value: &mut Value, record: Record) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list = value.get_mut(record.as_str()).and_then(Value::as_array_mut);
    let records: &mut [Value] = match list {
        // One that is no record would put the others out of step with what was taken from them.
        Some(list) if list.iter().all(Value::is_object) => list,
        Some(_) | None => &mut [],
    };
    records.iter_mut().filter_map(Value::as_object_mut)
}

/// A record without a name is called by its identifier.
fn name_by(record: &mut Map<String, Value>, identifier: &str) {
    if let Some(identifier @ Value::String(_)) = record.get(identifier).cloned() {
        let name = record.entry("name").or_insert(Value::Null);
        if name.is_null() {
            *name = identifier;
        }
    }
}

/// The names of fields that an application has beside those that are declared of it.
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
        Some(value) => Err(Mistake::not_a_string(path(), &value)),
    }
}

/// The schema of an application: everything that is declared of it, its name for machines and its secret.
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
