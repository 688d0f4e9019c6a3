//! One forced answer, as a test writes it.

use core::time::Duration;

use m2m_authority::diagnose::nearest;
use m2m_errors::ErrorCode;
use oauth_proto::clean_for_description;
use serde::{Deserialize, Serialize};

use crate::broken_answer::BrokenAnswer;
use crate::endpoint::Endpoint;
use crate::error::InvalidForcedAnswer;
use crate::forced_error::ForcedError;
use crate::limits::MAX_DELAY_MS;
use crate::token_template::TokenTemplate;

/// An answer that replaces the usual one: an error, a broken answer, another token, or the usual one after a delay.
///
/// It has the same fields in a script and in the body of `POST /mock/forced-answers`.
///
/// ```
/// use m2m_mock::ForcedAnswer;
///
/// let json = r#"{"error":"temporarily_unavailable","retry_after":5,"times":2}"#;
/// let forced: ForcedAnswer = serde_json::from_str(json)?;
///
/// let error = serde_json::from_str::<ForcedAnswer>(r#"{"error":"invalid_scpoe"}"#).expect_err("misspelled");
/// assert!(error.to_string().contains("did you mean `invalid_scope`?"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "ForcedAnswerFields", into = "ForcedAnswerFields")]
pub struct ForcedAnswer(ForcedAnswerFields);

/// The fields, before their combination is checked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a forced answer, such as { error = \"invalid_client\" }"
)]
pub(crate) struct ForcedAnswerFields {
    #[serde(default)]
    endpoint: Endpoint,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<BrokenAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenTemplate>,
}

/// The effect of a forced answer on a request.
#[derive(Debug)]
pub(crate) enum Effect<'f> {
    /// The usual answer, with a token that may differ.
    Usual(Option<&'f TokenTemplate>),
    /// An error.
    Error(ForcedError<'f>),
    /// A broken answer.
    Broken {
        broken: BrokenAnswer,
        status: Option<u16>,
        retry_after: Option<u32>,
    },
}

impl ForcedAnswer {
    /// The number of requests that it answers, or `None` for every request.
    pub(crate) const fn times(&self) -> Option<u32> {
        self.0.times
    }

    /// The memory that it takes beside itself. Unit: bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.heap_bytes()
    }

    /// The time for which the answer is held back.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.0.delay_ms.unwrap_or_default().into())
    }

    /// True if it is for a request of this client at this endpoint.
    pub(crate) fn matches(&self, endpoint: Endpoint, client_id: Option<&str>) -> bool {
        self.0.endpoint == endpoint
            && (self.0.client_id.is_none() || self.0.client_id.as_deref() == client_id)
    }

    /// Its effect on the request.
    pub(crate) fn effect(&self) -> Effect<'_> {
        let ForcedAnswerFields {
            error,
            description,
            status,
            retry_after,
            broken,
            token,
            ..
        } = &self.0;
        if let Some(broken) = *broken {
            return Effect::Broken {
                broken,
                status: *status,
                retry_after: *retry_after,
            };
        }
        if error.is_none() && status.is_none() {
            return Effect::Usual(token.as_ref());
        }
        Effect::Error(ForcedError::new(
            error.as_deref(),
            *status,
            description.as_deref(),
            *retry_after,
        ))
    }
}

impl TryFrom<ForcedAnswerFields> for ForcedAnswer {
    type Error = InvalidForcedAnswer;

    fn try_from(fields: ForcedAnswerFields) -> Result<Self, InvalidForcedAnswer> {
        fields.check_combination()?;
        fields.check_values()?;
        Ok(Self(fields))
    }
}

impl From<ForcedAnswer> for ForcedAnswerFields {
    fn from(forced: ForcedAnswer) -> Self {
        forced.0
    }
}

impl ForcedAnswerFields {
    fn heap_bytes(&self) -> usize {
        let texts = [&self.client_id, &self.error, &self.description];
        let texts = texts
            .into_iter()
            .map(|text| text.as_deref().map_or(0, str::len));
        texts.sum::<usize>() + self.token.as_ref().map_or(0, TokenTemplate::heap_bytes)
    }

    fn check_combination(&self) -> Result<(), InvalidForcedAnswer> {
        let determining = [
            (self.error.is_some(), "error"),
            (self.broken.is_some(), "broken"),
            (self.token.is_some(), "token"),
        ];
        let mut set = determining.into_iter().filter(|(is_set, _)| *is_set);
        if let (Some((_, first)), Some((_, second))) = (set.next(), set.next()) {
            return Err(InvalidForcedAnswer::Excluded { first, second });
        }
        if self.token.is_some() && self.status.is_some() {
            let (first, second) = ("token", "status");
            return Err(InvalidForcedAnswer::Excluded { first, second });
        }
        let is_error = self.error.is_some() || (self.status.is_some() && self.broken.is_none());
        if self.description.is_some() && !is_error {
            let (field, needs) = ("description", "error or status");
            return Err(InvalidForcedAnswer::Alone { field, needs });
        }
        if self.retry_after.is_some() && !is_error && self.broken.is_none() {
            let (field, needs) = ("retry_after", "error, status or broken");
            return Err(InvalidForcedAnswer::Alone { field, needs });
        }
        let differs = is_error || self.broken.is_some() || self.token.is_some();
        if !differs && self.delay_ms.unwrap_or_default() == 0 {
            return Err(InvalidForcedAnswer::Usual);
        }
        if self.token.is_some() && self.endpoint != Endpoint::Token {
            return Err(InvalidForcedAnswer::TokenElsewhere);
        }
        let has_clients = !matches!(self.endpoint, Endpoint::Metadata | Endpoint::Jwks);
        if self.client_id.is_some() && !has_clients {
            return Err(InvalidForcedAnswer::ClientElsewhere);
        }
        Ok(())
    }

    fn check_values(&self) -> Result<(), InvalidForcedAnswer> {
        if self.times == Some(0) {
            return Err(InvalidForcedAnswer::NoTimes);
        }
        if let Some(delay) = self.delay_ms.filter(|delay| *delay > MAX_DELAY_MS) {
            return Err(InvalidForcedAnswer::DelayTooLong(delay));
        }
        match self.status {
            Some(status) if !(200..600).contains(&status) => {
                return Err(InvalidForcedAnswer::Status(status));
            }
            Some(status) if status < 400 && self.broken.is_none() => {
                return Err(InvalidForcedAnswer::SuccessfulError(status));
            }
            Some(_) | None => {}
        }
        self.error.as_deref().map_or(Ok(()), check_error)
    }
}

/// Accepts the codes of any provider, except for one that is almost a registered code, which is probably misspelled.
fn check_error(code: &str) -> Result<(), InvalidForcedAnswer> {
    if clean_for_description(code).is_none() {
        return Err(InvalidForcedAnswer::ErrorMalformed);
    }
    if code.parse::<ErrorCode>().is_ok() {
        return Ok(());
    }
    match nearest(code, ErrorCode::ALL.iter().map(|known| known.as_str())) {
        None => Ok(()),
        Some(nearest) => Err(InvalidForcedAnswer::ErrorMisspelled {
            code: code.into(),
            nearest,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        let forced: Result<ForcedAnswer, _> = serde_json::from_str(json);
        forced.unwrap_err().to_string()
    }

    #[test]
    fn fields_that_contradict_each_other_are_refused_with_a_fix() {
        for (json, expected) in [
            ("{}", "would be the usual one; set error"),
            (r#"{"delay_ms":0}"#, "would be the usual one"),
            (
                r#"{"error":"invalid_scope","broken":"html"}"#,
                "error and broken exclude",
            ),
            (
                r#"{"token":{},"broken":"empty"}"#,
                "broken and token exclude",
            ),
            (r#"{"token":{},"status":201}"#, "token and status exclude"),
            (
                r#"{"description":"x","broken":"html"}"#,
                "set error or status",
            ),
            (
                r#"{"retry_after":1,"delay_ms":5}"#,
                "set error, status or broken",
            ),
            (r#"{"status":400,"times":0}"#, "leave it out"),
            (r#"{"delay_ms":60001}"#, "the maximum is 60000"),
            (r#"{"status":102}"#, "from 200 to 599"),
            (r#"{"status":302}"#, "from 400 to 599"),
            (
                r#"{"error":"invalid_cleint"}"#,
                "did you mean `invalid_client`?",
            ),
            (r#"{"error":"a\"b"}"#, "printable ASCII"),
            (
                r#"{"token":{},"endpoint":"introspection"}"#,
                "belongs to the endpoint token",
            ),
            (
                r#"{"status":500,"endpoint":"jwks","client_id":"a"}"#,
                "no client_id",
            ),
        ] {
            let message = refused(json);
            assert!(message.contains(expected), "{json}: {message}");
            assert!(message.contains("; "), "{json}: {message}");
        }
    }

    #[test]
    fn codes_of_other_providers_and_a_broken_answer_with_a_status_are_accepted() {
        for json in [
            r#"{"error":"AADSTS7000215"}"#,
            r#"{"error":"invalid_client","status":400}"#,
            r#"{"broken":"html","status":504,"retry_after":1}"#,
            r#"{"delay_ms":60000}"#,
            r#"{"token":{"lifetime":1},"delay_ms":10,"client_id":"a","times":3}"#,
        ] {
            let forced: ForcedAnswer = serde_json::from_str(json).unwrap();
            let shown = serde_json::to_value(&forced).unwrap();
            let given: serde_json::Value = serde_json::from_str(json).unwrap();
            for (name, value) in given.as_object().unwrap() {
                assert_eq!(shown.get(name), Some(value), "{json}");
            }
        }
    }
}
