//! The codes of refusals.

use core::fmt;
use core::str::FromStr;

/// A text that is not a code of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a code that is known here")]
pub struct UnknownCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal,)+) => {
        /// The code of a refusal by an operation.
        ///
        /// A refusal before the operation has the code of its cause, such as `TOKEN_EXPIRED`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $code,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The code as answers have it.
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
    /// A value in the request is not of its kind.
    FieldInvalid = "FIELD_INVALID",
    /// The query cannot be read.
    QueryMalformed = "QUERY_MALFORMED",
    /// The body cannot be read.
    BodyMalformed = "BODY_MALFORMED",
    /// The query looks at too many records.
    QueryTooExpensive = "QUERY_TOO_EXPENSIVE",
    /// There is a mistake in the registry file. The status is 409 if it does not fit what the registry has already.
    RegistryInvalid = "WORLD_INVALID",
    /// The permission of the token was withdrawn while the request waited.
    TokenRevoked = "TOKEN_REVOKED",
    /// The change would give more power than the token has.
    ScopeBeyondToken = "SCOPE_BEYOND_TOKEN",
    /// There is no such API.
    ApiNotFound = "API_NOT_FOUND",
    /// The API has no such scope.
    ScopeNotFound = "SCOPE_NOT_FOUND",
    /// There is no such application.
    ApplicationNotFound = "APPLICATION_NOT_FOUND",
    /// There is no such organization.
    OrganizationNotFound = "ORGANIZATION_NOT_FOUND",
    /// There is no such property.
    PropertyNotFound = "PROPERTY_NOT_FOUND",
    /// The application has no such secret.
    SecretNotFound = "SECRET_NOT_FOUND",
    /// The organization has no such feature flag.
    FeatureFlagNotFound = "FEATURE_FLAG_NOT_FOUND",
    /// No such refusal is known.
    DiagnosisNotFound = "DIAGNOSIS_NOT_FOUND",
    /// The request names a record that does not exist.
    ReferenceNotFound = "REFERENCE_NOT_FOUND",
    /// The scope is not assigned to the application.
    ScopeNotAssigned = "SCOPE_NOT_ASSIGNED",
    /// Another API has the audience.
    AudienceTaken = "AUDIENCE_TAKEN",
    /// Another application, or a system user, has the client id.
    ClientIdTaken = "CLIENT_ID_TAKEN",
    /// Another organization has the code.
    OrganizationTaken = "ORGANIZATION_TAKEN",
    /// Another property has the key.
    PropertyTaken = "PROPERTY_TAKEN",
    /// The API has the scope already.
    ScopeTaken = "SCOPE_TAKEN",
    /// Another signing key has the key id.
    KeyIdTaken = "KEY_ID_TAKEN",
    /// Another record has the name.
    NameTaken = "NAME_TAKEN",
    /// The name of the system user is a client id.
    SystemUserTaken = "SYSTEM_USER_TAKEN",
    /// Tokens of the application would be too long.
    TokenTooLong = "TOKEN_TOO_LONG",
    /// The record would be too large.
    RecordTooLarge = "RECORD_TOO_LARGE",
    /// A record that others use would be deleted.
    RecordInUse = "RECORD_IN_USE",
    /// More applications rely on the record than one change takes.
    InUse = "IN_USE",
    /// Applications belong to the organization.
    OrganizationInUse = "ORGANIZATION_IN_USE",
    /// The request names an application twice.
    ApplicationRepeated = "APPLICATION_REPEATED",
    /// The application is not authorized for the API.
    ApplicationNotAuthorized = "APPLICATION_NOT_AUTHORIZED",
    /// The application is public and cannot keep a secret.
    ApplicationPublic = "APPLICATION_PUBLIC",
    /// Two filters do not go together.
    FiltersConflict = "FILTERS_CONFLICT",
    /// The feature flag has values of another kind.
    FeatureFlagType = "FEATURE_FLAG_TYPE",
    /// The property is not one of applications.
    PropertyOfOthers = "PROPERTY_OF_OTHERS",
    /// The property is private, and no token carries it.
    PropertyPrivate = "PROPERTY_PRIVATE",
    /// The API has as many scopes as it may have.
    TooManyScopes = "TOO_MANY_SCOPES",
    /// The application has as many secrets as it may have.
    TooManySecrets = "TOO_MANY_SECRETS",
    /// As many keys of the algorithm are announced as may be.
    TooManyKeys = "TOO_MANY_KEYS",
    /// The key cannot be used.
    KeyUnusable = "KEY_UNUSABLE",
    /// The key has been retired.
    KeyRetired = "KEY_RETIRED",
    /// The next key may not sign yet.
    KeyTooNew = "KEY_TOO_NEW",
    /// This build cannot make a key of the algorithm.
    KeyNotMade = "KEY_NOT_MADE",
    /// The server, or the caller, would lose its management.
    ManagementProtected = "MANAGEMENT_PROTECTED",
    /// The registry comes from a file.
    RegistryReadOnly = "REGISTRY_READ_ONLY",
    /// The registry as a file is larger than an answer may be.
    RegistryTooLarge = "REGISTRY_TOO_LARGE",
    /// Somebody else changed the registry in the meantime.
    RegistryChanged = "REGISTRY_CHANGED",
    /// The record is no longer the one that `If-Match` names.
    VersionChanged = "VERSION_CHANGED",
    /// The operation has no version to compare with.
    VersionUnknown = "VERSION_UNKNOWN",
    /// The body is of a media type that the operation does not take.
    MediaTypeUnsupported = "MEDIA_TYPE_UNSUPPORTED",
    /// A defect of the server.
    InternalError = "INTERNAL_ERROR",
    /// The registry cannot be read or written now.
    StoreUnavailable = "STORE_UNAVAILABLE",
    /// It is not known whether the change was made.
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
