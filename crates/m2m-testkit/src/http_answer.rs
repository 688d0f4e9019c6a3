//! An answer over HTTP, from a process or from a server in this one, and the forms that every refusal has.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a missing member or header fails the test"
)]

use serde_json::Value;

/// An answer over HTTP/1.1.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The status line and the header fields, each on a line.
    pub head: String,
    /// The body, which is text in all answers of the product.
    pub body: String,
}

impl HttpAnswer {
    /// Reads an answer from the bytes of a connection.
    #[track_caller]
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("not an HTTP answer: {text:?}"));
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Returns a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        fields
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Returns the body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Returns a member of the body that is a string.
    #[track_caller]
    #[must_use]
    pub fn member(&self, name: &str) -> String {
        let json = self.json();
        let value = json.get(name).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_owned()
    }

    /// Returns the access token of a successful answer.
    #[track_caller]
    pub fn access_token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.member("access_token")
    }

    /// Checks the form of every refusal of the token endpoint: JSON with four members, not to be cached.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, error: &str) {
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
    pub fn refusal(&self, (status, code): (u16, &str)) -> String {
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
