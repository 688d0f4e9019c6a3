//! A diagnosis as the store keeps it: facts and intents as JSON, which become text only when they are read.

use std::borrow::Cow;

use m2m_authority::diagnose::{Diagnosis, Evidence, Fix};
use m2m_authority::redacted;
use m2m_errors::Cause;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// The part of a diagnosis that the record of the refusal does not contain itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DiagnosisRecord {
    /// The client id of the application that the request named, if the request was refused before it was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<Box<str>>,
    /// The evidence, each piece as JSON. A piece of a later release is kept as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Box<RawValue>>,
    /// The fixes, each as JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Box<RawValue>>,
    /// The operation of the management API, if one was refused.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<RefusedOperation>,
}

/// The operation of a refused request of the management API, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedOperation {
    /// The id of the operation, if there is one at the path.
    pub operation: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The code of the answer.
    pub code: String,
    /// The reason, if it is more specific than the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl DiagnosisRecord {
    /// The maximum length of the evidence and the fixes of a diagnosis as JSON. The names and lists around them have at most
    /// [`MAX_REST_BYTES`](Self::MAX_REST_BYTES) more. Unit: bytes.
    pub const MAX_BYTES: usize = 4096;

    /// The maximum length of the rest of a record of a diagnosis. Unit: bytes.
    pub const MAX_REST_BYTES: usize = 1024;

    /// Returns as much of a diagnosis as its record and its line in the log may have, and this record: most evidence is short, and names in the
    /// registry may be long. The evidence has at most half of [`MAX_BYTES`](Self::MAX_BYTES), so that fixes have room.
    #[must_use]
    pub fn bounded(mut diagnosis: Diagnosis) -> (Diagnosis, Self) {
        let mut left = Self::MAX_BYTES / 2;
        let evidence = keep(&mut diagnosis.evidence, &mut left);
        left += Self::MAX_BYTES / 2;
        let fixes = keep(&mut diagnosis.fixes, &mut left);
        let client_id = diagnosis.client_id.as_deref();
        let record = Self {
            client_id: client_id.map(|client_id| redacted(client_id).into()),
            evidence,
            fixes,
            operation: None,
        };
        (diagnosis, record)
    }

    /// Returns the record of a diagnosis, which is bounded.
    #[must_use]
    pub fn of(diagnosis: &Diagnosis) -> Self {
        Self::bounded(diagnosis.clone()).1
    }

    /// Returns the record of a refused operation, which states its reason itself.
    #[must_use]
    pub fn of_operation(operation: RefusedOperation) -> Self {
        let reason = operation.reason;
        Self {
            operation: Some(RefusedOperation {
                reason: reason.map(|reason| redacted(&reason).into_owned()),
                ..operation
            }),
            ..Self::default()
        }
    }

    /// Returns the text that the store keeps.
    #[must_use]
    pub fn to_json(&self) -> Box<str> {
        // Objects with names for keys are always JSON.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// Reads the text that the store keeps. Parts that this release does not know are left out.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Returns the diagnosis of a refusal for this cause, of a request that named this application.
    pub(crate) fn diagnosis(self, cause: Cause, client_id: Option<Box<str>>) -> Diagnosis {
        let evidence = self.evidence.into_iter();
        let fixes = self.fixes.into_iter();
        Diagnosis {
            cause,
            client_id,
            evidence: evidence
                .filter_map(|piece| serde_json::from_str::<Evidence>(piece.get()).ok())
                .collect(),
            fixes: fixes
                .filter_map(|fix| serde_json::from_str::<Fix>(fix.get()).ok())
                .collect(),
        }
    }
}

/// Keeps the pieces that have room in the bytes that are left, and returns them as JSON without credentials.
fn keep<T: Serialize>(pieces: &mut Vec<T>, left: &mut usize) -> Vec<Box<RawValue>> {
    let mut kept = Vec::with_capacity(pieces.len());
    pieces.retain(|piece| {
        let Ok(json) = to_raw_value(piece) else {
            return false;
        };
        let rest = left.checked_sub(json.get().len().saturating_add(1));
        *left = rest.unwrap_or(*left);
        if rest.is_some() {
            kept.extend(without_credentials(json));
        }
        rest.is_some()
    });
    kept
}

fn without_credentials(json: Box<RawValue>) -> Option<Box<RawValue>> {
    match redacted(json.get()) {
        Cow::Borrowed(_) => Some(json),
        Cow::Owned(_) => {
            let value = serde_json::from_str(json.get()).ok()?;
            to_raw_value(&clean(value)).ok()
        }
    }
}

/// Returns the value without credentials: a name in the registry, or one close to it, may be a secret that was put into the wrong field.
fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redacted(&text).into_owned()),
        Value::Array(values) => values.into_iter().map(clean).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, clean(value)))
            .collect(),
        value @ (Value::Null | Value::Bool(_) | Value::Number(_)) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x20_the_longest_diagnosis_has_a_bound_and_usual_ones_are_whole() {
        let diagnosis = |length: usize| {
            let audience: Box<str> = "\"".repeat(length).into();
            let client_id: Box<str> = "a".repeat(256).into();
            Diagnosis {
                cause: Cause::AudienceUnknown,
                client_id: Some(client_id),
                evidence: vec![
                    Evidence::ScopeNotAssigned {
                        scope: audience.clone(),
                        audience: audience.clone(),
                    };
                    8
                ],
                fixes: vec![Fix::RequestAudience { audience }; 8],
            }
        };
        for length in [10, 100, 500, 2048, 100_000] {
            let record = DiagnosisRecord::of(&diagnosis(length));
            let bytes = record.to_json().len();
            let most = DiagnosisRecord::MAX_BYTES + DiagnosisRecord::MAX_REST_BYTES;
            assert!(bytes <= most, "{length}: {bytes}");
            if length == 10 {
                assert_eq!((record.evidence.len(), record.fixes.len()), (8, 8));
            }
            let read = DiagnosisRecord::read(&record.to_json());
            assert_eq!(
                read.to_json(),
                record.to_json(),
                "a shortened record is complete JSON"
            );
        }
    }
}
