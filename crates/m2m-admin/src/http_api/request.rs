//! From bytes to what an operation takes.

use bytes::Bytes;
use http::HeaderValue;
use m2m_api::values::NOT_CLEARED;
use m2m_api::{
    Body as _, BodyReader, Content, Operation, PathNames as _, RegistryDocument, Versioning,
};
use oauth_proto::UniqueMembers;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use super::query;
use super::router::Names;
use crate::OperationError;
use crate::perform::{Call, Operator};

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

impl Raw {
    /// Reads it as a call of this operation.
    pub(super) fn read<O: Operation>(mut self) -> Result<Call<O>, OperationError> {
        let content_type = match &self.content_type {
            None => None,
            // What is not text is no media type that is taken.
            Some(value) => Some(value.to_str().unwrap_or("?")),
        };
        // A condition that is not looked at must not pass for one that holds (RFC 9110, section 13.1.1).
        if self.if_match.is_some() && O::SPEC.versioning != Versioning::Compared {
            let message = "If-Match: this operation has no version to compare with; leave it out";
            return Err(OperationError::new(412, "VERSION_UNKNOWN", message));
        }
        Ok(Call {
            query: query::read(self.query.as_deref())?,
            body: O::Body::read(Received {
                content_type,
                body: &self.body,
            })?,
            names: O::Names::read(|place| self.names.take(place)),
            operator: self.operator,
            if_match: self.if_match,
        })
    }
}

/// The body of one request, with what its sender says of it.
pub(super) struct Received<'r> {
    pub(super) content_type: Option<&'r str>,
    pub(super) body: &'r [u8],
}

impl Received<'_> {
    /// A request without a body.
    pub(super) const NOTHING: Self = Self {
        content_type: None,
        body: b"",
    };

    fn media_type(&self) -> Option<String> {
        self.content_type.map(media_type)
    }
}

impl BodyReader for Received<'_> {
    type Error = OperationError;

    fn json<T: DeserializeOwned + JsonSchema>(self) -> Result<T, OperationError> {
        // Who has nothing to say may leave out the braces, where nothing needs to be said.
        if self.body.is_empty() && self.content_type.is_none() {
            return json(b"{}");
        }
        match self.media_type().as_deref() {
            Some(Content::JSON) => json(self.body),
            _ => Err(unsupported(Content::JSON)),
        }
    }

    fn registry_document(self) -> Result<RegistryDocument, OperationError> {
        match self.media_type().as_deref() {
            Some(Content::JSON) => json(self.body).map(RegistryDocument::Json),
            // With nothing in it everything would be pruned, and nobody means that.
            Some(Content::TOML) if self.body.is_empty() => Err(OperationError::new(
                400,
                "BODY_MALFORMED",
                "the body is empty, where a world.toml was expected",
            )),
            Some(Content::TOML) => match core::str::from_utf8(self.body) {
                Ok(text) => Ok(RegistryDocument::Toml(text.to_owned())),
                Err(error) => Err(OperationError::new(
                    400,
                    "BODY_MALFORMED",
                    format!("the body is not UTF-8 from byte {} on", error.valid_up_to()),
                )),
            },
            _ => Err(unsupported("application/json or application/toml")),
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn a_body_is_one_document() {
        for body in ["{}{}", "{}\n{\"a\": 1}", "{}]}", "{}\0", "{} x"] {
            let error = json::<Value>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), "BODY_MALFORMED", "{body:?}");
        }
        assert_eq!(json::<Value>(b" {} \n").unwrap(), value!({}));
    }
}
