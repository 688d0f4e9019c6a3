//! The answer of a refused request, as a client reads it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Code;

/// The reasons for which a request was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The reasons. There is at least one.
    pub errors: Vec<ErrorDetail>,
    /// The trace id, by which the refusal is found in the log of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The place of the mistake in a registry file that was sent as TOML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<MistakePlace>,
}

/// A reason for a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// The code, such as `API_NOT_FOUND`.
    #[serde(default)]
    pub code: String,
    /// The message: what is wrong, and what would be right.
    #[serde(default)]
    pub message: String,
}

/// The place of a mistake in a text that was sent. Unit: bytes from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MistakePlace {
    /// The beginning of the wrong part.
    pub start: usize,
    /// The end of the wrong part.
    pub end: usize,
    /// The beginning of the earlier of two values that must not be the same.
    #[serde(default)]
    pub earlier: Option<usize>,
    /// The suggested fix, if there is one.
    #[serde(default)]
    pub help: Option<String>,
}

impl Refused {
    /// Reads a refusal. Members of unexpected types are ignored, so that the reasons are not lost with them. Returns `None` if there is
    /// no reason.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut document: Value = serde_json::from_slice(body).ok()?;
        let errors = document.get("errors")?.as_array()?;
        let text = |error: &Value, name: &str| {
            let text = error.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let errors = errors.iter().map(|error| ErrorDetail {
            code: text(error, "code"),
            message: error
                .as_str()
                .map_or_else(|| text(error, "message"), str::to_owned),
        });
        let errors: Vec<ErrorDetail> = errors
            .filter(|error| !error.code.is_empty() || !error.message.is_empty())
            .collect();
        if errors.is_empty() {
            return None;
        }
        Some(Self {
            errors,
            trace_id: document
                .get("trace_id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            mistake: document
                .get_mut("mistake")
                .and_then(|mistake| serde_json::from_value(mistake.take()).ok()),
        })
    }
}

impl ErrorDetail {
    /// Returns the code if it is one of an operation. Other codes name the cause of a refused token or request, or come from a later release.
    #[must_use]
    pub fn known_code(&self) -> Option<Code> {
        self.code.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reasons_are_read_whatever_the_other_members_are() {
        let read = |body: &str| {
            let refused = Refused::read(body.as_bytes())?;
            let messages = refused.errors.into_iter().map(|error| error.message);
            Some((messages.collect::<Vec<_>>().join(","), refused.trace_id))
        };
        for more in [
            "",
            r#","trace_id":12"#,
            r#","mistake":{"line":3}"#,
            r#","mistake":7"#,
        ] {
            let body = format!(r#"{{"errors":[{{"code":"A","message":"m"}}]{more}}}"#);
            assert_eq!(read(&body), Some(("m".to_owned(), None)), "{more}");
        }
        let odd = r#"{"errors":[{"code":null,"message":"a"},{"code":1,"message":"b"},"c",{},7],"trace_id":"t"}"#;
        assert_eq!(read(odd), Some(("a,b,c".to_owned(), Some("t".to_owned()))));
        for none in [
            "",
            "[]",
            "{}",
            r#"{"errors":[]}"#,
            r#"{"errors":[{}]}"#,
            r#"{"errors":7}"#,
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
