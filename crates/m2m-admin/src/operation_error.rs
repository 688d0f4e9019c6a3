//! Why a management operation is not done.

use core::fmt;
use std::borrow::Cow;

use m2m_authority::registry::{InvalidRegistry, Path, Problem};
use m2m_errors::Cause;
use m2m_store::{CommitError, StoreError};

use crate::attempts::Failure;
use crate::http_api;
use crate::standing::Lapsed;
use crate::wording::{self, Wording};

/// A management operation is not done, and nothing was changed, except where the code is `CHANGE_UNKNOWN`: that leaves it open.
///
/// Its message names the field and what would be right, and never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationError {
    status: u16,
    code: Cow<'static, str>,
    message: String,
    cause: Cause,
    /// The text that the log keeps, where it is not the message without quotations.
    reason: Option<Box<Reason>>,
    mistake: Option<Box<Place>>,
    retry_after_seconds: Option<u32>,
    is_conflict: bool,
}

/// The text that the log keeps of a refusal in the place of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    /// This text.
    Text(Box<str>),
    /// A place in what was sent, and what is wrong there. Both may have text of the caller in them.
    Form { place: Box<str>, what: Box<str> },
}

/// Where a file that was sent is wrong. Unit: bytes from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) earlier: Option<usize>,
    pub(crate) help: Option<String>,
}

impl OperationError {
    /// The status that HTTP has for it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The code of what is wrong, such as `API_NOT_FOUND`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What is wrong, and what would be right.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The cause under which the refusal is kept.
    pub(crate) const fn cause(&self) -> Cause {
        self.cause
    }

    /// The message as the log keeps it: without text of the caller, who may have put a secret anywhere.
    pub(crate) fn reason(&self) -> Box<str> {
        match self.reason.as_deref() {
            None => without_quotes(&self.message),
            Some(Reason::Text(text)) => text.clone(),
            // Only now: the names that are documented are found by reading forms.
            Some(Reason::Form { place, what }) => {
                without_quotes(&format!("{}: {}", documented(place), expectation(what)))
            }
        }
    }

    /// When to try again. Unit: seconds.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    pub(crate) fn mistake(&self) -> Option<&Place> {
        self.mistake.as_deref()
    }

    pub(crate) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            cause: Cause::OperationRefused,
            reason: None,
            mistake: None,
            retry_after_seconds: None,
            is_conflict: false,
        }
    }

    /// A value that is none of its kind.
    pub(crate) fn invalid(field: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::new(400, "FIELD_INVALID", format!("{field}: {why}"))
    }

    /// A document that does not have the form of what was expected; `whole` is what has no name.
    pub(crate) fn of_form<E: fmt::Display>(
        whole: &str,
        error: &serde_path_to_error::Error<E>,
    ) -> Self {
        let Wording {
            path,
            what,
            help,
            is_name,
            missing,
            ..
        } = wording::read(error, |_| &[]);
        let (path, what) = match &missing {
            Some(field) => (path.member(field).to_string(), "is missing"),
            None if is_name => (path.to_string(), "unknown field"),
            None => (path.to_string(), &*what),
        };
        let place = if path.is_empty() { whole } else { &path };
        let help = help.map_or_else(String::new, |help| format!("; {help}"));
        let reason = Reason::Form {
            place: place.into(),
            what: what.into(),
        };
        Self {
            reason: Some(Box::new(reason)),
            ..Self::invalid(place, format_args!("{what}{help}"))
        }
    }

    /// The same, of which the log keeps this reason.
    pub(crate) fn kept_as(mut self, reason: &str) -> Self {
        self.reason = Some(Box::new(Reason::Text(reason.into())));
        self
    }

    /// The same with another cause.
    fn of_cause(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// The same with something to do about it.
    pub(crate) fn with_help(mut self, help: &str) -> Self {
        self.message.push_str("; ");
        self.message.push_str(help);
        self
    }

    /// A mistake in a file that was sent.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.mistake = Some(Box::new(place));
        self
    }

    /// There is no such record.
    pub(crate) fn unknown(kind: &'static str, name: &str) -> Self {
        let code = format!("{}_NOT_FOUND", kind.to_uppercase().replace(' ', "_"));
        Self::new(404, code, format!("there is no {kind} {}", Quoted(name)))
    }

    /// Another record has the name.
    pub(crate) fn taken(kind: &'static str, field: &str, name: &str) -> Self {
        let code = format!("{}_TAKEN", kind.to_uppercase().replace(' ', "_"));
        let message = format!("{field}: another record has the {kind} {}", Quoted(name));
        Self::new(409, code, message)
    }

    /// It would break something that others rely on.
    pub(crate) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// The record is no longer what the caller has seen.
    pub(crate) fn version_changed(current: &str) -> Self {
        let message = format!(
            "If-Match: the record is another one by now ({current}); read it again, and decide again"
        );
        Self::new(412, "VERSION_CHANGED", message)
    }

    /// What the token opened was withdrawn while the request was read, or waited for its turn.
    pub(crate) fn lapsed(lapsed: Lapsed) -> Self {
        match lapsed {
            Lapsed::Unknown => StoreError::Busy.into(),
            Lapsed::Withdrawn(cause) => {
                let message = "what the token opens was withdrawn meanwhile; nothing was changed";
                Self::new(403, "TOKEN_REVOKED", message).of_cause(cause)
            }
        }
    }

    /// The registry comes from a file.
    pub(crate) fn read_only() -> Self {
        let message = "this server serves a registry from a file, which nothing but the file changes: change it and start again, \
             or serve a data directory (m2m serve --data)";
        Self::new(409, "REGISTRY_READ_ONLY", message)
    }

    /// Nobody could manage the server any more, or whoever asks could not.
    pub(crate) fn keeps_management(message: &'static str) -> Self {
        Self::new(409, "MANAGEMENT_PROTECTED", message).of_cause(Cause::ManagementProtected)
    }

    /// Whoever asks would get, or give, more power than the token has.
    pub(crate) fn beyond_token(scope: &str) -> Self {
        let message = format!(
            "the application manages this server with the scope {scope}, or would, and your token lacks it: nobody hands out what he does not have"
        );
        Self::new(403, "SCOPE_BEYOND_TOKEN", message).of_cause(Cause::ScopeBeyondToken)
    }

    /// The records do not fit together. `name` says how the operation calls a field.
    pub(crate) fn misfit(error: &InvalidRegistry) -> Self {
        let field = member(&error.path);
        match &error.problem {
            Problem::Taken { value, .. } => {
                Self::conflict("NAME_TAKEN", format!("{field}: {} is taken", Quoted(value)))
            }
            Problem::Unknown {
                kind,
                value,
                nearest,
            } => {
                let meant = nearest.as_ref().map_or_else(String::new, |nearest| {
                    format!("; did you mean {}?", Quoted(nearest))
                });
                let message = format!("{field}: there is no {kind} {}{meant}", Quoted(value));
                Self::new(404, "REFERENCE_NOT_FOUND", message)
            }
            Problem::SystemUserIsClient { .. } => {
                Self::conflict("SYSTEM_USER_TAKEN", format!("{field}: {}", error.problem))
            }
            Problem::TokenTooLong { .. } => {
                Self::conflict("TOKEN_TOO_LONG", format!("{field}: {}", error.problem))
            }
            Problem::RevokedAhead { .. } => {
                Self::invalid(field, format_args!("{}; {NO_TOKENS_YET}", error.problem))
            }
            Problem::Malformed { .. }
            | Problem::Private { .. }
            | Problem::TooMany { .. }
            | Problem::TooSmall { .. }
            | _ => Self::invalid(field, &error.problem),
        }
    }
}

/// The fix for a revocation up to a later time.
pub(crate) const NO_TOKENS_YET: &str =
    "give a time that has passed, or disable the application if it is to get no tokens";

/// A text in quotes, with whatever is not printable escaped.
pub(crate) struct Quoted<'t>(pub(crate) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a caller sent may be long; its beginning says which one is meant.
        let end = self.0.char_indices().nth(MAX_QUOTED).map(|(end, _)| end);
        match end.and_then(|end| self.0.get(..end)) {
            Some(beginning) => write!(f, "{beginning:?}…"),
            None => write!(f, "{:?}", self.0),
        }
    }
}

/// So much of a name is quoted. Unit: characters.
const MAX_QUOTED: usize = 100;

/// A text without what stands between its first quotation mark and its last: what a caller sent stands in quotation marks, and may have
/// some in it.
fn without_quotes(text: &str) -> Box<str> {
    let marks = ['"', '`'];
    match (text.find(marks), text.rfind(marks)) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (text.get(..=first), text.get(last..));
            [before, Some("…"), after]
                .into_iter()
                .flatten()
                .collect::<String>()
                .into()
        }
        // A single mark has lost the other to a limit of length.
        (Some(first), _) => text.get(..first).unwrap_or_default().into(),
        (None, _) => text.into(),
    }
}

/// The beginning of a message about a value: what was expected, without what was found.
fn expectation(what: &str) -> &str {
    what.split_once(", found ")
        .map_or(what, |(expected, _)| expected)
}

/// A place in a document, where names that the OpenAPI document does not have are left out: a caller chose them.
fn documented(place: &str) -> String {
    let parts = place.split('.').map(|part| {
        let name = part.split_once('[').map_or(part, |(name, _)| name);
        if http_api::is_documented(name) {
            part
        } else {
            "…"
        }
    });
    parts.collect::<Vec<_>>().join(".")
}

/// The member of a request body that a field of a record stands for.
fn member(path: &Path) -> &str {
    match path.field() {
        Some("code" | "organization") => "org_code",
        Some("secret_sha256") => "secrets",
        Some("authorize") => "apis",
        Some(field) => field,
        None => "body",
    }
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        if error == StoreError::TooMuchWork {
            let message =
                "the query looks at too many records to be answered; narrow it, by name or time";
            return Self::new(400, "QUERY_TOO_EXPENSIVE", message);
        }
        // What failed inside is for the log of the server, and not for the caller.
        let reason = Box::new(Reason::Text(error.to_string().into()));
        if let StoreError::Unknown { .. } = error {
            // Without a time to try again: somebody has to look first.
            let message = "the disk failed while the change was made durable, so that it may have been made: read the record, or the latest \
                 events, before you try again; the log says under the trace_id what became of it, once that is known";
            return Self {
                cause: Cause::ChangeUnknown,
                reason: Some(reason),
                ..Self::new(503, CHANGE_UNKNOWN, message)
            };
        }
        let message = if error == StoreError::TooManyRevocations {
            "there is no room for more revocations"
        } else {
            "the registry cannot be read or written now; nothing was changed"
        };
        Self {
            retry_after_seconds: Some(RETRY_AFTER_SECONDS),
            cause: Cause::StoreUnavailable,
            reason: Some(reason),
            ..Self::new(503, STORE_UNAVAILABLE, message)
        }
    }
}

impl From<CommitError> for OperationError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            CommitError::Conflict => Self {
                is_conflict: true,
                ..Self::conflict(
                    "REGISTRY_CHANGED",
                    "somebody else changed the registry meanwhile, again and again; try again",
                )
            },
            CommitError::Inconsistent { what } => Self::conflict("REGISTRY_CHANGED", &*what),
            CommitError::Unaudited | _ => Self::new(
                500,
                "INTERNAL_ERROR",
                "a defect of this server; the log has it under the trace id",
            )
            .of_cause(Cause::InternalError)
            .kept_as(&error.to_string()),
        }
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for OperationError {}

impl Failure for OperationError {
    fn is_conflict(&self) -> bool {
        self.is_conflict
    }
}

/// The code of a change of which it is not known whether it was made.
const CHANGE_UNKNOWN: &str = "CHANGE_UNKNOWN";
/// The code of a change that was not made, or of a question that was not answered.
const STORE_UNAVAILABLE: &str = "STORE_UNAVAILABLE";

/// When a store that is away may be back. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 5;
