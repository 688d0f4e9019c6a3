//! Answers with an error.

use std::borrow::Cow;

use http::{HeaderValue, Method, StatusCode, header};
use m2m_authority::diagnose::nearest;
use m2m_errors::{Cause, Profile};
use oauth_proto::{Challenge, ChallengeParameter, ErrorResponse, Issuer};

use crate::answer::{Answer, json};
use crate::limits::MAX_CHALLENGE_DESCRIPTION_BYTES;

/// An error as it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: Cow<'static, str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) challenge: Option<ChallengeScheme>,
    /// Unit: seconds.
    pub(crate) retry_after: Option<u32>,
    /// The methods that the path has, for a method that it does not have.
    pub(crate) allow: Vec<Method>,
}

/// The scheme of the challenge in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeScheme {
    /// The client has to authenticate (RFC 6749, section 5.2).
    Basic,
    /// The token does not suffice (RFC 6750, section 3).
    Bearer,
}

impl Refusal {
    /// Returns an error without a challenge.
    pub(crate) fn new(
        status: StatusCode,
        error: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            error: error.into(),
            description: description.into(),
            challenge: None,
            retry_after: None,
            allow: Vec::new(),
        }
    }

    /// Returns the error for a request that is malformed.
    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// Returns the error for a path that does not exist, with the one that was probably meant, or with all.
    pub(crate) fn path_unknown(path: &str, paths: &[&str]) -> Self {
        let description = match nearest(path, paths.iter().copied()) {
            Some(nearest) => format!("there is no such path; did you mean {nearest}?"),
            None => format!("there is no such path; the paths are {}", paths.join(", ")),
        };
        Self {
            description: description.into(),
            ..Self::from(Cause::PathUnknown)
        }
    }

    /// Returns the error for a method that the path does not have.
    pub(crate) fn method_not_allowed(allow: impl IntoIterator<Item = Method>) -> Self {
        Self {
            allow: allow.into_iter().collect(),
            ..Self::from(Cause::MethodNotAllowed)
        }
    }

    /// Returns the answer. The issuer is the realm of a challenge.
    pub(crate) fn answer(&self, issuer: &Issuer) -> Answer {
        let mut body = ErrorResponse::new(&*self.error);
        body.error_description = Some(Cow::Borrowed(&*self.description));
        let mut answer = json(self.status, body.to_json());
        let headers = answer.headers_mut();
        if let Some(scheme) = self.challenge
            && let Ok(challenge) = HeaderValue::try_from(self.challenge(scheme, issuer))
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        let allow: Vec<&str> = self.allow.iter().map(Method::as_str).collect();
        if let Ok(allow) = HeaderValue::try_from(allow.join(", "))
            && !allow.is_empty()
        {
            headers.insert(header::ALLOW, allow);
        }
        answer
    }

    /// Returns the challenge with the error and the beginning of its description, since clients such as openid-client show the challenge and not the body.
    fn challenge(&self, scheme: ChallengeScheme, issuer: &Issuer) -> String {
        let challenge = match scheme {
            ChallengeScheme::Basic => Challenge::basic(),
            ChallengeScheme::Bearer => Challenge::bearer(),
        };
        let end = MAX_CHALLENGE_DESCRIPTION_BYTES;
        let end = self.description.floor_char_boundary(end);
        let description = self.description.get(..end).unwrap_or_default();
        challenge
            .with(ChallengeParameter::Realm, issuer.as_str())
            .with(ChallengeParameter::Error, &self.error)
            .with(ChallengeParameter::ErrorDescription, description)
            .to_string()
    }
}

/// The answer of `m2m serve` in the profile `rfc`.
impl From<Cause> for Refusal {
    fn from(cause: Cause) -> Self {
        let wire = cause.entry().wire.of(Profile::Rfc);
        let status = StatusCode::from_u16(wire.status.code());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let error = wire.error.map_or("server_error", |code| code.as_str());
        Self {
            challenge: (status == StatusCode::UNAUTHORIZED).then_some(ChallengeScheme::Basic),
            ..Self::new(status, error, wire.description.plain)
        }
    }
}
