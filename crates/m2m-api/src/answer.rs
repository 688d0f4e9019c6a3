//! The answer of a success: as a server writes it, and as a client reads it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Spec;

/// A body that is not the answer of the operation.
#[derive(Debug, thiserror::Error)]
#[error("this is not an answer of the management API: {0}")]
pub struct InvalidAnswer(#[from] serde_json::Error);

/// An answer with code and message, which every success has.
#[derive(Serialize)]
struct Document<'a, A> {
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    answer: A,
}

/// Writes an answer.
pub(crate) fn write<A: Serialize>(spec: &Spec, answer: &A) -> Vec<u8> {
    // Plain values with text as keys can always be written.
    serde_json::to_vec(&Document {
        code: spec.code,
        message: spec.message,
        answer,
    })
    .unwrap_or_default()
}

/// Reads an answer. Members that are not known here come from a later release and are passed over.
pub(crate) fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, InvalidAnswer> {
    // As a tree first: the answer about an organization has `code` twice, of which the second one counts.
    let document: Value = serde_json::from_slice(body)?;
    Ok(serde_json::from_value(document)?)
}
