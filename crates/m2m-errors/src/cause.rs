//! The exact causes of errors.

use crate::catalogued::catalogued;
use crate::{Advice, Disclosure, Fault, Source, Task, WireForms};

/// The entry of a cause: everything that is known about it, regardless of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The stable name, in kebab case; never given to another cause.
    pub id: &'static str,
    /// The heading of the cause, in a few words; no two causes share one.
    pub title: &'static str,
    /// The party that has to act.
    pub fault: Fault,
    /// The rule whether the caller may learn that it was this cause.
    pub disclosure: Disclosure,
    /// The answer to the caller, per profile. For a cause that is never answered, that of an internal error, which no caller gets.
    pub wire: WireForms,
    /// The event, for the operator: exact, in one sentence.
    pub operator: &'static str,
    /// Causes and fixes as the caller can know them. For a concealed cause, the same as for its whole group.
    pub for_caller: Advice,
    /// Causes and fixes as the operator can know them.
    pub for_operator: Advice,
    /// The tasks that help the operator, in order. A server of this product has a command or a setting for each.
    pub tasks: &'static [Task],
    /// The causes that are easily taken for this one, or that often follow it. For operators only: the answer to a caller names none of them.
    pub related: &'static [Cause],
    /// The sections that define the rule.
    pub sources: &'static [Source],
}

/// The text is not the id of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCause;

impl core::fmt::Display for UnknownCause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("unknown cause; docs/errors.md lists all causes")
    }
}

impl core::error::Error for UnknownCause {}

impl Cause {
    /// The stable name, in kebab case.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.entry().id
    }

    /// Returns true if a server answers requests with this cause. Other causes are reported by commands, by clients, or by a server that starts.
    #[must_use]
    pub const fn is_answered(self) -> bool {
        !matches!(self.entry().disclosure, Disclosure::Unanswered)
    }

    /// Returns true if only operations of the management API refuse requests with this cause.
    #[must_use]
    pub fn is_of_an_operation(self) -> bool {
        (Self::FieldInvalid..=Self::KeyNotGenerated).contains(&self)
    }
}

impl core::fmt::Display for Cause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

impl core::str::FromStr for Cause {
    type Err = UnknownCause;

    fn from_str(id: &str) -> Result<Self, UnknownCause> {
        Self::ALL
            .iter()
            .copied()
            .find(|cause| cause.id() == id)
            .ok_or(UnknownCause)
    }
}

catalogued! {
    /// The exact cause of an error.
    ///
    /// Every error of these crates names exactly one, and every one has a fix.
    pub enum Cause: Entry {
        /// The path does not support the method.
        MethodNotAllowed => http::METHOD_NOT_ALLOWED,
        /// There is nothing under this path.
        PathUnknown => http::PATH_UNKNOWN,
        /// The header fields are larger than the limit.
        HeadersTooLarge => http::HEADERS_TOO_LARGE,
        /// The request target is longer than the limit.
        UriTooLong => http::URI_TOO_LONG,
        /// The body is larger than the limit.
        BodyTooLarge => http::BODY_TOO_LARGE,
        /// The request was not sent in time.
        RequestTimeout => http::REQUEST_TIMEOUT,
        /// The bytes are not an HTTP request.
        HttpMalformed => http::HTTP_MALFORMED,
        /// A connection of HTTP/2 carried far more other frames than requests.
        FrameFlood => http::FRAME_FLOOD,
        /// A plain http request arrived on a port with TLS.
        PlainHttpOnTlsPort => http::PLAIN_HTTP_ON_TLS_PORT,
        /// A TLS handshake arrived on a port with plain http.
        TlsOnPlainHttpPort => http::TLS_ON_PLAIN_HTTP_PORT,
        /// The TLS handshake of a connection failed.
        TlsHandshakeFailed => tls::TLS_HANDSHAKE_FAILED,

        /// The body is not declared as a form.
        ContentTypeWrong => request::CONTENT_TYPE_WRONG,
        /// The body is compressed, or coded in another way.
        ContentCodingUnsupported => request::CONTENT_CODING_UNSUPPORTED,
        /// The body is not a form: broken percent-encoding, or not UTF-8.
        BodyMalformed => request::BODY_MALFORMED,
        /// A parameter that may appear only once is repeated.
        ParameterRepeated => request::PARAMETER_REPEATED,
        /// The form has more parameters than the limit.
        ParametersTooMany => request::PARAMETERS_TOO_MANY,
        /// A parameter's name or value is longer than the limit.
        ParameterTooLong => request::PARAMETER_TOO_LONG,
        /// The request target contains a credential.
        CredentialsInUrl => request::CREDENTIALS_IN_URL,
        /// More than one method of client authentication is used.
        AuthenticationMethodsSeveral => request::AUTHENTICATION_METHODS_SEVERAL,
        /// The header and the body name different clients.
        ClientIdMismatch => request::CLIENT_ID_MISMATCH,
        /// The request has no `grant_type`.
        GrantTypeMissing => request::GRANT_TYPE_MISSING,
        /// The grant type is a known one that this server does not offer.
        GrantTypeUnsupported => request::GRANT_TYPE_UNSUPPORTED,
        /// The grant type is not a known one.
        GrantTypeUnknown => request::GRANT_TYPE_UNKNOWN,

        /// The `Authorization: Basic` header cannot be read.
        BasicMalformed => client::BASIC_MALFORMED,
        /// The `Authorization` header has a scheme other than Basic.
        AuthenticationSchemeUnsupported => client::AUTHENTICATION_SCHEME_UNSUPPORTED,
        /// The client id or the client secret is missing.
        CredentialsMissing => client::CREDENTIALS_MISSING,
        /// A client assertion is presented, which this server does not support.
        AssertionUnsupported => client::ASSERTION_UNSUPPORTED,
        /// The client id contains bytes that a client id cannot have, or is too long.
        ClientIdMalformed => concealed::CLIENT_ID_MALFORMED,
        /// No application has this client id.
        ClientUnknown => concealed::CLIENT_UNKNOWN,
        /// The application was deleted.
        ApplicationDeleted => concealed::APPLICATION_DELETED,
        /// The application is disabled.
        ApplicationDisabled => concealed::APPLICATION_DISABLED,
        /// The application has expired.
        ApplicationExpired => concealed::APPLICATION_EXPIRED,
        /// The client is a public one, which cannot use this grant.
        ClientPublic => concealed::CLIENT_PUBLIC,
        /// The application may not authenticate by this method.
        AuthenticationMethodNotAllowed => concealed::AUTHENTICATION_METHOD_NOT_ALLOWED,
        /// The secret is not one that the application has or had.
        SecretWrong => concealed::SECRET_WRONG,
        /// The secret was replaced in a rotation and its overlap is over.
        SecretRotatedOut => concealed::SECRET_ROTATED_OUT,
        /// The secret was revoked by an operator.
        SecretRevoked => concealed::SECRET_REVOKED,
        /// The secret has reached its expiration time.
        SecretExpired => concealed::SECRET_EXPIRED,
        /// Too many authentications of this client id have failed from this network.
        AuthenticationThrottled => client::AUTHENTICATION_THROTTLED,

        /// The application may not use this grant type.
        GrantNotAllowed => policy::GRANT_NOT_ALLOWED,
        /// The organization of the application is suspended.
        OrganizationSuspended => policy::ORGANIZATION_SUSPENDED,
        /// The caller's address is not among those that the application may use.
        AddressNotAllowed => policy::ADDRESS_NOT_ALLOWED,
        /// The application has used up its tokens for this window.
        QuotaExceeded => policy::QUOTA_EXCEEDED,
        /// All tokens of the application are revoked up to a time that is in the future.
        NotBeforeInFuture => policy::NOT_BEFORE_IN_FUTURE,
        /// The token would be longer than verifiers accept.
        IssuedTokenTooLong => policy::ISSUED_TOKEN_TOO_LONG,
        /// The request names no audience and the server cannot choose one.
        AudienceMissing => audience::AUDIENCE_MISSING,
        /// The audience contains bytes that an audience cannot have, or the resource indicator is not an absolute URI without a fragment.
        AudienceMalformed => audience::AUDIENCE_MALFORMED,
        /// The request names more audiences than the limit.
        AudiencesTooMany => audience::AUDIENCES_TOO_MANY,
        /// No API has this audience.
        AudienceUnknown => audience::AUDIENCE_UNKNOWN,
        /// The application is not authorized for this audience.
        AudienceNotAuthorized => audience::AUDIENCE_NOT_AUTHORIZED,
        /// The requested audiences differ in signing algorithm or claim set.
        AudiencesIncompatible => audience::AUDIENCES_INCOMPATIBLE,
        /// The application is not authorized for any API.
        NoApiAuthorized => audience::NO_API_AUTHORIZED,
        /// The scope is not a list of scope tokens.
        ScopeMalformed => scope::SCOPE_MALFORMED,
        /// No requested API defines this scope.
        ScopeUnknown => scope::SCOPE_UNKNOWN,
        /// The scope is not assigned to the application on every requested audience that defines it.
        ScopeNotAssigned => scope::SCOPE_NOT_ASSIGNED,
        /// A scope is requested, but no scope is assigned to the application.
        NoScopeAssigned => scope::NO_SCOPE_ASSIGNED,
        /// The application may not act as a system user.
        SystemUserNotAllowed => policy::SYSTEM_USER_NOT_ALLOWED,
        /// The application may act as a system user, but none is assigned.
        SystemUserMissing => policy::SYSTEM_USER_MISSING,

        /// An unexpected condition inside the server.
        InternalError => server::INTERNAL_ERROR,
        /// There is no active key with the API's algorithm.
        SigningKeyMissing => server::SIGNING_KEY_MISSING,
        /// The signature could not be created.
        SigningFailed => server::SIGNING_FAILED,
        /// The server is at its capacity.
        Overloaded => server::OVERLOADED,
        /// The server is in maintenance.
        Maintenance => server::MAINTENANCE,
        /// The server has been without its database for too long.
        StoreUnavailable => server::STORE_UNAVAILABLE,
        /// The database failed during a commit, so that the change may or may not have been stored.
        ChangeUnknown => server::CHANGE_UNKNOWN,

        /// The call carries no access token.
        TokenMissing => bearer::TOKEN_MISSING,
        /// The `Authorization: Bearer` header cannot be read.
        AuthorizationHeaderMalformed => bearer::AUTHORIZATION_HEADER_MALFORMED,
        /// The token is sent by more than one method.
        TokenSentTwice => bearer::TOKEN_SENT_TWICE,
        /// The URL contains the token.
        TokenInUrl => bearer::TOKEN_IN_URL,
        /// The token is not a JWT in compact serialization.
        TokenMalformed => token::TOKEN_MALFORMED,
        /// The token is longer than the limit.
        TokenTooLong => token::TOKEN_TOO_LONG,
        /// The header's `typ` is not the one of an access token.
        TokenTypeWrong => token::TOKEN_TYPE_WRONG,
        /// The header's `alg` is not one that is expected, or not that of the key.
        TokenAlgorithmWrong => token::TOKEN_ALGORITHM_WRONG,
        /// The header demands an extension that is not understood.
        TokenCriticalHeader => token::TOKEN_CRITICAL_HEADER,
        /// No key of the issuer fits the token.
        TokenKeyUnknown => token::TOKEN_KEY_UNKNOWN,
        /// More keys of the issuer fit the token than are tried.
        TokenKeyAmbiguous => token::TOKEN_KEY_AMBIGUOUS,
        /// The signature does not belong to the token.
        TokenSignatureWrong => token::TOKEN_SIGNATURE_WRONG,
        /// A claim has the wrong type or is repeated.
        TokenClaimMalformed => token::TOKEN_CLAIM_MALFORMED,
        /// A claim that is required is missing.
        TokenClaimMissing => token::TOKEN_CLAIM_MISSING,
        /// The token has expired.
        TokenExpired => token::TOKEN_EXPIRED,
        /// The token is not valid yet.
        TokenNotYetValid => token::TOKEN_NOT_YET_VALID,
        /// The token claims to be issued later than now.
        TokenIssuedInFuture => token::TOKEN_ISSUED_IN_FUTURE,
        /// The token is from another issuer.
        IssuerMismatch => token::ISSUER_MISMATCH,
        /// The token is for another audience.
        AudienceMismatch => token::AUDIENCE_MISMATCH,
        /// The token is bound to a certificate or a key, which the API cannot check.
        TokenBound => token::TOKEN_BOUND,
        /// The token was revoked.
        TokenRevoked => token::TOKEN_REVOKED,
        /// A request about a token does not present one.
        TokenParameterMissing => inspection::TOKEN_PARAMETER_MISSING,
        /// A client tried to revoke a token that was issued to another client.
        TokenOfOtherClient => inspection::TOKEN_OF_OTHER_CLIENT,
        /// The token cannot be revoked.
        TokenNotRevocable => inspection::TOKEN_NOT_REVOCABLE,
        /// The token was issued to another client.
        ClientMismatch => token::CLIENT_MISMATCH,
        /// The token lacks a scope that the call needs.
        ScopeInsufficient => bearer::SCOPE_INSUFFICIENT,
        /// The token's organization is not that of the resource.
        OrganizationMismatch => bearer::ORGANIZATION_MISMATCH,
        /// The token has no organization, and the resource needs one.
        OrganizationMissing => bearer::ORGANIZATION_MISSING,
        /// The token is valid, and its caller may not make this call.
        CallerNotAllowed => bearer::CALLER_NOT_ALLOWED,
        /// The issuer's keys cannot be fetched.
        KeysUnavailable => bearer::KEYS_UNAVAILABLE,
        /// The issuer does not say whether a token is active.
        IntrospectionUnavailable => bearer::INTROSPECTION_UNAVAILABLE,

        /// A key or a set of keys cannot be read.
        KeyMalformed => key::KEY_MALFORMED,
        /// A key's type, curve, size or algorithm is not offered.
        KeyUnsupported => key::KEY_UNSUPPORTED,
        /// A key has a known weakness, by which its private half can be computed.
        KeyWeak => key::KEY_WEAK,
        /// A key is not meant for signatures, by its `use` or `key_ops`.
        KeyNotForSigning => key::KEY_NOT_FOR_SIGNING,
        /// The key fits several algorithms and none is named, or does not fit the one that is named.
        KeyAlgorithmUnclear => key::KEY_ALGORITHM_UNCLEAR,
        /// The key id is too long, or has characters other than visible ASCII characters.
        KeyIdInvalid => key::KEY_ID_INVALID,

        /// A management operation would grant or take over a scope that the token lacks.
        ScopeBeyondToken => management::SCOPE_BEYOND_TOKEN,
        /// A management operation would leave the server without a manager.
        ManagementProtected => management::MANAGEMENT_PROTECTED,

        /// A field or a parameter of the request is unknown, is missing, or has a value that the operation does not accept.
        FieldInvalid => management::input::FIELD_INVALID,
        /// The query of the URL cannot be read.
        QueryMalformed => management::input::QUERY_MALFORMED,
        /// The body of the request is not the JSON or the text that the operation expects.
        ManagementBodyMalformed => management::input::MANAGEMENT_BODY_MALFORMED,
        /// The operation does not accept bodies of the media type in Content-Type.
        MediaTypeUnsupported => management::input::MEDIA_TYPE_UNSUPPORTED,
        /// The request combines two filters that the operation cannot apply together.
        FiltersConflict => management::input::FILTERS_CONFLICT,
        /// The query would read too many records.
        QueryTooExpensive => management::input::QUERY_TOO_EXPENSIVE,
        /// The registry file that was sent is empty.
        RegistryFileEmpty => management::input::REGISTRY_FILE_EMPTY,
        /// The registry file has a mistake that does not depend on the records of the server.
        RegistryFileInvalid => management::input::REGISTRY_FILE_INVALID,
        /// The registry file is valid, but does not fit the records of the server.
        RegistryFileUnfit => management::input::REGISTRY_FILE_UNFIT,
        /// No API of the server has this id.
        ApiNotFound => management::lookup::API_NOT_FOUND,
        /// The API does not have the scope.
        ScopeNotFound => management::lookup::SCOPE_NOT_FOUND,
        /// No application of the server has this client id.
        ApplicationNotFound => management::lookup::APPLICATION_NOT_FOUND,
        /// No organization of the server has this code.
        OrganizationNotFound => management::lookup::ORGANIZATION_NOT_FOUND,
        /// No property of the server has this key.
        PropertyNotFound => management::lookup::PROPERTY_NOT_FOUND,
        /// The application does not have a secret with this id.
        SecretNotFound => management::lookup::SECRET_NOT_FOUND,
        /// The organization does not have the feature flag.
        FeatureFlagNotFound => management::lookup::FEATURE_FLAG_NOT_FOUND,
        /// No refused request with this trace_id is known.
        DiagnosisNotFound => management::lookup::DIAGNOSIS_NOT_FOUND,
        /// A field of the request names a record that does not exist.
        ReferenceNotFound => management::lookup::REFERENCE_NOT_FOUND,
        /// The scope that is to be removed is not assigned to the application.
        AssignmentNotFound => management::lookup::ASSIGNMENT_NOT_FOUND,
        /// Another API already has the audience.
        AudienceTaken => management::taken::AUDIENCE_TAKEN,
        /// Another application already has the client id.
        ClientIdTaken => management::taken::CLIENT_ID_TAKEN,
        /// The client id is the name of a system user, and tokens of the two could not be distinguished.
        ClientIdOfSystemUser => management::taken::CLIENT_ID_OF_SYSTEM_USER,
        /// Another organization already has the code.
        OrganizationTaken => management::taken::ORGANIZATION_TAKEN,
        /// Another property already has the key.
        PropertyTaken => management::taken::PROPERTY_TAKEN,
        /// The API already has the scope.
        ScopeTaken => management::taken::SCOPE_TAKEN,
        /// Another signing key already has the key id.
        KeyIdTaken => management::taken::KEY_ID_TAKEN,
        /// Another record already has the identifier in the field that the message names.
        NameTaken => management::taken::NAME_TAKEN,
        /// The name of the system user is the client id of an application.
        SystemUserTaken => management::taken::SYSTEM_USER_TAKEN,
        /// The registry file would delete or change a record that other records use.
        RecordInUse => management::used::RECORD_IN_USE,
        /// More applications depend on the record than one change can check.
        DependentsTooMany => management::used::DEPENDENTS_TOO_MANY,
        /// The organization still has applications, which would become global without it.
        OrganizationInUse => management::used::ORGANIZATION_IN_USE,
        /// The request names the same application more than once.
        ApplicationRepeated => management::used::APPLICATION_REPEATED,
        /// The application is not authorized for the API, so it cannot have scopes of it.
        ApplicationNotAuthorized => management::used::APPLICATION_NOT_AUTHORIZED,
        /// A public application cannot have a secret.
        ApplicationPublic => management::used::APPLICATION_PUBLIC,
        /// The value is not of the type that the feature flag has.
        FeatureFlagType => management::used::FEATURE_FLAG_TYPE,
        /// The property is not for applications, so an application cannot have a value of it.
        PropertyNotForApplications => management::used::PROPERTY_NOT_FOR_APPLICATIONS,
        /// The property is private, and private properties are never put into tokens.
        PropertyPrivate => management::used::PROPERTY_PRIVATE,
        /// The server reads its registry from a file, so requests cannot change it.
        RegistryReadOnly => management::state::REGISTRY_READ_ONLY,
        /// Others changed the registry during every attempt to make the change.
        RegistryChanged => management::state::REGISTRY_CHANGED,
        /// The change does not fit the records that others have changed in the meantime.
        RegistryInconsistent => management::state::REGISTRY_INCONSISTENT,
        /// The record has changed since the version that If-Match names.
        VersionChanged => management::state::VERSION_CHANGED,
        /// The operation does not compare versions, so it does not accept the header If-Match.
        VersionUnknown => management::state::VERSION_UNKNOWN,
        /// After the change, tokens of an application would be longer than verifiers accept.
        ApplicationTokenTooLong => management::limits::APPLICATION_TOKEN_TOO_LONG,
        /// The record would be larger than the maximum.
        RecordTooLarge => management::limits::RECORD_TOO_LARGE,
        /// The API already has the maximum number of scopes.
        TooManyScopes => management::limits::TOO_MANY_SCOPES,
        /// The application already has the maximum number of valid secrets.
        TooManySecrets => management::limits::TOO_MANY_SECRETS,
        /// The JWK set already has the maximum number of keys of the algorithm.
        TooManyKeys => management::limits::TOO_MANY_KEYS,
        /// The exported registry is larger than a response may be.
        RegistryTooLarge => management::limits::REGISTRY_TOO_LARGE,
        /// The server already stores the maximum number of revoked tokens.
        TooManyRevocations => management::limits::TOO_MANY_REVOCATIONS,
        /// The private key that is to be imported cannot be used.
        KeyUnusable => management::keys::KEY_UNUSABLE,
        /// The key was retired and cannot be used again, because it may be compromised.
        KeyRetired => management::keys::KEY_RETIRED,
        /// The next key has not been announced for long enough to sign tokens.
        KeyTooNew => management::keys::KEY_TOO_NEW,
        /// This build of the server cannot generate keys of the algorithm.
        KeyNotGenerated => management::keys::KEY_NOT_GENERATED,

        /// Another process uses the data directory, and only one at a time can.
        DataDirectoryInUse => store::DATA_DIRECTORY_IN_USE,
        /// A newer release wrote the data directory, and this release does not know its schema.
        DataSchemaNewer => store::DATA_SCHEMA_NEWER,
        /// A version from before the first release wrote the data directory.
        DataSchemaUnreleased => store::DATA_SCHEMA_UNRELEASED,
        /// The data directory or a file in it cannot be opened.
        DataDirectoryUnreadable => store::DATA_DIRECTORY_UNREADABLE,
        /// The process may not write to the data directory or to a file in it.
        DataDirectoryDenied => store::DATA_DIRECTORY_DENIED,
        /// The database is missing or empty, although the data directory contained a registry.
        DatabaseMissing => store::DATABASE_MISSING,
        /// The database does not belong to the data directory that contains it.
        DatabaseForeign => store::DATABASE_FOREIGN,
        /// Files of the data directory were moved, replaced or truncated while they were open.
        DataDirectoryDisplaced => store::DATA_DIRECTORY_DISPLACED,
        /// The disk with the data directory is full, so nothing can be stored.
        DiskFull => store::DISK_FULL,
        /// Reading or writing the database failed.
        DiskFailed => store::DISK_FAILED,
        /// The database does not contain the data that was written to it.
        StoreDamaged => store::STORE_DAMAGED,
        /// The private keys in the data directory are sealed with another sealing key.
        SealingKeyWrong => store::SEALING_KEY_WRONG,
        /// The text that is configured as the sealing key is not one.
        SealingKeyInvalid => store::SEALING_KEY_INVALID,
        /// The preset credentials of the application that manages the server cannot be used.
        PresetCredentialsInvalid => settings::PRESET_CREDENTIALS_INVALID,
        /// The application with the preset client id cannot manage the server.
        ManagerIncapable => settings::MANAGER_INCAPABLE,
        /// The directory is not a data directory, and the command does not create one.
        DataDirectoryMissing => store::DATA_DIRECTORY_MISSING,
        /// The configuration file contains a setting that the server does not know.
        SettingUnknown => settings::SETTING_UNKNOWN,
        /// The value of a setting does not have the form that the setting requires, or is out of range.
        SettingInvalid => settings::SETTING_INVALID,
        /// Two settings are given, and only one of them can apply.
        SettingsConflict => settings::SETTINGS_CONFLICT,
        /// A setting is missing that is always required, or that another setting requires.
        SettingMissing => settings::SETTING_MISSING,
        /// The configuration file is not TOML in UTF-8.
        SettingsFileMalformed => settings::SETTINGS_FILE_MALFORMED,
        /// The configuration file contains a secret, which the server accepts only from elsewhere.
        SecretInSettingsFile => settings::SECRET_IN_SETTINGS_FILE,
        /// The server would serve plain HTTP to other machines, so that secrets and tokens cross the network unencrypted.
        PlainHttpExposed => settings::PLAIN_HTTP_EXPOSED,
        /// The issuer is an http URL that callers on other machines would use, or that the server does not serve.
        IssuerNotHttps => settings::ISSUER_NOT_HTTPS,
        /// Another process already listens on the address and port.
        AddressInUse => settings::ADDRESS_IN_USE,
        /// The machine does not have the address on which the server is to listen.
        AddressNotLocal => settings::ADDRESS_NOT_LOCAL,
        /// The operating system does not permit the process to listen on the port.
        PortNotPermitted => settings::PORT_NOT_PERMITTED,
        /// A file or directory that a setting or an option names does not exist.
        FileNotFound => files::FILE_NOT_FOUND,
        /// The process may not open, read or write a file or directory.
        FileDenied => files::FILE_DENIED,
        /// A file that would be created exists already, and is not overwritten.
        FileExists => files::FILE_EXISTS,
        /// A file is not of the kind that is needed, or reading or writing it failed.
        FileUnusable => files::FILE_UNUSABLE,
        /// Other users of the machine can read or change a file that contains secrets.
        FileOpenToOthers => files::FILE_OPEN_TO_OTHERS,
        /// The names of the files in the directory of keys do not determine which key signs.
        KeyFileMisnamed => files::KEY_FILE_MISNAMED,
        /// The file with the certificate of the server contains no certificate that TLS can use.
        TlsCertificateUnusable => files::TLS_CERTIFICATE_UNUSABLE,
        /// The file with the private key of the certificate contains no key that TLS can use.
        TlsKeyUnusable => files::TLS_KEY_UNUSABLE,
        /// The private key does not belong to the certificate of the server.
        TlsKeyMismatch => files::TLS_KEY_MISMATCH,

        /// The address of the server is not an http or https URL with a host.
        ServerUrlInvalid => connection::SERVER_URL_INVALID,
        /// The client does not send a secret over plain http to another machine.
        PlainHttpRefused => connection::PLAIN_HTTP_REFUSED,
        /// The host name of the server cannot be resolved.
        HostNameUnresolved => connection::HOST_NAME_UNRESOLVED,
        /// No server listens at the address.
        ConnectionRefused => connection::CONNECTION_REFUSED,
        /// The address of the server cannot be reached.
        ConnectionFailed => connection::CONNECTION_FAILED,
        /// The connection to the server was not established in time.
        ConnectionTimedOut => connection::CONNECTION_TIMED_OUT,
        /// The answer of the server was not complete in time.
        AnswerTimedOut => connection::ANSWER_TIMED_OUT,
        /// The answer is larger than any token response or metadata.
        AnswerTooLarge => connection::ANSWER_TOO_LARGE,
        /// The connection was closed before the answer was complete.
        ConnectionLost => connection::CONNECTION_LOST,
        /// The bytes that the server sent are not HTTP.
        AnswerNotHttp => connection::ANSWER_NOT_HTTP,
        /// The HTTP client could not send the request, for a reason of its own.
        RequestNotSent => connection::REQUEST_NOT_SENT,
        /// The certificate of the server is not signed by an authority that this machine trusts.
        CertificateUntrusted => certificate::CERTIFICATE_UNTRUSTED,
        /// The certificate of the server is not for the host name of the address.
        CertificateNameMismatch => certificate::CERTIFICATE_NAME_MISMATCH,
        /// The certificate of the server has expired or is not valid yet.
        CertificateNotValidNow => certificate::CERTIFICATE_NOT_VALID_NOW,
        /// The server presents the certificate of an authority as its own.
        CertificateIsCa => certificate::CERTIFICATE_IS_CA,
        /// The certificate was not issued for servers.
        CertificatePurposeMismatch => certificate::CERTIFICATE_PURPOSE_MISMATCH,
        /// The authority revoked the certificate of the server.
        CertificateRevoked => certificate::CERTIFICATE_REVOKED,
        /// The certificate of the server cannot be read.
        CertificateMalformed => certificate::CERTIFICATE_MALFORMED,
        /// The certificate of the server needs an algorithm or an extension that the client does not support.
        CertificateUnsupported => certificate::CERTIFICATE_UNSUPPORTED,
        /// The certificate of the server is not accepted, for a reason that has no cause of its own.
        CertificateRejected => certificate::CERTIFICATE_REJECTED,
        /// The TLS handshake with the server failed.
        TlsFailed => certificate::TLS_FAILED,
        /// The file with additional authorities of a client contains no certificate that can be read.
        CaCertificatesInvalid => certificate::CA_CERTIFICATES_INVALID,
        /// There is no metadata of an issuer at the address where it belongs.
        MetadataNotFound => answer::METADATA_NOT_FOUND,
        /// The metadata names another issuer than the one that the client asked for.
        MetadataIssuerMismatch => answer::METADATA_ISSUER_MISMATCH,
        /// The metadata of the issuer names no token endpoint that the client can use.
        TokenEndpointMissing => answer::TOKEN_ENDPOINT_MISSING,
        /// The token endpoint answered with a redirect, which a client does not follow with a secret.
        AnswerRedirected => answer::ANSWER_REDIRECTED,
        /// The answer is neither a token nor an error of OAuth.
        AnswerNotUnderstood => answer::ANSWER_NOT_UNDERSTOOD,
        /// The server issued a token of a type that the client does not support.
        TokenTypeUnsupported => answer::TOKEN_TYPE_UNSUPPORTED,
        /// The token that the server issued is empty, or has characters that a header cannot contain.
        TokenUnusable => answer::TOKEN_UNUSABLE,
        /// The token endpoint of a server refused the request of a client with an error code.
        TokenRequestRefused => answer::TOKEN_REQUEST_REFUSED,
    }
}
