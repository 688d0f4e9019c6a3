//! What an error means, as one value that the command prints and the pages send.

use m2m_errors::{Cause, Entry, ErrorCode, Profile, Source, Status};
use serde::Serialize;

/// What an error means, what leads to it, and what to do about it.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    /// The code, the cause or the status, as it is written.
    pub(crate) name: String,
    /// What the name is a name of.
    pub(crate) kind: Kind,
    /// The dialect of what follows.
    pub(crate) profile: &'static str,
    /// What it says, in one sentence.
    pub(crate) meaning: &'static str,
    /// What the caller sees, where that is one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Answer>,
    /// What usually leads to it, as the caller can know.
    pub(crate) causes: &'static [&'static str],
    /// What the caller can do.
    pub(crate) fixes: &'static [&'static str],
    /// What the operator can know and do, where that is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operator: Option<OperatorAdvice>,
    /// The exact causes that are answered so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) exact_causes: Vec<ExactCause>,
    /// Where it is written.
    pub(crate) sources: Vec<String>,
}

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A value of `error`.
    ErrorCode,
    /// The most exact thing that went wrong.
    Cause,
    /// A status of HTTP.
    Status,
}

impl Kind {
    /// What people call it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCode => "error code",
            Self::Cause => "cause",
            Self::Status => "status of HTTP",
        }
    }
}

/// What the caller sees.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// The status of HTTP.
    pub(crate) status: u16,
    /// The code, absent where the RFC wants none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'static str>,
    /// The text.
    pub(crate) error_description: &'static str,
}

/// What the operator can know and do.
#[derive(Debug, Serialize)]
pub(crate) struct OperatorAdvice {
    /// Who has to act.
    pub(crate) fault: &'static str,
    /// What usually leads to it.
    pub(crate) causes: &'static [&'static str],
    /// What to do.
    pub(crate) fixes: &'static [&'static str],
}

/// An exact cause behind a code or a status.
#[derive(Debug, Serialize)]
pub(crate) struct ExactCause {
    /// Its id.
    pub(crate) cause: &'static str,
    /// What happened, in one sentence.
    pub(crate) meaning: &'static str,
}

impl Explanation {
    /// Explains an error code, a cause or the number of a status, in the dialect of `profile`.
    pub(crate) fn of(name: &str, profile: Profile) -> Option<Self> {
        if let Ok(code) = name.parse::<ErrorCode>() {
            return Some(Self::of_code(code, profile));
        }
        if let Ok(cause) = name.parse::<Cause>() {
            return Some(Self::of_cause(cause, profile));
        }
        name.parse::<Status>()
            .ok()
            .map(|status| Self::of_status(status, profile))
    }

    /// All names that can be explained.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        codes.chain(Cause::ALL.iter().map(|cause| cause.id()))
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
