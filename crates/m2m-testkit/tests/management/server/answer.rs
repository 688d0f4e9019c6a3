//! An answer of a server in one process.

use http::{HeaderMap, Response};
use serde_json::Value;

/// An answer of a server in one process.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Reads the answer of a response. The body is text, as in all answers.
    pub(super) fn of(response: Response<impl AsRef<[u8]>>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.as_ref().to_vec()).unwrap(),
        }
    }

    /// Returns a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Returns a member of the body that is a string.
    pub(crate) fn member(&self, name: &str) -> String {
        let json = self.json();
        let value = json.get(name).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_owned()
    }

    /// Returns the access token of a successful answer.
    #[track_caller]
    pub(crate) fn access_token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.member("access_token")
    }

    /// Checks the form of every refusal of the token endpoint: JSON with four members, not to be cached.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.member("error"), error, "{self:?}");
        assert!(
            self.member("error_uri")
                .ends_with(&format!("/errors/{error}"))
        );
        assert!(!self.member("error_description").is_empty());
        assert_eq!(self.member("trace_id").len(), 32);
    }

    /// Checks the form of every refusal of the management API: JSON with a code and a message, not to be cached. Returns the message.
    #[track_caller]
    pub(crate) fn refusal(&self, (status, code): (u16, &str)) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let json = self.json();
        let errors = json["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{json}");
        assert_eq!(errors[0]["code"], code, "{json}");
        let message = errors[0]["message"].as_str().unwrap();
        assert!(!message.is_empty());
        message.to_owned()
    }
}
