//! The answer of a success, as a server writes it and as a client reads it.

use core::error::Error;
use core::fmt;

use schemars::Schema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Spec;

/// A body that is not the answer of the operation.
#[derive(Debug)]
pub struct InvalidAnswer(serde_json::Error);

/// An answer with its code and message, which every success has.
#[derive(Serialize)]
struct Document<'a, A> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    message: &'a str,
    #[serde(flatten)]
    answer: A,
}

/// Writes an answer.
pub(crate) fn write<A: Serialize>(spec: &Spec, answer: &A) -> Vec<u8> {
    // Serialization cannot fail: the values are plain and the keys are text.
    serde_json::to_vec(&Document {
        code: (!spec.has_own_code).then_some(spec.code),
        message: spec.message,
        answer,
    })
    .unwrap_or_default()
}

/// Reads an answer. Unknown members come from a later release and are ignored.
pub(crate) fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, InvalidAnswer> {
    // A tree first: servers of earlier releases wrote `code` twice in the answer about an organization, and the second one counts.
    let document: Value = serde_json::from_slice(body)?;
    Ok(serde_json::from_value(document)?)
}

/// Leaves the default of a member out of the schema of an answer: a client reads an answer without it, and a server always writes it.
pub(crate) fn without_default(schema: &mut Schema) {
    schema.remove("default");
}

/// The words name no value of the answer, which may be a secret.
impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is not an answer of the management API: ")?;
        let reason = self.0.to_string();
        if reason.starts_with("missing field") {
            return f.write_str(&reason);
        }
        f.write_str("a member has a type that this release does not expect")
    }
}

impl Error for InvalidAnswer {}

impl From<serde_json::Error> for InvalidAnswer {
    fn from(error: serde_json::Error) -> Self {
        Self(error)
    }
}
