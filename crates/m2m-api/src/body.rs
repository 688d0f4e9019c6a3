//! The body of a request.

use core::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The body of an operation: nothing, a JSON document, or a registry file.
///
/// Every type that has a JSON form is a JSON body.
pub trait Body: Sized + Send + Sync + 'static {
    /// The form of the body.
    const FORM: BodyForm;

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// The error of the reader if the body cannot be read.
    fn read<R: BodyReader>(reader: R) -> Result<Self, R::Error>;

    /// Returns the content of a request, or `None` if there is nothing to send.
    fn content(&self) -> Option<Content>;

    /// Returns the schema of the body if it is a JSON document.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

/// The form of a body.
///
/// Exhaustive: a server has to handle every form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyForm {
    /// The operation does not have a body. A body that is sent anyway is ignored.
    Nothing,
    /// A JSON document.
    Json,
    /// A registry file, as TOML or as JSON.
    RegistryDocument,
}

/// A reader of the body of one request.
pub trait BodyReader {
    /// The reason why a body cannot be read.
    type Error;

    /// Reads a JSON document.
    ///
    /// # Errors
    ///
    /// An error if the body is not a JSON document of this type.
    fn json<T: DeserializeOwned + JsonSchema>(self) -> Result<T, Self::Error>;

    /// Reads a registry file.
    ///
    /// # Errors
    ///
    /// An error if the body is neither TOML nor JSON. Mistakes in the file are found later.
    fn registry_document(self) -> Result<RegistryDocument, Self::Error>;
}

/// The content of a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// The media type.
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The body of an operation that does not have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoBody;

/// A registry file, as TOML or as JSON.
///
/// Exhaustive: a server has to read every form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryDocument {
    /// The text of a `world.toml`. Errors refer to positions in it, because the caller has the same text.
    Toml(String),
    /// The same document as JSON.
    Json(Value),
}

impl BodyForm {
    /// Returns the maximum size of the body. Unit: bytes.
    #[must_use]
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Nothing | Self::Json => MAX_JSON_BYTES,
            Self::RegistryDocument => MAX_REGISTRY_BYTES,
        }
    }
}

impl Content {
    /// The media type of JSON.
    pub const JSON: &'static str = "application/json";
    /// The media type of TOML.
    pub const TOML: &'static str = "application/toml";
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body can have a private key in it.
        f.debug_struct("Content")
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

impl Body for NoBody {
    const FORM: BodyForm = BodyForm::Nothing;

    fn read<R: BodyReader>(_: R) -> Result<Self, R::Error> {
        Ok(Self)
    }

    fn content(&self) -> Option<Content> {
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Body for T {
    const FORM: BodyForm = BodyForm::Json;

    fn read<R: BodyReader>(reader: R) -> Result<Self, R::Error> {
        reader.json()
    }

    fn content(&self) -> Option<Content> {
        Some(Content {
            media_type: Content::JSON,
            // Serialization cannot fail: the values are plain and the keys are text.
            bytes: serde_json::to_vec(self).unwrap_or_default(),
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }
}

impl Body for RegistryDocument {
    const FORM: BodyForm = BodyForm::RegistryDocument;

    fn read<R: BodyReader>(reader: R) -> Result<Self, R::Error> {
        reader.registry_document()
    }

    fn content(&self) -> Option<Content> {
        Some(match self {
            Self::Toml(text) => Content {
                media_type: Content::TOML,
                bytes: text.clone().into_bytes(),
            },
            Self::Json(value) => Content {
                media_type: Content::JSON,
                bytes: value.to_string().into_bytes(),
            },
        })
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// The maximum size of a JSON body, far more than any single record needs. Unit: bytes.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// The maximum size of a registry file, enough for tens of thousands of applications. Unit: bytes.
const MAX_REGISTRY_BYTES: usize = 16 * 1024 * 1024;
