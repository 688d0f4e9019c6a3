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
    /// Its form.
    const FORM: BodyForm;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// The error of the reader.
    fn read<R: BodyReader>(reader: R) -> Result<Self, R::Error>;

    /// The content of a request; none if there is nothing to send.
    fn content(&self) -> Option<Content>;

    /// The schema of the JSON document, if it is one.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

/// The form of a body.
///
/// Exhaustive: a server has to handle every form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyForm {
    /// There is none. One that comes all the same is not looked at.
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
    /// If it is not one of this type.
    fn json<T: DeserializeOwned + JsonSchema>(self) -> Result<T, Self::Error>;

    /// Reads a registry file.
    ///
    /// # Errors
    ///
    /// If it is neither TOML nor JSON. Mistakes in the file are found later.
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

/// No body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoBody;

/// A registry file, as TOML or as JSON.
///
/// Exhaustive: a server has to read every form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryDocument {
    /// The text of a `world.toml`. Errors name places in it, because the caller has the same text.
    Toml(String),
    /// The same as JSON.
    Json(Value),
}

impl BodyForm {
    /// The maximum size of the body. Unit: bytes.
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
        // Some bodies have a private key in them.
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
            // Plain values with text as keys can always be written.
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

/// Far more than any single record needs. Unit: bytes.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// As much as tens of thousands of applications need. Unit: bytes.
const MAX_REGISTRY_BYTES: usize = 16 * 1024 * 1024;
