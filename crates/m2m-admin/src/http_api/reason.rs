//! The reason of a refusal, as the log keeps it.

use super::openapi::is_documented;
use crate::OperationError;

/// The message of an error, without text of the caller, who may have put a secret anywhere.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the message is the reason, where nothing else is said"
)]
pub(super) fn reason(error: &OperationError) -> Box<str> {
    match error {
        OperationError::Internal { why }
        | OperationError::StoreUnavailable { why }
        | OperationError::TooManyRevocations { why }
        | OperationError::ChangeUnknown { why } => why.clone(),
        OperationError::RegistryMalformed(_) | OperationError::RegistryUnfit(_) => {
            "there is a mistake in the registry document".into()
        }
        OperationError::RecordInUse { .. } => "a record that others use would be deleted".into(),
        // The names that are documented are found by reading forms.
        OperationError::FormInvalid { place, what, .. } => {
            without_quotes(&format!("{}: {}", documented(place), expectation(what)))
        }
        _ => without_quotes(&error.to_string()),
    }
}

/// A text without what stands between its first quotation mark and its last: what a caller sent stands in quotation marks, and may have
/// some in it.
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
        // A single mark has lost the other to a limit of length.
        (Some(first), _) => text.get(..first).unwrap_or_default().into(),
        (None, _) => text.into(),
    }
}

/// The beginning of a message about a value: what was expected, without what was found.
fn expectation(what: &str) -> &str {
    what.split_once(", found ")
        .map_or(what, |(expected, _)| expected)
}

/// A place in a document, where names that the OpenAPI document does not have are left out: a caller chose them.
fn documented(place: &str) -> String {
    let parts = place.split('.').map(|part| {
        let name = part.split_once('[').map_or(part, |(name, _)| name);
        if is_documented(name) { part } else { "…" }
    });
    parts.collect::<Vec<_>>().join(".")
}
