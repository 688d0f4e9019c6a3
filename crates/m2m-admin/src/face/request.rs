//! From bytes to what an operation takes.

use bytes::Bytes;
use http::HeaderValue;
use oauth_proto::UniqueMembers;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Value, json};

use super::query;
use crate::operation::{Call, Names, Operation, Operator};
use crate::operations::patch::NOT_CLEARED;
use crate::{OperationError, World};

/// A request that the guard has let pass, not read yet.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) operator: Operator,
    pub(super) names: Names,
    pub(super) query: Option<Box<str>>,
    pub(super) content_type: Option<HeaderValue>,
    pub(super) if_match: Option<String>,
    pub(super) body: Bytes,
}

/// What an operation takes as its body.
pub trait RequestBody: Sized + Send + Sync + 'static {
    /// How large it may be. Unit: bytes.
    const MAX_BYTES: usize;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// If it is none; with the member that is wrong.
    fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, OperationError>;

    /// The request body object of the OpenAPI document, if there is one.
    fn describe(generator: &mut SchemaGenerator, example: Option<&str>) -> Option<Value>;
}

/// No body. One that comes all the same is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoBody;

/// A JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// A registry file, as TOML or as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryDocument {
    /// The text of a `world.toml`. Errors name places in it, because the caller has the same text.
    Toml(String),
    /// The same as JSON.
    Json(Value),
}

impl Raw {
    /// Reads it as a call of this operation.
    pub(super) fn read<O: Operation>(self) -> Result<Call<O>, OperationError> {
        let content_type = match &self.content_type {
            None => None,
            // What is not text is no media type that is taken.
            Some(value) => Some(value.to_str().unwrap_or("?")),
        };
        // A condition that is not looked at must not pass for one that holds (RFC 9110, section 13.1.1).
        if self.if_match.is_some() && !O::REFUSALS.contains(&412) {
            let message = "If-Match: this operation has no version to compare with; leave it out";
            return Err(OperationError::new(412, "VERSION_UNKNOWN", message));
        }
        Ok(Call {
            query: query::read(self.query.as_deref())?,
            body: O::Body::read(content_type, &self.body)?,
            operator: self.operator,
            names: self.names,
            if_match: self.if_match,
        })
    }
}

impl RequestBody for NoBody {
    const MAX_BYTES: usize = MAX_JSON_BYTES;

    fn read(_: Option<&str>, _: &[u8]) -> Result<Self, OperationError> {
        Ok(Self)
    }

    fn describe(_: &mut SchemaGenerator, _: Option<&str>) -> Option<Value> {
        None
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + Sync + 'static> RequestBody for Json<T> {
    const MAX_BYTES: usize = MAX_JSON_BYTES;

    fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, OperationError> {
        // Who has nothing to say may leave out the braces, where nothing needs to be said.
        if body.is_empty() && content_type.is_none() {
            return json(b"{}").map(Self);
        }
        match content_type.map(media_type).as_deref() {
            Some(JSON) => json(body).map(Self),
            _ => Err(unsupported(JSON)),
        }
    }

    fn describe(generator: &mut SchemaGenerator, example: Option<&str>) -> Option<Value> {
        let schema = generator.subschema_for::<T>();
        let mut content = json!({ "schema": schema });
        if let (Some(example), Some(content)) = (example, content.as_object_mut()) {
            let example = serde_json::from_str(example).unwrap_or_default();
            content.insert("example".to_owned(), example);
        }
        // Who has nothing to say may leave it out.
        let is_required = json::<T>(b"{}").is_err();
        Some(json!({ "required": is_required, "content": { JSON: content } }))
    }
}

impl RequestBody for RegistryDocument {
    const MAX_BYTES: usize = MAX_WORLD_BYTES;

    fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, OperationError> {
        match content_type.map(media_type).as_deref() {
            Some(JSON) => json(body).map(Self::Json),
            // With nothing in it everything would be pruned, and nobody means that.
            Some(TOML) if body.is_empty() => Err(OperationError::new(
                400,
                "BODY_MALFORMED",
                "the body is empty, where a world.toml was expected",
            )),
            Some(TOML) => match core::str::from_utf8(body) {
                Ok(text) => Ok(Self::Toml(text.to_owned())),
                Err(error) => Err(OperationError::new(
                    400,
                    "BODY_MALFORMED",
                    format!("the body is not UTF-8 from byte {} on", error.valid_up_to()),
                )),
            },
            _ => Err(unsupported("application/json or application/toml")),
        }
    }

    fn describe(generator: &mut SchemaGenerator, example: Option<&str>) -> Option<Value> {
        let example: Value = example
            .and_then(|example| serde_json::from_str(example).ok())
            .unwrap_or_default();
        Some(json!({
            "required": true,
            "content": {
                JSON: {
                    "schema": generator.subschema_for::<World>(),
                    "example": example,
                },
                TOML: {
                    "schema": { "type": "string", "minLength": 1, "format": "world-toml", "description": "A world.toml." },
                    "example": "[[organization]]\ncode = \"org_acme\"\nname = \"Acme\"\n",
                },
            },
        }))
    }
}

/// Reads a document, and names the member that is wrong.
fn json<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<T, OperationError> {
    // Whether it is JSON at all, and reads alike for everybody, comes before what it says.
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let _: UniqueMembers =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            match error.inner().classify() {
                Category::Data => OperationError::of_form("body", &error),
                Category::Io | Category::Syntax | Category::Eof => malformed(error.inner()),
            }
        })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let is_null = error.inner().to_string().starts_with(NOT_CLEARED);
        let refused = OperationError::of_form("body", &error);
        match clearable::<T>().join(", ") {
            names if is_null && !names.is_empty() => {
                refused.with_help(&format!("null clears {names}"))
            }
            _ => refused,
        }
    })
}

/// The members of a body that may be null.
fn clearable<T: JsonSchema>() -> Vec<String> {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let members = schema.get("properties").and_then(Value::as_object);
    let is_null = |kind: &Value| kind == "null";
    let is_nullable = |schema: &Value| {
        let mut types = schema
            .get("type")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut choices = schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        types.any(is_null) || choices.any(|choice| choice.get("type").is_some_and(is_null))
    };
    let members = members.into_iter().flatten();
    let nullable = members.filter(|(_, schema)| is_nullable(schema));
    nullable.map(|(name, _)| name.clone()).collect()
}

fn malformed(error: &serde_json::Error) -> OperationError {
    let message = format!("the body is not JSON: {error}");
    OperationError::new(400, "BODY_MALFORMED", message)
}

/// The media type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    let (essence, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    essence.trim().to_ascii_lowercase()
}

fn unsupported(taken: &str) -> OperationError {
    let message = format!("Content-Type: this operation takes a body of {taken}");
    OperationError::new(415, "MEDIA_TYPE_UNSUPPORTED", message)
}

const JSON: &str = "application/json";
const TOML: &str = "application/toml";

/// Far more than any single record needs. Unit: bytes.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// As much as tens of thousands of applications need. Unit: bytes.
const MAX_WORLD_BYTES: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_document() {
        for body in ["{}{}", "{}\n{\"a\": 1}", "{}]}", "{}\0", "{} x"] {
            let error = json::<Value>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), "BODY_MALFORMED", "{body:?}");
        }
        assert_eq!(json::<Value>(b" {} \n").unwrap(), json!({}));
    }
}
