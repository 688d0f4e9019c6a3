#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the explanation of a code, a cause or a status | [`Explanation`] |
//! | an error as it was received, in any form | [`Input`], [`Received`] |

mod input;

use m2m_errors::{Cause, Entry, ErrorCode, Profile, Source, Status};
use serde::Serialize;

pub use input::{Input, Received};

/// What an error means, what leads to it, and what to do about it.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The code, the cause or the status, as it is written.
    pub name: String,
    /// What the name is a name of.
    pub kind: Kind,
    /// The dialect of what follows.
    pub profile: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// What the caller sees, where that is one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// What usually leads to it, as the caller can know.
    pub causes: &'static [&'static str],
    /// What the caller can do.
    pub fixes: &'static [&'static str],
    /// What the operator can know and do, where that is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorAdvice>,
    /// The exact causes that are answered so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exact_causes: Vec<ExactCause>,
    /// Where it is written.
    pub sources: Vec<String>,
}

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A value of `error`.
    ErrorCode,
    /// The most exact thing that went wrong.
    Cause,
    /// A status of HTTP.
    Status,
}

impl Kind {
    /// What people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCode => "error code",
            Self::Cause => "cause",
            Self::Status => "status of HTTP",
        }
    }
}

/// What the caller sees.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The code, absent where the RFC wants none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The text.
    pub error_description: &'static str,
}

/// What the operator can know and do.
#[derive(Debug, Serialize)]
pub struct OperatorAdvice {
    /// Who has to act.
    pub fault: &'static str,
    /// What usually leads to it.
    pub causes: &'static [&'static str],
    /// What to do.
    pub fixes: &'static [&'static str],
}

/// An exact cause behind a code or a status.
#[derive(Debug, Serialize)]
pub struct ExactCause {
    /// Its id.
    pub cause: &'static str,
    /// What happened, in one sentence.
    pub meaning: &'static str,
}

impl Explanation {
    /// Explains an error code, a cause or a status (`401`, `Unauthorized`, `401 Unauthorized`), in the dialect of `profile`.
    pub fn of(name: &str, profile: Profile) -> Option<Self> {
        if let Ok(code) = name.parse::<ErrorCode>() {
            return Some(Self::of_code(code, profile));
        }
        if let Ok(cause) = name.parse::<Cause>() {
            return Some(Self::of_cause(cause, profile));
        }
        status(name).map(|status| Self::of_status(status, profile))
    }

    /// All names that can be explained.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        codes.chain(Cause::ALL.iter().map(|cause| cause.id()))
    }

    /// Explains what a server said: the code, else the challenge without one, and the status, each as far as it is there and known.
    pub fn of_received(received: &Received, profile: Profile) -> Vec<Self> {
        let code = received
            .error
            .as_ref()
            .and_then(|error| error.to_ascii_lowercase().parse().ok());
        // RFC 6750, section 3.1: a call without credentials is answered with a challenge without `error`.
        let without_credentials = received.error.is_none()
            && received
                .scheme
                .as_ref()
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("Bearer"));
        // A challenge comes with 401 (RFC 9110, section 11.6.1), but for errors that have a status of their own (RFC 6750, 3.1).
        let implied = (received.error.is_none() && received.scheme.is_some()).then_some(401);
        let status = received.status.or(implied).and_then(Status::from_code);
        let code = code.map(|code| Self::of_code(code, profile));
        let cause = without_credentials.then(|| Self::of_cause(Cause::TokenMissing, profile));
        let status = status.map(|status| Self::of_status(status, profile));
        code.into_iter().chain(cause).chain(status).collect()
    }

    fn of_code(code: ErrorCode, profile: Profile) -> Self {
        let entry = code.entry();
        Self {
            name: entry.code.to_owned(),
            kind: Kind::ErrorCode,
            profile: profile.as_str(),
            meaning: entry.meaning,
            answer: None,
            causes: entry.advice.causes,
            fixes: entry.advice.fixes,
            operator: None,
            exact_causes: exact_causes(code.causes(profile)),
            sources: sources(entry.sources),
        }
    }

    fn of_status(status: Status, profile: Profile) -> Self {
        let entry = status.entry();
        Self {
            name: format!("{} {}", entry.code, entry.reason),
            kind: Kind::Status,
            profile: profile.as_str(),
            meaning: entry.meaning,
            answer: None,
            causes: entry.advice.causes,
            fixes: entry.advice.fixes,
            operator: None,
            exact_causes: exact_causes(status.causes(profile)),
            sources: sources(entry.sources),
        }
    }

    fn of_cause(cause: Cause, profile: Profile) -> Self {
        let Entry {
            id,
            fault,
            operator,
            for_caller,
            for_operator,
            wire,
            ..
        } = cause.entry();
        let wire = wire.of(profile);
        Self {
            name: (*id).to_owned(),
            kind: Kind::Cause,
            profile: profile.as_str(),
            meaning: operator,
            answer: Some(Answer {
                status: wire.status.code(),
                error: wire.error.map(ErrorCode::as_str),
                error_description: wire.description.plain,
            }),
            causes: for_caller.causes,
            fixes: for_caller.fixes,
            operator: Some(OperatorAdvice {
                fault: fault.as_str(),
                causes: for_operator.causes,
                fixes: for_operator.fixes,
            }),
            exact_causes: Vec::new(),
            sources: sources(cause.entry().sources),
        }
    }
}

fn status(name: &str) -> Option<Status> {
    let (number, reason) = name.split_once(' ').unwrap_or((name, ""));
    let is_named = |status: &&Status| {
        let own = status.entry().reason;
        own.eq_ignore_ascii_case(name)
            || (own.eq_ignore_ascii_case(reason) && status.code().to_string() == number)
    };
    let by_reason = || Status::ALL.iter().find(is_named).copied();
    name.parse().ok().or_else(by_reason)
}

fn exact_causes(causes: impl Iterator<Item = Cause>) -> Vec<ExactCause> {
    causes
        .map(|cause| ExactCause {
            cause: cause.id(),
            meaning: cause.entry().operator,
        })
        .collect()
}

fn sources(sources: &[Source]) -> Vec<String> {
    sources.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_has_a_name_is_explained_with_causes_and_fixes() {
        let statuses = Status::ALL.iter().map(|status| status.code().to_string());
        for name in Explanation::names().map(str::to_owned).chain(statuses) {
            let explanation = Explanation::of(&name, Profile::Rfc).unwrap();
            assert!(
                !explanation.causes.is_empty() && !explanation.fixes.is_empty(),
                "{name}"
            );
            assert!(explanation.name.starts_with(&name));
        }
        assert!(Explanation::of("invalid_clinet", Profile::Rfc).is_none());
        assert!(Explanation::of("404 Unauthorized", Profile::Rfc).is_none());
        for name in ["401", "unauthorized", "401 Unauthorized"] {
            assert_eq!(
                Explanation::of(name, Profile::Rfc).unwrap().name,
                "401 Unauthorized"
            );
        }
    }

    #[test]
    fn explains_what_a_server_said_as_far_as_it_is_known() {
        let names = |received: Received| -> Vec<String> {
            Explanation::of_received(&received, Profile::Rfc)
                .into_iter()
                .map(|explanation| explanation.name)
                .collect()
        };
        let received = |error: Option<&str>, scheme: Option<&str>, status| Received {
            error: error.map(str::to_owned),
            scheme: scheme.map(str::to_owned),
            status,
            ..Received::default()
        };
        let code = names(received(Some("Invalid_Client"), Some("Basic"), Some(401)));
        assert_eq!(code, ["invalid_client", "401 Unauthorized"]);
        // RFC 6750, section 3.1: 403.
        let challenge = names(received(Some("insufficient_scope"), Some("Bearer"), None));
        assert_eq!(challenge, ["insufficient_scope"]);
        let no_credentials = names(received(None, Some("bearer"), None));
        assert_eq!(no_credentials, ["token-missing", "401 Unauthorized"]);
        assert_eq!(
            names(received(Some("own"), None, Some(503))),
            ["503 Service Unavailable"]
        );
        assert!(names(received(Some("own"), None, Some(299))).is_empty());
    }

    #[test]
    fn speaks_the_dialect_that_is_asked_for() {
        let error = |profile| {
            Explanation::of("grant-type-unsupported", profile)
                .unwrap()
                .answer
                .unwrap()
                .error
        };
        assert_eq!(error(Profile::Rfc), Some("unsupported_grant_type"));
        assert_eq!(error(Profile::Kinde), Some("invalid_request"));
    }
}
