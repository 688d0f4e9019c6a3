//! The answer of a refusal, as a client reads it.

use serde::{Deserialize, Serialize};

use crate::Code;

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The reasons. There is one at least.
    pub errors: Vec<ErrorDetail>,
    /// The name under which the log of the server has the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The place of the mistake in a registry file that was sent as TOML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<MistakePlace>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// The code, such as `API_NOT_FOUND`.
    #[serde(default)]
    pub code: String,
    /// What is wrong, and what would be right.
    #[serde(default)]
    pub message: String,
}

/// The place of a mistake in a text that was sent. Unit: bytes from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MistakePlace {
    /// The beginning of what is wrong.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// The beginning of the earlier one of two that must not be the same.
    #[serde(default)]
    pub earlier: Option<usize>,
    /// The fix, if there is one to suggest.
    #[serde(default)]
    pub help: Option<String>,
}

impl ErrorDetail {
    /// The code, if an operation refuses with it. Other codes name a cause of a refused token or request, or come from a later release.
    #[must_use]
    pub fn known_code(&self) -> Option<Code> {
        self.code.parse().ok()
    }
}
