//! The reason of a refusal, as the log stores it.

use super::openapi::is_documented;
use crate::OperationError;

/// Returns the message of an error without texts of the caller, which could contain a secret.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "in all other cases the message is the reason"
)]
pub(super) fn reason(error: &OperationError) -> Box<str> {
    match error {
        OperationError::Internal { why }
        | OperationError::StoreUnavailable { why }
        | OperationError::TooManyRevocations { why }
        | OperationError::ChangeUnknown { why } => why.clone(),
        OperationError::RegistryMalformed(_) | OperationError::RegistryUnfit(_) => {
            "the registry document has a mistake".into()
        }
        OperationError::RecordInUse { .. } => "a record that is in use would be deleted".into(),
        // The place consists of names, and those that are documented are kept.
        OperationError::FormInvalid { place, what, .. } => {
            without_quotes(&format!("{}: {}", documented(place), expectation(what)))
        }
        _ => without_quotes(&error.to_string()),
    }
}

/// Returns a text without the part between its first and its last quotation mark: texts of the caller are quoted, and can contain quotation marks
/// themselves.
fn without_quotes(text: &str) -> Box<str> {
    let marks = ['"', '`'];
    match (text.find(marks), text.rfind(marks)) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (text.get(..=first), text.get(last..));
            [before, Some("…"), after]
                .into_iter()
                .flatten()
                .collect::<String>()
                .into()
        }
        // A single mark has lost its counterpart to a limit of length.
        (Some(first), _) => text.get(..first).unwrap_or_default().into(),
        (None, _) => text.into(),
    }
}

/// Returns the beginning of a message about a value: what was expected, without what was found.
fn expectation(what: &str) -> &str {
    what.split_once(", found ")
        .map_or(what, |(expected, _)| expected)
}

/// Returns a place in a document without the names that the OpenAPI document does not have, because the caller chose them.
fn documented(place: &str) -> String {
    let parts = place.split('.').map(|part| {
        let name = part.split_once('[').map_or(part, |(name, _)| name);
        if is_documented(name) { part } else { "…" }
    });
    parts.collect::<Vec<_>>().join(".")
}
