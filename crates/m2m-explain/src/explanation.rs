//! The explanation of an error in words.

use m2m_errors::{Cause, Entry, ErrorCode, Profile, Source, Status};
use serde::Serialize;

use crate::connection::Connection;
use crate::known::{self, Likely, Meaning};
use crate::own;
use crate::received::{Received, Said};
use crate::task::TaskAdvice;

/// The explanation of an error: its meaning, its usual causes, and the fixes.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The canonical spelling of the code, the cause or the status.
    pub name: String,
    /// The kind of the name.
    pub kind: Kind,
    /// The heading in a few words, for a cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'static str>,
    /// The dialect of the explanation.
    pub profile: &'static str,
    /// The meaning, in one sentence.
    pub meaning: &'static str,
    /// The answer to the caller, for a cause with which a server answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The usual causes that the caller can know, the likeliest first.
    pub causes: Vec<&'static str>,
    /// The fixes for the caller, in the order of the causes.
    pub fixes: Vec<&'static str>,
    /// The cause of the taxonomy that the words of the server point to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likely_cause: Option<&'static str>,
    /// The advice for the operator, for a cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorAdvice>,
    /// The exact causes that are answered with this code or status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exact_causes: Vec<ExactCause>,
    /// The sources, such as sections of RFCs.
    pub sources: Vec<String>,
}

/// The kind of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A value of `error`.
    ErrorCode,
    /// A cause of the taxonomy, the most exact description of an error.
    Cause,
    /// An HTTP status.
    Status,
    /// A problem before a server answers.
    Connection,
}

impl Kind {
    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCode => "error code",
            Self::Cause => "cause",
            Self::Status => "HTTP status",
            Self::Connection => "connection problem",
        }
    }
}

/// The answer to the caller.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The code, absent if the RFC requires an answer without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The text for developers.
    pub error_description: &'static str,
    /// The place of the code, if it is not one of OAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// The advice for the operator.
#[derive(Debug, Serialize)]
pub struct OperatorAdvice {
    /// The party at fault, which has to act.
    pub fault: &'static str,
    /// The usual causes that the operator can know.
    pub causes: &'static [&'static str],
    /// The fixes for the operator.
    pub fixes: &'static [&'static str],
    /// The tasks on an m2m server that help, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskAdvice>,
    /// The causes that are easily taken for this one, or that often follow it.
    pub related: Vec<RelatedCause>,
}

/// A cause that is easily taken for another one, or that often follows it.
#[derive(Debug, Serialize)]
pub struct RelatedCause {
    /// The id of the cause.
    pub cause: &'static str,
    /// The heading of the cause.
    pub title: &'static str,
}

/// An exact cause behind a code or a status.
#[derive(Debug, Serialize)]
pub struct ExactCause {
    /// The id of the cause.
    pub cause: &'static str,
    /// The heading of the cause.
    pub title: &'static str,
    /// The meaning of the cause, in one sentence.
    pub meaning: &'static str,
}

impl Explanation {
    /// Explains an error code, a cause, a code of the management API (`API_NOT_FOUND`), a connection problem or a status (`401`, `Unauthorized`, `401 Unauthorized`), in the dialect of `profile`.
    pub fn of(name: &str, profile: Profile) -> Option<Self> {
        if let Ok(code) = name.parse::<ErrorCode>() {
            return Some(Self::of_code(code, profile));
        }
        if let Some(cause) = name.parse().ok().or_else(|| own::by_code(name, None)) {
            return Some(Self::of_cause(cause, profile));
        }
        let by_name = |connection: &&Connection| connection.name == name;
        if let Some(connection) = Connection::ALL.iter().find(by_name) {
            return Some(Self::of_connection(connection, profile));
        }
        status(name).map(|status| Self::of_status(status, profile))
    }

    /// All names that can be explained.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        let connections = Connection::ALL.iter().map(|connection| connection.name);
        let causes = Cause::ALL.iter().map(|cause| cause.id());
        codes.chain(causes).chain(connections)
    }

    /// Returns true if the caller and the operator have the same advice, as for a cause with which no server answers.
    pub fn has_one_advice(&self) -> bool {
        let is_same = |operator: &OperatorAdvice| {
            operator.causes == self.causes && operator.fixes == self.fixes
        };
        self.operator.as_ref().is_some_and(is_same)
    }

    /// Returns true if the text can be explained by itself: the name of a code, a cause, a connection problem, or a status.
    pub(crate) fn is_name(text: &str) -> bool {
        text.len() <= MAX_NAME_BYTES && Self::of(&text.to_ascii_lowercase(), Profile::Rfc).is_some()
    }

    /// Explains an error that a server reported by the most exact part of it that is known: a text or a code of the catalogue, a status that is
    /// more exact than the code, the code, the words of the provider, the challenge without a code, or else the status, which may have many causes.
    ///
    /// The cause that the words of the server point to is the first one.
    #[must_use]
    pub fn of_received(received: &Received, profile: Profile) -> Option<Self> {
        if let Some(explanation) = Self::of_own(received, profile) {
            return Some(explanation);
        }
        let finding = known::find(received);
        let code = received.code();
        let meaning = finding.and_then(|finding| finding.meaning);
        let explanation = match (code, meaning) {
            (Some(code), _) | (None, Some(Meaning::Code(code))) => {
                Some(Self::of_code(code, profile))
            }
            (None, Some(Meaning::Cause(cause))) => Some(Self::of_cause(cause, profile)),
            (None, Some(Meaning::Status(status))) => Some(Self::of_status(status, profile)),
            (None, Some(Meaning::Connection(connection))) => {
                Some(Self::of_connection(connection, profile))
            }
            (None, None) => {
                let error = received.error.as_deref();
                match error.and_then(|error| own::by_code(error, received.status)) {
                    Some(cause) => Some(Self::of_cause(cause, profile)),
                    None => Self::without_words(received, profile),
                }
            }
        };
        let likely = finding.and_then(|finding| finding.likely);
        explanation.map(|explanation| explanation.led_by(likely))
    }

    /// Explains an answer that only one cause or one group of causes can have, and one whose status is more exact than its code.
    fn of_own(received: &Received, profile: Profile) -> Option<Self> {
        let causes = own::by_text(received, profile);
        match *causes.as_slice() {
            [] => {}
            [cause] => return Some(Self::of_cause(cause, profile)),
            [first, ..] => {
                let wire = first.entry().wire.of(profile);
                let explanation = match received.code().or(wire.error) {
                    Some(code) => Self::of_code(code, profile),
                    None => Self::of_status(wire.status, profile),
                };
                return Some(explanation.led_by_group(&causes));
            }
        }
        if let Some(cause) = own::by_body(received) {
            return Some(Self::of_cause(cause, profile));
        }
        let status = received.status.and_then(Status::from_code)?;
        let is_allow = |said: &Said| said.name.eq_ignore_ascii_case("Allow");
        if status == Status::MethodNotAllowed && received.said.iter().any(is_allow) {
            return Some(Self::of_cause(Cause::MethodNotAllowed, profile));
        }
        let is_exact = EXACT.contains(&status) && received.code().is_some();
        is_exact.then(|| Self::of_status(status, profile))
    }

    /// Puts the advice of causes that share one answer before the others.
    fn led_by_group(mut self, group: &[Cause]) -> Self {
        // Every error inside the server has the same answer. Its advice for callers is that of the first one.
        let is_inside =
            |cause: &Cause| cause.entry().wire.rfc.status == Status::InternalServerError;
        let count = if group.iter().all(is_inside) {
            1
        } else {
            group.len()
        };
        let advice = || {
            group
                .iter()
                .take(count)
                .map(|cause| cause.entry().for_caller)
        };
        let causes = advice().flat_map(|advice| advice.causes).copied();
        self.causes = without_repetitions(causes.chain(self.causes));
        let fixes = advice().flat_map(|advice| advice.fixes).copied();
        self.fixes = without_repetitions(fixes.chain(self.fixes));
        let is_other = |exact: &ExactCause| !group.iter().any(|own| own.id() == exact.cause);
        self.exact_causes.sort_by_key(is_other);
        self
    }

    /// Explains an error by its form alone: a challenge without a code, or the status.
    fn without_words(received: &Received, profile: Profile) -> Option<Self> {
        let is_challenged = received.error.is_none() && received.scheme.is_some();
        // RFC 6750, section 3.1: a call without credentials is answered with a challenge without `error`.
        let is_bearer = |scheme: &String| scheme.eq_ignore_ascii_case("Bearer");
        if is_challenged && received.scheme.as_ref().is_some_and(is_bearer) {
            return Some(Self::of_cause(Cause::TokenMissing, profile));
        }
        // A challenge comes with 401 (RFC 9110, section 11.6.1), except for errors with a status of their own (RFC 6750, section 3.1).
        let status = received.status.or_else(|| is_challenged.then_some(401))?;
        Connection::of_status(status).map_or_else(
            || {
                // RFC 9110, section 15: an unknown status is treated as the first of its class.
                let class = (400..=599).contains(&status).then_some(status / 100 * 100);
                let known = Status::from_code(status);
                let status = known.or_else(|| class.and_then(Status::from_code))?;
                Some(Self::of_status(status, profile))
            },
            |connection| Some(Self::of_connection(connection, profile)),
        )
    }

    /// Puts the likeliest cause and its fix before the others.
    fn led_by(mut self, likely: Option<&'static Likely>) -> Self {
        if let Some(Likely { cause, text, fix }) = likely {
            self.causes.retain(|cause| cause != text);
            self.causes.insert(0, text);
            self.fixes.retain(|other| other != fix);
            self.fixes.insert(0, fix);
            self.likely_cause = cause.map(Cause::id);
            let likeliest = |exact: &ExactCause| Some(exact.cause) != self.likely_cause;
            self.exact_causes.sort_by_key(likeliest);
        }
        self
    }

    fn of_connection(connection: &'static Connection, profile: Profile) -> Self {
        Self {
            name: connection.name.to_owned(),
            kind: Kind::Connection,
            title: None,
            profile: profile.as_str(),
            meaning: connection.meaning,
            answer: None,
            causes: connection.advice.causes.to_vec(),
            fixes: connection.advice.fixes.to_vec(),
            likely_cause: None,
            operator: None,
            exact_causes: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn of_code(code: ErrorCode, profile: Profile) -> Self {
        let entry = code.entry();
        Self {
            name: entry.code.to_owned(),
            kind: Kind::ErrorCode,
            title: None,
            profile: profile.as_str(),
            meaning: entry.meaning,
            answer: None,
            causes: entry.advice.causes.to_vec(),
            fixes: entry.advice.fixes.to_vec(),
            likely_cause: None,
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
            title: None,
            profile: profile.as_str(),
            meaning: entry.meaning,
            answer: None,
            causes: entry.advice.causes.to_vec(),
            fixes: entry.advice.fixes.to_vec(),
            likely_cause: None,
            operator: None,
            exact_causes: exact_causes(status.causes(profile)),
            sources: sources(entry.sources),
        }
    }

    fn of_cause(cause: Cause, profile: Profile) -> Self {
        let Entry {
            id,
            title,
            fault,
            operator,
            for_caller,
            for_operator,
            tasks,
            related,
            wire,
            ..
        } = cause.entry();
        let wire = wire.of(profile);
        Self {
            name: (*id).to_owned(),
            kind: Kind::Cause,
            title: Some(title),
            profile: profile.as_str(),
            meaning: operator,
            answer: cause.is_answered().then(|| Answer {
                status: wire.status.code(),
                error: wire.error.map(ErrorCode::as_str),
                error_description: wire.description.plain,
                note: (wire.error.is_none() && cause.is_of_an_operation())
                    .then_some(OPERATION_NOTE),
            }),
            causes: for_caller.causes.to_vec(),
            fixes: for_caller.fixes.to_vec(),
            likely_cause: None,
            operator: Some(OperatorAdvice {
                fault: fault.as_str(),
                causes: for_operator.causes,
                fixes: for_operator.fixes,
                tasks: tasks.iter().copied().map(TaskAdvice::of).collect(),
                related: related
                    .iter()
                    .map(|cause| RelatedCause {
                        cause: cause.id(),
                        title: cause.entry().title,
                    })
                    .collect(),
            }),
            exact_causes: Vec::new(),
            sources: sources(cause.entry().sources),
        }
    }
}

/// The note about the code of an answer of the management API.
const OPERATION_NOTE: &str = "The response has a code of the management API in errors[].code.";

/// The statuses that say more than the code that is sent with them.
const EXACT: &[Status] = &[
    Status::MethodNotAllowed,
    Status::RequestTimeout,
    Status::ContentTooLarge,
    Status::UnsupportedMediaType,
    Status::RequestHeaderFieldsTooLarge,
];

/// The maximum length of a name. Unit: bytes.
const MAX_NAME_BYTES: usize = 100;

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

/// The most frequent causes, the most frequent first. They precede the others, which are in the order of the catalogue.
const FREQUENT: &[Cause] = &[
    Cause::SecretWrong,
    Cause::ClientUnknown,
    Cause::SecretRotatedOut,
    Cause::SecretExpired,
    Cause::ApplicationDisabled,
    Cause::ApplicationExpired,
    Cause::ScopeNotAssigned,
    Cause::ScopeUnknown,
    Cause::AudienceNotAuthorized,
    Cause::AudienceUnknown,
    Cause::GrantTypeMissing,
    Cause::ContentTypeWrong,
    Cause::TokenExpired,
    Cause::ScopeInsufficient,
    Cause::StoreUnavailable,
];

fn without_repetitions(texts: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut own = Vec::new();
    for text in texts {
        if !own.contains(&text) {
            own.push(text);
        }
    }
    own
}

fn exact_causes(causes: impl Iterator<Item = Cause>) -> Vec<ExactCause> {
    let mut causes: Vec<Cause> = causes.collect();
    let rank = |cause: &Cause| FREQUENT.iter().position(|frequent| frequent == cause);
    causes.sort_by_key(|cause| rank(cause).unwrap_or(FREQUENT.len()));
    causes
        .into_iter()
        .map(|cause| ExactCause {
            cause: cause.id(),
            title: cause.entry().title,
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
    fn every_name_is_explained_with_causes_and_fixes() {
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
    fn k5_no_name_has_two_explanations() {
        let mut names: Vec<&str> = Explanation::names().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn explains_the_known_parts_of_an_answer() {
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
        assert_eq!(code, ["invalid_client"]);
        // RFC 6750, section 3.1: 403.
        let challenge = names(received(Some("insufficient_scope"), Some("Bearer"), None));
        assert_eq!(challenge, ["insufficient_scope"]);
        let no_credentials = names(received(None, Some("bearer"), None));
        assert_eq!(no_credentials, ["token-missing"]);
        assert_eq!(names(received(None, None, Some(401))), ["401 Unauthorized"]);
        assert_eq!(
            names(received(Some("own"), None, Some(503))),
            ["503 Service Unavailable"]
        );
        assert!(names(received(Some("own"), None, Some(299))).is_empty());
    }

    /// The exact causes of a code or a status.
    fn exact(name: &str) -> Vec<&'static str> {
        let explanation = Explanation::of(name, Profile::Rfc).unwrap();
        let causes = explanation.exact_causes.into_iter();
        causes.map(|exact| exact.cause).collect()
    }

    #[test]
    fn only_causes_with_an_answer_are_exact_causes() {
        let failed = Explanation::of("connection-refused", Profile::Rfc).unwrap();
        assert!(failed.answer.is_none() && failed.has_one_advice());
        for name in ["500", "server_error"] {
            let causes = exact(name);
            assert!(!causes.contains(&"connection-refused"), "{name}");
            assert!(causes.contains(&"internal-error"), "{name}");
        }
    }

    #[test]
    fn the_most_frequent_exact_causes_come_first() {
        for (code, first) in [
            ("invalid_client", ["secret-wrong", "client-unknown"]),
            ("invalid_scope", ["scope-not-assigned", "scope-unknown"]),
            (
                "invalid_target",
                ["audience-not-authorized", "audience-unknown"],
            ),
            (
                "invalid_request",
                ["grant-type-missing", "content-type-wrong"],
            ),
        ] {
            let causes = exact(code);
            assert!(causes.starts_with(&first), "{code}: {causes:?}");
        }
    }

    #[test]
    fn the_answer_to_an_operation_has_a_code_of_the_management_api() {
        let note = |name: &str| {
            let explanation = Explanation::of(name, Profile::Rfc).unwrap();
            explanation.answer.unwrap().note
        };
        assert!(note("api-not-found").unwrap().contains("errors[].code"));
        assert_eq!(note("token-missing"), None);
        assert_eq!(note("secret-wrong"), None);
    }

    #[test]
    fn uses_the_requested_profile() {
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
