//! A diagnosis as the store keeps it: facts and intents as JSON, which become text only when they are read.

use m2m_authority::diagnose::{Diagnosis, Evidence, Fix};
use m2m_authority::redacted;
use m2m_errors::Cause;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The part of a diagnosis that the record of the refusal does not contain itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DiagnosisRecord {
    /// The evidence, each piece as JSON. A piece of a later release is kept as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Value>,
    /// The fixes, each as JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Value>,
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
    /// Returns the record of a diagnosis.
    #[must_use]
    pub fn of(diagnosis: &Diagnosis) -> Self {
        let to_json = |value| serde_json::to_value(value).ok();
        let evidence = diagnosis.evidence.iter();
        Self {
            evidence: evidence.filter_map(to_json).map(clean).collect(),
            fixes: diagnosis
                .fixes
                .iter()
                .filter_map(|fix| serde_json::to_value(fix).ok())
                .map(clean)
                .collect(),
            operation: None,
        }
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

    /// Returns the diagnosis of a refusal for this cause.
    pub(crate) fn diagnosis(self, cause: Cause) -> Diagnosis {
        let evidence = self.evidence.into_iter();
        let fixes = self.fixes.into_iter();
        Diagnosis {
            cause,
            client_id: None,
            evidence: evidence
                .filter_map(|piece| serde_json::from_value::<Evidence>(piece).ok())
                .collect(),
            fixes: fixes
                .filter_map(|fix| serde_json::from_value::<Fix>(fix).ok())
                .collect(),
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
