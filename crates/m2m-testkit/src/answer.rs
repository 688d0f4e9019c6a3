//! An answer of the token endpoint, with the event and the diagnosis for the operator.

use m2m_authority::diagnose::Diagnosis;
use m2m_authority::flow::{Event, Reply};
use m2m_errors::Cause;
use m2m_explain::{Operating, Remedy, observations, remedies};
use serde_json::Value;

use crate::World;

/// An answer of the token endpoint, with the event and the diagnosis for the operator.
#[derive(Debug)]
pub struct Answer {
    pub(crate) reply: Reply,
    pub(crate) event: Event,
    pub(crate) diagnosis: Option<Diagnosis>,
}

impl Answer {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.reply.status()
    }

    /// Returns the header fields as `name: value` lines, sorted.
    #[must_use]
    pub fn headers(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .reply
            .headers()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        lines.sort();
        lines
    }

    /// Returns one header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.reply
            .headers()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The bytes of the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.reply.body()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is not JSON, which would be a bug, since every answer is JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body()).expect("every answer is JSON")
    }

    /// The `error` code, absent in an answer with a token.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.json().get("error")?.as_str().map(str::to_owned)
    }

    /// The `error_description`.
    #[must_use]
    pub fn description(&self) -> String {
        let text = self.json();
        let text = text.get("error_description").and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }

    /// Asserts the properties of every refusal, whatever its cause: status and code, the members of the body, a clean
    /// description, the header fields (A18 to A21 of docs/requirements.md).
    ///
    /// # Panics
    ///
    /// If one of them does not hold; the message contains `context`.
    pub fn check_refusal(&self, seen: (u16, &str), context: &str) {
        let body = self.json();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let (status, code) = seen;
        assert_eq!(
            (self.status(), text("error")),
            (status, code),
            "{context}: {body}"
        );
        let mut members: Vec<&str> = body
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        members.sort_unstable();
        assert_eq!(
            members,
            ["error", "error_description", "error_uri", "trace_id"],
            "{context}"
        );
        assert_eq!(
            text("error_uri"),
            format!("{}/errors/{code}", World::ISSUER),
            "{context}"
        );
        let (description, trace_id) = (text("error_description"), text("trace_id"));
        let clean = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(
            !description.is_empty() && description.bytes().all(clean),
            "{context}: {description}"
        );
        assert_eq!(trace_id.len(), 32, "{context}");

        let always = [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
        ];
        let mut headers: Vec<String> = always.map(str::to_owned).to_vec();
        match status {
            401 => headers.push(format!(
                "www-authenticate: Basic realm=\"{}\", error=\"{code}\", \
                 error_description=\"{description}\", trace_id=\"{trace_id}\"",
                World::ISSUER
            )),
            405 => headers.push("allow: POST".to_owned()),
            _ => {}
        }
        headers.sort();
        assert_eq!(self.headers(), headers, "{context}");
    }

    /// The access token.
    ///
    /// # Panics
    ///
    /// If the answer is a refusal.
    #[must_use]
    pub fn access_token(&self) -> String {
        let body = self.json();
        let Some(token) = body.get("access_token").and_then(Value::as_str) else {
            panic!("the answer has no token: {body}")
        };
        token.to_owned()
    }

    /// The exact cause of a refusal, as the operator gets it.
    #[must_use]
    pub const fn cause(&self) -> Option<Cause> {
        match &self.event {
            Event::Refused(refused) => Some(refused.cause),
            Event::Issued(_) => None,
        }
    }

    /// The event of the log.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// The diagnosis, if the request was refused.
    #[must_use]
    pub const fn diagnosis(&self) -> Option<&Diagnosis> {
        self.diagnosis.as_ref()
    }

    /// The evidence in sentences.
    #[must_use]
    pub fn evidence(&self) -> Vec<String> {
        let observations = self.diagnosis.iter().flat_map(observations);
        observations.map(|observation| observation.text).collect()
    }

    /// The fixes, for a server over a data directory.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        let diagnosis = self.diagnosis.iter();
        diagnosis
            .flat_map(|diagnosis| {
                remedies(
                    diagnosis,
                    Operating::DataDirectory {
                        issuer: "https://id.example",
                    },
                )
            })
            .collect()
    }
}
