//! The answer of a success, as a client reads it.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A body that is not the answer of the operation.
#[derive(Debug, thiserror::Error)]
#[error("this is not an answer of the management API: {0}")]
pub struct InvalidAnswer(#[from] serde_json::Error);

/// Reads an answer. Members that are not known here come from a later release and are passed over.
pub(crate) fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, InvalidAnswer> {
    // As a tree first: the answer about an organization has `code` twice, of which the second one counts.
    let document: Value = serde_json::from_slice(body)?;
    Ok(serde_json::from_value(document)?)
}
