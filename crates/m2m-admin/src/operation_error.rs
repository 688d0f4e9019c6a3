//! The reasons why a management operation is refused.

mod cause;

use core::fmt;

use m2m_api::{Code, MistakePlace};
use m2m_authority::registry::{InvalidRegistry, Path, Problem, time_text};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::{CommitError, StoreError};

use crate::InvalidImport;
use crate::attempts::Failure;
use crate::wording::NO_TOKENS_YET;

/// The reason why a management operation was refused. Nothing was changed, except possibly for [`ChangeUnknown`](Self::ChangeUnknown).
///
/// Each reason has one status and one code. Its message names the field and the expected value, and never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the members are those of the message")]
pub enum OperationError {
    /// A value is invalid.
    #[error("{field}: {why}")]
    FieldInvalid { field: Box<str>, why: Box<str> },
    /// The request does not have the form that the operation expects. `help` begins with a semicolon.
    #[error("{place}: {what}{help}")]
    FormInvalid {
        place: Box<str>,
        what: Box<str>,
        help: Box<str>,
    },
    /// The query cannot be read.
    #[error("the query: {why}")]
    QueryMalformed { why: Box<str> },
    /// The body is not JSON.
    #[error("the body is not JSON: {why}")]
    BodyNotJson { why: Box<str> },
    /// The body is not text.
    #[error("the body is not valid UTF-8 at byte {from}")]
    BodyNotUtf8 { from: usize },
    /// The body is an empty file.
    #[error("the body is empty; expected a world.toml")]
    RegistryDocumentEmpty,
    /// The operation does not accept bodies of this media type.
    #[error("Content-Type: this operation accepts only {taken}")]
    MediaTypeUnsupported { taken: &'static str },
    /// The query would read too many records.
    #[error("the query would read too many records; narrow it by name or time")]
    QueryTooExpensive,
    /// The registry document has a mistake that does not depend on the registry.
    #[error("{0}")]
    RegistryMalformed(Box<RegistryMistake>),
    /// The registry document does not fit the records in the registry.
    #[error("{0}")]
    RegistryUnfit(Box<RegistryMistake>),
    /// The permission of the token was revoked while the request was in progress.
    #[error(
        "the token's permissions were revoked while the request was in progress; nothing was changed"
    )]
    TokenRevoked(Cause),
    /// The caller would gain or grant more power than the token has.
    #[error(
        "the application has, or would get, the management API scope {scope}, which your token lacks; use a token with this scope"
    )]
    ScopeBeyondToken { scope: Box<str> },
    /// The API does not exist.
    #[error("there is no API {}", Quoted(.0))]
    ApiNotFound(Box<str>),
    /// The scope does not exist.
    #[error("there is no scope {}", Quoted(.0))]
    ScopeNotFound(Box<str>),
    /// The application does not exist.
    #[error("there is no application {}", Quoted(.0))]
    ApplicationNotFound(Box<str>),
    /// The organization does not exist.
    #[error("there is no organization {}", Quoted(.0))]
    OrganizationNotFound(Box<str>),
    /// The property does not exist.
    #[error("there is no property {}", Quoted(.0))]
    PropertyNotFound(Box<str>),
    /// The secret does not exist.
    #[error("there is no secret {}", Quoted(.0))]
    SecretNotFound(Box<str>),
    /// The feature flag does not exist.
    #[error("there is no feature flag {}", Quoted(.0))]
    FeatureFlagNotFound(Box<str>),
    /// The diagnosis does not exist.
    #[error("there is no diagnosis {}", Quoted(.0))]
    DiagnosisNotFound(Box<str>),
    /// The request names a record that does not exist.
    #[error("{field}: {what}")]
    ReferenceNotFound { field: Box<str>, what: Box<str> },
    /// The scope is not assigned to the application.
    #[error("the scope is not assigned to the application")]
    ScopeNotAssigned,
    /// Another API has the same audience.
    #[error("{field}: another API already has the audience {}", Quoted(audience))]
    AudienceTaken {
        field: &'static str,
        audience: Box<str>,
    },
    /// Another application has the same client id.
    #[error("client_id: another application already has the client id {}", Quoted(.0))]
    ClientIdTaken(Box<str>),
    /// The client id is the name of a system user.
    #[error(
        "client_id: a system user has this name, and tokens of the two could not be distinguished; choose another client id"
    )]
    ClientIdOfSystemUser,
    /// Another organization has the same code.
    #[error("code: another organization already has the code {}", Quoted(.0))]
    OrganizationTaken(Box<str>),
    /// Another property has the same key.
    #[error("key: another property already has the key {}", Quoted(.0))]
    PropertyTaken(Box<str>),
    /// The API already has the scope.
    #[error("key: the API already has the scope {}", Quoted(.0))]
    ScopeTaken(Box<str>),
    /// Another signing key has the same key id.
    #[error("kid: another signing key already has the key id {}", Quoted(.0))]
    KeyIdTaken(Box<str>),
    /// Another record has the same name.
    #[error("{field}: {} is already in use", Quoted(value))]
    NameTaken { field: Box<str>, value: Box<str> },
    /// The name of the system user is a client id.
    #[error("{field}: {why}")]
    SystemUserTaken { field: Box<str>, why: Box<str> },
    /// Tokens of the application would be too long.
    #[error("{field}: {why}")]
    TokenTooLong { field: Box<str>, why: Box<str> },
    /// The record would be too large.
    #[error("the record would have {bytes} bytes; the maximum is {most}")]
    RecordTooLarge { bytes: usize, most: usize },
    /// A file would delete a record that other records use.
    #[error("{what}")]
    RecordInUse { what: Box<str> },
    /// More applications depend on the record than one change can check.
    #[error(
        "more than {most} applications use the record, or the records of these applications are too large for one change; first remove the record from the applications, which m2m apply can do in one change"
    )]
    InUse { most: usize },
    /// Applications belong to the organization.
    #[error(
        "the organization still has applications, for example {client_id:?}, which would become global without it; first delete these applications, or move them to another organization"
    )]
    OrganizationInUse { client_id: Box<str> },
    /// The request names an application more than once.
    #[error("applications: {} occurs more than once", Quoted(.0))]
    ApplicationRepeated(Box<str>),
    /// The application is not authorized for the API.
    #[error(
        "the application is not authorized for the API; authorize it first: PATCH /api/v1/apis/{{api_id}}/applications"
    )]
    ApplicationNotAuthorized,
    /// The application is public.
    #[error("a public application cannot have a secret; set client_type to confidential first")]
    ApplicationPublic,
    /// The two filters cannot be combined.
    #[error(
        "search: this filter cannot be combined with organization or owner, and those two not with each other; use only one of them"
    )]
    FiltersConflict,
    /// The feature flag has values of another type.
    #[error("value: the value of this flag must be {wanted}")]
    FeatureFlagType { wanted: &'static str },
    /// The property is not for applications.
    #[error(
        "property_key: the property is not for applications; use a property whose context is app"
    )]
    PropertyNotForApplications,
    /// The property is private.
    #[error("in_token: the property is private, and private properties are never put into tokens")]
    PropertyPrivate,
    /// The API has the maximum number of scopes.
    #[error("an API can have at most {most} scopes")]
    TooManyScopes { most: usize },
    /// The application has the maximum number of valid secrets.
    #[error("the application already has {most} valid secrets; revoke one of these secrets first")]
    TooManySecrets { most: usize },
    /// The maximum number of keys of the algorithm is announced.
    #[error(
        "the JWK set already has {most} keys of this algorithm; wait until the tokens of the oldest key have expired"
    )]
    TooManyKeys { most: usize },
    /// The key to import cannot be used.
    #[error("{field}: {why}")]
    KeyUnusable {
        field: &'static str,
        why: InvalidImport,
    },
    /// The key to import was retired.
    #[error("private_key: {why}; import or generate another key")]
    KeyRetired { why: Box<str> },
    /// The next key may not sign yet.
    #[error("the next key may sign from {} on, when every API has had time to fetch the key; repeat the rotation then; if others may know the current key, repeat the rotation at once with emergency set to true (option --emergency)", time_text(*signs_from))]
    KeyTooNew { signs_from: UnixTime },
    /// This build cannot generate keys of the algorithm.
    #[error(
        "this build cannot generate keys of this algorithm; generate a key with another tool and import it"
    )]
    KeyNotGenerated,
    /// The change would prevent the caller, or everyone, from managing the server.
    #[error("{0}")]
    ManagementProtected(&'static str),
    /// The registry is read from a file and cannot be changed.
    #[error(
        "this server reads its registry from a file, so requests cannot change it; change the file and restart the server, or use a data directory (m2m serve --data)"
    )]
    RegistryReadOnly,
    /// The exported registry is larger than an answer may be.
    #[error(
        "the exported registry is larger than {most} bytes, the maximum length of a response; list the records page by page, or stop the server and run m2m export --data"
    )]
    RegistryTooLarge { most: usize },
    /// The registry was changed by others between the decision and the commit. A caller gets this only after the last attempt.
    #[error("the registry was changed concurrently during every attempt; try again")]
    RegistryChanged,
    /// The change does not fit the registry, and another attempt would fail as well.
    #[error("{what}")]
    RegistryInconsistent { what: Box<str> },
    /// The record has changed since the version that the caller has read.
    #[error(
        "If-Match: the record has changed, and its ETag is now {current}; read the record again, then repeat the change if it still applies"
    )]
    VersionChanged { current: Box<str> },
    /// The operation does not compare versions and does not accept `If-Match`.
    #[error("If-Match: this operation does not support the header; omit the header")]
    VersionUnknown,
    /// A defect of this server. `why` is for its log.
    #[error("internal error; the log line with the trace_id has the details")]
    Internal { why: Box<str> },
    /// The registry cannot currently be read or written. `why` is for the log of the server.
    #[error("the registry cannot be read or written at the moment; nothing was changed")]
    StoreUnavailable { why: Box<str> },
    /// The store has reached the maximum number of revocations. `why` is for the log of the server.
    #[error(
        "the server already stores the maximum number of revoked tokens, so nothing was changed; try again after some of these tokens have expired"
    )]
    TooManyRevocations { why: Box<str> },
    /// The outcome of the change is not known. `why` is for the log of the server.
    #[error(
        "the disk failed during the commit, so the change may or may not have been saved; read the record or the latest events before you try again; once the outcome is known, the server logs it with the trace_id"
    )]
    ChangeUnknown { why: Box<str> },
}

/// A mistake in a registry document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryMistake {
    /// The message, with its path in a document that was sent as JSON.
    pub message: String,
    /// The place in a text that was sent as TOML.
    pub place: Option<MistakePlace>,
}

impl fmt::Display for RegistryMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl OperationError {
    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status_and_code().0
    }

    /// Returns the code, such as `API_NOT_FOUND`.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.status_and_code().1
    }

    /// Returns the time to wait before the next attempt, if waiting helps. Unit: seconds.
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only the store recovers by itself"
    )]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::StoreUnavailable { .. } | Self::TooManyRevocations { .. } => {
                Some(RETRY_AFTER_SECONDS)
            }
            _ => None,
        }
    }

    const fn status_and_code(&self) -> (u16, Code) {
        match self {
            Self::FieldInvalid { .. } => (400, Code::FieldInvalid),
            Self::FormInvalid { .. } => (400, Code::FieldInvalid),
            Self::QueryMalformed { .. } => (400, Code::QueryMalformed),
            Self::BodyNotJson { .. } => (400, Code::BodyMalformed),
            Self::BodyNotUtf8 { .. } => (400, Code::BodyMalformed),
            Self::RegistryDocumentEmpty => (400, Code::BodyMalformed),
            Self::MediaTypeUnsupported { .. } => (415, Code::MediaTypeUnsupported),
            Self::QueryTooExpensive => (400, Code::QueryTooExpensive),
            Self::RegistryMalformed(_) => (400, Code::RegistryInvalid),
            Self::RegistryUnfit(_) => (409, Code::RegistryInvalid),
            Self::TokenRevoked(_) => (403, Code::TokenRevoked),
            Self::ScopeBeyondToken { .. } => (403, Code::ScopeBeyondToken),
            Self::ApiNotFound(_) => (404, Code::ApiNotFound),
            Self::ScopeNotFound(_) => (404, Code::ScopeNotFound),
            Self::ApplicationNotFound(_) => (404, Code::ApplicationNotFound),
            Self::OrganizationNotFound(_) => (404, Code::OrganizationNotFound),
            Self::PropertyNotFound(_) => (404, Code::PropertyNotFound),
            Self::SecretNotFound(_) => (404, Code::SecretNotFound),
            Self::FeatureFlagNotFound(_) => (404, Code::FeatureFlagNotFound),
            Self::DiagnosisNotFound(_) => (404, Code::DiagnosisNotFound),
            Self::ReferenceNotFound { .. } => (404, Code::ReferenceNotFound),
            Self::ScopeNotAssigned => (404, Code::ScopeNotAssigned),
            Self::AudienceTaken { .. } => (409, Code::AudienceTaken),
            Self::ClientIdTaken(_) => (409, Code::ClientIdTaken),
            Self::ClientIdOfSystemUser => (409, Code::ClientIdTaken),
            Self::OrganizationTaken(_) => (409, Code::OrganizationTaken),
            Self::PropertyTaken(_) => (409, Code::PropertyTaken),
            Self::ScopeTaken(_) => (409, Code::ScopeTaken),
            Self::KeyIdTaken(_) => (409, Code::KeyIdTaken),
            Self::NameTaken { .. } => (409, Code::NameTaken),
            Self::SystemUserTaken { .. } => (409, Code::SystemUserTaken),
            Self::TokenTooLong { .. } => (409, Code::TokenTooLong),
            Self::RecordTooLarge { .. } => (409, Code::RecordTooLarge),
            Self::RecordInUse { .. } => (409, Code::RecordInUse),
            Self::InUse { .. } => (409, Code::InUse),
            Self::OrganizationInUse { .. } => (409, Code::OrganizationInUse),
            Self::ApplicationRepeated(_) => (409, Code::ApplicationRepeated),
            Self::ApplicationNotAuthorized => (409, Code::ApplicationNotAuthorized),
            Self::ApplicationPublic => (409, Code::ApplicationPublic),
            Self::FiltersConflict => (409, Code::FiltersConflict),
            Self::FeatureFlagType { .. } => (409, Code::FeatureFlagType),
            Self::PropertyNotForApplications => (409, Code::PropertyNotForApplications),
            Self::PropertyPrivate => (409, Code::PropertyPrivate),
            Self::TooManyScopes { .. } => (409, Code::TooManyScopes),
            Self::TooManySecrets { .. } => (409, Code::TooManySecrets),
            Self::TooManyKeys { .. } => (409, Code::TooManyKeys),
            Self::KeyUnusable { .. } => (409, Code::KeyUnusable),
            Self::KeyRetired { .. } => (409, Code::KeyRetired),
            Self::KeyTooNew { .. } => (409, Code::KeyTooNew),
            Self::KeyNotGenerated => (409, Code::KeyNotGenerated),
            Self::ManagementProtected(_) => (409, Code::ManagementProtected),
            Self::RegistryReadOnly => (409, Code::RegistryReadOnly),
            Self::RegistryTooLarge { .. } => (409, Code::RegistryTooLarge),
            Self::RegistryChanged => (409, Code::RegistryChanged),
            Self::RegistryInconsistent { .. } => (409, Code::RegistryChanged),
            Self::VersionChanged { .. } => (412, Code::VersionChanged),
            Self::VersionUnknown => (412, Code::VersionUnknown),
            Self::Internal { .. } => (500, Code::InternalError),
            Self::StoreUnavailable { .. } => (503, Code::StoreUnavailable),
            Self::TooManyRevocations { .. } => (503, Code::StoreUnavailable),
            Self::ChangeUnknown { .. } => (503, Code::ChangeUnknown),
        }
    }

    /// Returns the error for an invalid value.
    pub(crate) fn invalid(field: &str, why: impl fmt::Display) -> Self {
        Self::FieldInvalid {
            field: field.into(),
            why: why.to_string().into(),
        }
    }

    /// Returns the error for records that do not fit together.
    pub(crate) fn misfit(error: &InvalidRegistry) -> Self {
        let field = member(&error.path);
        let why = || error.problem.to_string().into();
        match &error.problem {
            Problem::Taken { value, .. } => Self::NameTaken {
                field: field.into(),
                value: value.clone(),
            },
            Problem::Unknown {
                kind,
                value,
                nearest,
            } => {
                let meant = nearest.as_ref().map_or_else(String::new, |nearest| {
                    format!("; did you mean {}?", Quoted(nearest))
                });
                Self::ReferenceNotFound {
                    field: field.into(),
                    what: format!("there is no {kind} {}{meant}", Quoted(value)).into(),
                }
            }
            Problem::SystemUserIsClient { .. } => Self::SystemUserTaken {
                field: field.into(),
                why: why(),
            },
            Problem::TokenTooLong { .. } => Self::TokenTooLong {
                field: field.into(),
                why: why(),
            },
            Problem::NotBeforeInFuture { .. } => {
                Self::invalid(field, format_args!("{}; {NO_TOKENS_YET}", error.problem))
            }
            Problem::Malformed { .. }
            | Problem::Private { .. }
            | Problem::TooMany { .. }
            | Problem::TooSmall { .. }
            | Problem::TooLarge { .. }
            | _ => Self::invalid(field, &error.problem),
        }
    }
}

/// A text in quotes, with unprintable characters escaped.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A text of the caller may be long; its beginning is enough to recognize it.
        let end = self.0.char_indices().nth(MAX_QUOTED).map(|(end, _)| end);
        match end.and_then(|end| self.0.get(..end)) {
            Some(beginning) => write!(f, "{beginning:?}…"),
            None => write!(f, "{:?}", self.0),
        }
    }
}

/// The maximum length of a quoted text. Unit: characters.
const MAX_QUOTED: usize = 100;

/// Returns the member of a request body that corresponds to the field of a record.
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
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all other errors mean that the store cannot be used at the moment"
    )]
    fn from(error: StoreError) -> Self {
        // The internal error is for the log of the server, and not for the caller.
        let why = || error.to_string().into();
        match &error {
            StoreError::TooMuchWork => Self::QueryTooExpensive,
            // Without a time for the next attempt: an operator has to check the outcome first.
            StoreError::Unknown { .. } => Self::ChangeUnknown { why: why() },
            StoreError::TooManyRevocations => Self::TooManyRevocations { why: why() },
            _ => Self::StoreUnavailable { why: why() },
        }
    }
}

impl From<CommitError> for OperationError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            CommitError::Conflict => Self::RegistryChanged,
            CommitError::Inconsistent { what } => Self::RegistryInconsistent {
                what: String::from(&*what).into(),
            },
            CommitError::Unaudited | _ => Self::Internal {
                why: error.to_string().into(),
            },
        }
    }
}

impl Failure for OperationError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::RegistryChanged)
    }
}

/// The time after which a store that is unavailable may be back. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 5;
