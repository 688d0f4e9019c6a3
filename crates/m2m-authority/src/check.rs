//! The order of checks, as one list.

use m2m_errors::Cause;

/// A check of a request. One request can have several mistakes; the answer names the first in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Check {
    /// The method is POST (RFC 6749, section 3.2).
    Method,
    /// The body is no larger than the limit.
    Size,
    /// The body is declared as a form (RFC 6749, appendix B).
    ContentType,
    /// The body is a form: percent-encoding, UTF-8, limits.
    Form,
    /// No parameter is repeated (RFC 6749, section 3.2).
    Repeats,
    /// The request target does not contain credentials (RFC 6749, section 2.3.1).
    CredentialsInUrl,
    /// At most one method of authentication is used (RFC 6749, section 2.3).
    AuthenticationMethods,
    /// The grant is client credentials (RFC 6749, section 4.4.2).
    GrantType,
    /// A client id and a secret are present and can be read.
    CredentialsPresent,
    /// Type, state and secret of the client, in one answer (RFC 6749, section 5.2).
    Authentication,
    /// The application may use the grant.
    GrantAllowed,
    /// The organization is not suspended.
    Organization,
    /// The caller's address is allowed.
    AddressPolicy,
    /// The quota is not used up.
    Quota,
    /// The application is authorized for the audience (RFC 8707, section 2).
    Audience,
    /// The scope is well-formed and assigned (RFC 6749, section 3.3).
    Scope,
    /// The application may act as its system user.
    SystemUser,
    /// A request about a token presents one, which the application may revoke (RFC 7009, section 2.1; RFC 7662, section 2.1).
    PresentedToken,
}

impl Check {
    /// All checks, in the order in which they run.
    pub const ORDER: [Self; 18] = [
        Self::Method,
        Self::Size,
        Self::ContentType,
        Self::Form,
        Self::Repeats,
        Self::CredentialsInUrl,
        Self::AuthenticationMethods,
        Self::GrantType,
        Self::CredentialsPresent,
        Self::Authentication,
        Self::GrantAllowed,
        Self::Organization,
        Self::AddressPolicy,
        Self::Quota,
        Self::Audience,
        Self::Scope,
        Self::SystemUser,
        Self::PresentedToken,
    ];

    /// Returns the check that fails with this cause; `None` for causes that are not found by a check of a token request.
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other causes are not found by a check of a token request"
    )]
    pub const fn of(cause: Cause) -> Option<Self> {
        Some(match cause {
            Cause::MethodNotAllowed => Self::Method,
            Cause::BodyTooLarge => Self::Size,
            Cause::ContentTypeWrong | Cause::ContentCodingUnsupported => Self::ContentType,
            Cause::BodyMalformed | Cause::ParametersTooMany | Cause::ParameterTooLong => Self::Form,
            Cause::ParameterRepeated => Self::Repeats,
            Cause::CredentialsInUrl => Self::CredentialsInUrl,
            Cause::AuthenticationMethodsSeveral => Self::AuthenticationMethods,
            Cause::GrantTypeMissing | Cause::GrantTypeUnsupported | Cause::GrantTypeUnknown => {
                Self::GrantType
            }
            Cause::BasicMalformed
            | Cause::AuthenticationSchemeUnsupported
            | Cause::AssertionUnsupported
            | Cause::ClientIdMismatch
            | Cause::CredentialsMissing => Self::CredentialsPresent,
            Cause::ClientIdMalformed
            | Cause::ClientUnknown
            | Cause::ApplicationDeleted
            | Cause::ApplicationDisabled
            | Cause::ApplicationExpired
            | Cause::ClientPublic
            | Cause::AuthenticationMethodNotAllowed
            | Cause::SecretWrong
            | Cause::SecretRotatedOut
            | Cause::SecretRevoked
            | Cause::SecretExpired
            | Cause::AuthenticationThrottled => Self::Authentication,
            Cause::GrantNotAllowed => Self::GrantAllowed,
            Cause::OrganizationSuspended => Self::Organization,
            Cause::AddressNotAllowed => Self::AddressPolicy,
            Cause::QuotaExceeded => Self::Quota,
            Cause::AudienceMissing
            | Cause::AudienceMalformed
            | Cause::AudiencesTooMany
            | Cause::AudienceUnknown
            | Cause::AudienceNotAuthorized
            | Cause::AudiencesIncompatible
            | Cause::NoApiAuthorized => Self::Audience,
            Cause::ScopeMalformed
            | Cause::ScopeUnknown
            | Cause::ScopeNotAssigned
            | Cause::NoScopeAssigned => Self::Scope,
            Cause::SystemUserNotAllowed | Cause::SystemUserMissing => Self::SystemUser,
            Cause::TokenParameterMissing | Cause::TokenOfOtherClient | Cause::TokenNotRevocable => {
                Self::PresentedToken
            }
            _ => return None,
        })
    }
}
