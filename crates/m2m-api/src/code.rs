//! The codes of refusals.

use core::fmt;
use core::str::FromStr;

/// A text that is not the code of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown error code")]
pub struct UnknownCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal,)+) => {
        /// The code with which an operation refuses a request.
        ///
        /// A refusal before the operation has the code of its cause, such as `TOKEN_EXPIRED`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $code,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// Returns the code as it appears in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)+
                }
            }
        }
    };
}

codes! {
    /// A value in the request is invalid.
    FieldInvalid = "FIELD_INVALID",
    /// The query cannot be read.
    QueryMalformed = "QUERY_MALFORMED",
    /// The body cannot be read.
    BodyMalformed = "BODY_MALFORMED",
    /// The query would read too many records.
    QueryTooExpensive = "QUERY_TOO_EXPENSIVE",
    /// The registry file has a mistake. The status is 409 if the file does not fit the records in the registry.
    RegistryInvalid = "WORLD_INVALID",
    /// The permission of the token was revoked while the request was in progress.
    TokenRevoked = "TOKEN_REVOKED",
    /// The change would grant more power than the token has.
    ScopeBeyondToken = "SCOPE_BEYOND_TOKEN",
    /// The API does not exist.
    ApiNotFound = "API_NOT_FOUND",
    /// The API does not have the scope.
    ScopeNotFound = "SCOPE_NOT_FOUND",
    /// The application does not exist.
    ApplicationNotFound = "APPLICATION_NOT_FOUND",
    /// The organization does not exist.
    OrganizationNotFound = "ORGANIZATION_NOT_FOUND",
    /// The property does not exist.
    PropertyNotFound = "PROPERTY_NOT_FOUND",
    /// The application does not have the secret.
    SecretNotFound = "SECRET_NOT_FOUND",
    /// The organization does not have the feature flag.
    FeatureFlagNotFound = "FEATURE_FLAG_NOT_FOUND",
    /// A refused request with this trace id is not known.
    DiagnosisNotFound = "DIAGNOSIS_NOT_FOUND",
    /// The request names a record that does not exist.
    ReferenceNotFound = "REFERENCE_NOT_FOUND",
    /// The scope is not assigned to the application.
    ScopeNotAssigned = "SCOPE_NOT_ASSIGNED",
    /// Another API has the same audience.
    AudienceTaken = "AUDIENCE_TAKEN",
    /// Another application has the same client id, or a system user has it as its name.
    ClientIdTaken = "CLIENT_ID_TAKEN",
    /// Another organization has the same code.
    OrganizationTaken = "ORGANIZATION_TAKEN",
    /// Another property has the same key.
    PropertyTaken = "PROPERTY_TAKEN",
    /// The API already has the scope.
    ScopeTaken = "SCOPE_TAKEN",
    /// Another signing key has the same key id.
    KeyIdTaken = "KEY_ID_TAKEN",
    /// Another record has the same name.
    NameTaken = "NAME_TAKEN",
    /// The name of the system user is a client id.
    SystemUserTaken = "SYSTEM_USER_TAKEN",
    /// Tokens of the application would be too long.
    TokenTooLong = "TOKEN_TOO_LONG",
    /// The record would be too large.
    RecordTooLarge = "RECORD_TOO_LARGE",
    /// A file would delete a record that other records use.
    RecordInUse = "RECORD_IN_USE",
    /// More applications depend on the record than one change can check.
    InUse = "IN_USE",
    /// Applications belong to the organization.
    OrganizationInUse = "ORGANIZATION_IN_USE",
    /// The request names an application more than once.
    ApplicationRepeated = "APPLICATION_REPEATED",
    /// The application is not authorized for the API.
    ApplicationNotAuthorized = "APPLICATION_NOT_AUTHORIZED",
    /// The application is public and cannot keep a secret.
    ApplicationPublic = "APPLICATION_PUBLIC",
    /// The two filters cannot be combined.
    FiltersConflict = "FILTERS_CONFLICT",
    /// The feature flag has values of another type.
    FeatureFlagType = "FEATURE_FLAG_TYPE",
    /// The property is not for applications.
    PropertyNotForApplications = "PROPERTY_OF_OTHERS",
    /// The property is private, so tokens cannot carry it.
    PropertyPrivate = "PROPERTY_PRIVATE",
    /// The API has the maximum number of scopes.
    TooManyScopes = "TOO_MANY_SCOPES",
    /// The application has the maximum number of valid secrets.
    TooManySecrets = "TOO_MANY_SECRETS",
    /// The maximum number of keys of the algorithm is announced.
    TooManyKeys = "TOO_MANY_KEYS",
    /// The key cannot be used.
    KeyUnusable = "KEY_UNUSABLE",
    /// The key has been retired.
    KeyRetired = "KEY_RETIRED",
    /// The next key may not sign yet.
    KeyTooNew = "KEY_TOO_NEW",
    /// This build cannot generate keys of the algorithm.
    KeyNotGenerated = "KEY_NOT_MADE",
    /// The change would prevent the caller, or everyone, from managing the server.
    ManagementProtected = "MANAGEMENT_PROTECTED",
    /// The registry is read from a file and cannot be changed.
    RegistryReadOnly = "REGISTRY_READ_ONLY",
    /// The exported registry is larger than an answer may be.
    RegistryTooLarge = "REGISTRY_TOO_LARGE",
    /// The registry was changed by others while the change was decided.
    RegistryChanged = "REGISTRY_CHANGED",
    /// The record has changed since the version that `If-Match` names.
    VersionChanged = "VERSION_CHANGED",
    /// The operation does not compare versions and does not accept `If-Match`.
    VersionUnknown = "VERSION_UNKNOWN",
    /// The operation does not accept bodies of this media type.
    MediaTypeUnsupported = "MEDIA_TYPE_UNSUPPORTED",
    /// A defect of the server.
    InternalError = "INTERNAL_ERROR",
    /// The registry cannot currently be read or written.
    StoreUnavailable = "STORE_UNAVAILABLE",
    /// The outcome of the change is not known.
    ChangeUnknown = "CHANGE_UNKNOWN",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let mut all = Self::ALL.iter().copied();
        all.find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}
