//! What the management API answers.

use bytes::Bytes;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode};
use m2m_host::world::RemoteMistake;
use oauth_proto::{Challenge, Limits};
use serde_json::Value;

/// An answer with its document, if it has one.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    document: Option<Value>,
    missing_scope: Option<String>,
    retry_after: Option<String>,
}

impl Answer {
    /// Reads an answer.
    pub(super) fn read(response: &Response<Bytes>) -> Self {
        let document: Option<Value> = serde_json::from_slice(response.body()).ok();
        Self {
            status: response.status(),
            document: document.filter(Value::is_object),
            missing_scope: missing_scope(response.headers()),
            retry_after: text(response.headers(), RETRY_AFTER.as_str()),
        }
    }

    /// Its status.
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What it says, if it is no refusal.
    ///
    /// # Errors
    ///
    /// The answer itself, if it is one, or comes from something else than a management API.
    pub(super) fn into_document(mut self) -> Result<Value, Box<Self>> {
        match self.document.take() {
            Some(document) if self.status.is_success() => Ok(document),
            document => {
                self.document = document;
                Err(self.into())
            }
        }
    }

    /// Why it is refused: the code and message of each. None if it is not a refusal of a management API.
    pub(super) fn messages(&self) -> Option<Vec<(&str, &str)>> {
        let errors = self.document.as_ref()?.get("errors")?.as_array()?;
        let messages: Vec<(&str, &str)> = errors
            .iter()
            .map(|error| (member_of(error, "code"), member_of(error, "message")))
            .collect();
        (!messages.is_empty()).then_some(messages)
    }

    /// Under which the server knows more of the refusal.
    pub(super) fn trace_id(&self) -> Option<&str> {
        self.document.as_ref()?.get("trace_id")?.as_str()
    }

    /// The scope that the token lacks, as the challenge names it.
    pub(super) fn missing_scope(&self) -> Option<&str> {
        self.missing_scope.as_deref()
    }

    /// When to try again: seconds, or a date.
    pub(super) fn retry_after(&self) -> Option<&str> {
        self.retry_after.as_deref()
    }

    /// Where the text that was sent is wrong, if the refusal says so.
    pub(crate) fn mistake(&self) -> Option<RemoteMistake> {
        if self.status.is_success() {
            return None;
        }
        let mistake = self.document.as_ref()?.get("mistake")?;
        let offset = |name: &str| usize::try_from(mistake.get(name)?.as_u64()?).ok();
        let (_, what) = *self.messages()?.first()?;
        Some(RemoteMistake {
            what: what.to_owned(),
            start: offset("start")?,
            end: offset("end")?,
            earlier: offset("earlier"),
            help: mistake
                .get("help")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    }
}

fn member_of<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn missing_scope(headers: &HeaderMap) -> Option<String> {
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| {
        let challenges = Challenge::parse_list(value.as_bytes(), &Limits::DEFAULT).ok()?;
        let scope = challenges
            .iter()
            .find_map(|challenge| challenge.parameter("scope"));
        scope.map(str::to_owned)
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
