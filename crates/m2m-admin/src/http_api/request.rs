//! The conversion of a request from bytes to the call of an operation.

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

use super::router::Names;
use super::{form, query};
use crate::OperationError;
use crate::operator::Operator;
use crate::perform::Call;

/// A request that the guard has accepted, before it is read.
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
    /// Reads the request as a call of this operation.
    pub(super) fn read<O: Operation>(mut self) -> Result<Call<O>, OperationError> {
        let content_type = match &self.content_type {
            None => None,
            // A value that is not text cannot be an accepted media type.
            Some(value) => Some(value.to_str().unwrap_or("?")),
        };
        // A condition that is not checked must not appear to hold (RFC 9110, section 13.1.1).
        if self.if_match.is_some() && O::SPEC.versioning != Versioning::Compared {
            return Err(OperationError::VersionUnknown);
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

/// The body of one request, with its content type.
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
        // A caller may leave out the body if no member is required.
        if self.body.is_empty() && self.content_type.is_none() {
            return json(b"{}");
        }
        match self.media_type().as_deref() {
            Some(Content::JSON) => json(self.body),
            _ => Err(OperationError::MediaTypeUnsupported {
                taken: Content::JSON,
            }),
        }
    }

    fn registry_document(self) -> Result<RegistryDocument, OperationError> {
        match self.media_type().as_deref() {
            Some(Content::JSON) => json(self.body).map(RegistryDocument::Json),
            // With `prune`, an empty file would delete everything, which is never intended.
            Some(Content::TOML) if self.body.is_empty() => {
                Err(OperationError::RegistryDocumentEmpty)
            }
            Some(Content::TOML) => match core::str::from_utf8(self.body) {
                Ok(text) => Ok(RegistryDocument::Toml(text.to_owned())),
                Err(error) => Err(OperationError::BodyNotUtf8 {
                    from: error.valid_up_to(),
                }),
            },
            _ => Err(OperationError::MediaTypeUnsupported {
                taken: "application/json or application/toml",
            }),
        }
    }
}

/// Reads a document, or names the invalid member.
fn json<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<T, OperationError> {
    // The check that it is JSON with unique members comes before its content.
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let _: UniqueMembers =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            match error.inner().classify() {
                Category::Data => form::invalid("body", &error),
                Category::Io | Category::Syntax | Category::Eof => malformed(error.inner()),
            }
        })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let is_null = error.inner().to_string().starts_with(NOT_CLEARED);
        match clearable::<T>().join(", ") {
            names if is_null && !names.is_empty() => {
                form::invalid_with_help("body", &error, &format!("null clears {names}"))
            }
            _ => form::invalid("body", &error),
        }
    })
}

/// Returns the members of a body that can be null.
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
    OperationError::BodyNotJson {
        why: error.to_string().into(),
    }
}

/// Returns the media type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    let (essence, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    essence.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use m2m_api::Code;
    use serde_json::json as value;

    use super::*;

    #[test]
    fn a_body_is_one_document() {
        for body in ["{}{}", "{}\n{\"a\": 1}", "{}]}", "{}\0", "{} x"] {
            let error = json::<Value>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::BodyMalformed, "{body:?}");
        }
        assert_eq!(json::<Value>(b" {} \n").unwrap(), value!({}));
    }
}
