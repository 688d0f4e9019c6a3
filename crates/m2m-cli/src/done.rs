//! The result of an operation that a server has carried out.

use m2m_api::Operation;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use serde::Serialize;
use serde_json::{Value, json};

/// Prints that an operation was carried out: its message, or its answer as JSON.
pub(crate) fn done<O: Operation>(answer: &O::Answer, format: Format, output: &Output) {
    match format {
        Format::Text => output.good(O::SPEC.message),
        Format::Json => {
            let mut document = document(answer);
            insert(&mut document, "code", json!(O::SPEC.code));
            insert(&mut document, "message", json!(O::SPEC.message));
            output.json(&document);
        }
    }
}

/// Prints the warning of an answer, if it has one, to standard error, where it is visible even if the result is piped.
pub(crate) fn warn(warning: Option<&str>, output: &Output) {
    if let Some(warning) = warning {
        output.notice(&format!("warning: {}", printable(warning)));
    }
}

/// Returns a record as JSON.
pub(crate) fn document(record: &impl Serialize) -> Value {
    // Answers are plain values with text as keys, which JSON can represent.
    serde_json::to_value(record).unwrap_or_default()
}

pub(crate) fn insert(document: &mut Value, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
