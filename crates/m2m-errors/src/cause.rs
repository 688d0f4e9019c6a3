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
    /// The answer to the caller, per profile.
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
        /// The token was issued to another client.
        ClientMismatch => token::CLIENT_MISMATCH,
        /// The token lacks a scope that the call needs.
        ScopeInsufficient => bearer::SCOPE_INSUFFICIENT,
        /// The token's organization is not that of the resource.
        OrganizationMismatch => bearer::ORGANIZATION_MISMATCH,
        /// The token has no organization, and the resource needs one.
        OrganizationMissing => bearer::ORGANIZATION_MISSING,
        /// The issuer's keys cannot be fetched.
        KeysUnavailable => bearer::KEYS_UNAVAILABLE,

        /// A key or a set of keys cannot be read.
        KeyMalformed => key::KEY_MALFORMED,
        /// A key's type, curve, size or algorithm is not offered.
        KeyUnsupported => key::KEY_UNSUPPORTED,
        /// A key is not meant for signatures, by its `use` or `key_ops`.
        KeyNotForSigning => key::KEY_NOT_FOR_SIGNING,

        /// An operation of the management API refused a request of an authenticated caller.
        OperationRefused => management::OPERATION_REFUSED,
        /// A management operation would grant or take over a scope that the token lacks.
        ScopeBeyondToken => management::SCOPE_BEYOND_TOKEN,
        /// A management operation would leave the server without a manager.
        ManagementProtected => management::MANAGEMENT_PROTECTED,
    }
}
