//! The `error` codes of OAuth.

use crate::catalogued::catalogued;
use crate::{Advice, Cause, Profile, Source};

/// The meaning of a code, regardless of the server that sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeEntry {
    /// The code on the wire.
    pub code: &'static str,
    /// The meaning, in one sentence.
    pub meaning: &'static str,
    /// The usual causes and the fixes, causes of other servers and grants included.
    pub advice: Advice,
    /// The sections that define the code.
    pub sources: &'static [Source],
}

/// The text is not one of the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

impl core::fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("unknown error code; docs/errors.md lists all codes")
    }
}

impl core::error::Error for UnknownCode {}

impl ErrorCode {
    /// The value of the `error` parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.entry().code
    }

    /// Returns the causes that a server with this profile answers with this code, in the order of the catalogue.
    ///
    /// A cause counts if it has this code in either way of naming the target, by `audience` or by `resource`. A code
    /// that only other servers and other grants use has no causes.
    pub fn causes(self, profile: Profile) -> impl Iterator<Item = Cause> {
        let answered = Cause::ALL
            .iter()
            .copied()
            .filter(|cause| cause.is_answered());
        answered.filter(move |cause| {
            let wire = &cause.entry().wire;
            [wire.of(profile), wire.of_resource(profile)]
                .iter()
                .any(|form| form.error == Some(self))
        })
    }
}

impl core::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for ErrorCode {
    type Err = UnknownCode;

    /// Codes are compared byte by byte, as all names of OAuth are.
    fn from_str(code: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == code)
            .ok_or(UnknownCode)
    }
}

catalogued! {
    /// A value of the `error` parameter that is registered with IANA, or that this server adds outside the token endpoint.
    ///
    /// The registry is <https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#extensions-error>.
    pub enum ErrorCode: CodeEntry {
        /// `invalid_request` (RFC 6749, section 5.2; RFC 6750, section 3.1).
        InvalidRequest => codes::INVALID_REQUEST,
        /// `invalid_client` (RFC 6749, section 5.2).
        InvalidClient => codes::INVALID_CLIENT,
        /// `invalid_grant` (RFC 6749, section 5.2).
        InvalidGrant => codes::INVALID_GRANT,
        /// `unauthorized_client` (RFC 6749, section 5.2).
        UnauthorizedClient => codes::UNAUTHORIZED_CLIENT,
        /// `unsupported_grant_type` (RFC 6749, section 5.2).
        UnsupportedGrantType => codes::UNSUPPORTED_GRANT_TYPE,
        /// `invalid_scope` (RFC 6749, section 5.2).
        InvalidScope => codes::INVALID_SCOPE,
        /// `invalid_target` (RFC 8707, section 2).
        InvalidTarget => codes::INVALID_TARGET,
        /// `access_denied` (RFC 6749, section 4.1.2.1).
        AccessDenied => codes::ACCESS_DENIED,
        /// `server_error` (RFC 6749, section 4.1.2.1).
        ServerError => codes::SERVER_ERROR,
        /// `temporarily_unavailable` (RFC 6749, section 4.1.2.1).
        TemporarilyUnavailable => codes::TEMPORARILY_UNAVAILABLE,
        /// `invalid_token` (RFC 6750, section 3.1).
        InvalidToken => codes::INVALID_TOKEN,
        /// `insufficient_scope` (RFC 6750, section 3.1).
        InsufficientScope => codes::INSUFFICIENT_SCOPE,
        /// `unsupported_token_type` (RFC 7009, section 2.2.1).
        UnsupportedTokenType => codes::UNSUPPORTED_TOKEN_TYPE,
        /// `not_found`: an unknown path. Never an answer of the token endpoint.
        NotFound => codes::NOT_FOUND,

        // The codes below belong to other servers and other grants. This server never sends them.
        /// `insufficient_user_authentication` (RFC 9470, section 3).
        InsufficientUserAuthentication => codes::INSUFFICIENT_USER_AUTHENTICATION,
        /// `invalid_dpop_proof` (RFC 9449, sections 5 and 7.1).
        InvalidDpopProof => codes::INVALID_DPOP_PROOF,
        /// `use_dpop_nonce` (RFC 9449, sections 8 and 9).
        UseDpopNonce => codes::USE_DPOP_NONCE,
        /// `authorization_pending` (RFC 8628, section 3.5).
        AuthorizationPending => codes::AUTHORIZATION_PENDING,
        /// `slow_down` (RFC 8628, section 3.5).
        SlowDown => codes::SLOW_DOWN,
        /// `expired_token` (RFC 8628, section 3.5).
        ExpiredToken => codes::EXPIRED_TOKEN,
        /// `invalid_authorization_details` (RFC 9396, section 5).
        InvalidAuthorizationDetails => codes::INVALID_AUTHORIZATION_DETAILS,
        /// `unsupported_pop_key` (RFC 9200, section 5.8.3).
        UnsupportedPopKey => codes::UNSUPPORTED_POP_KEY,
        /// `incompatible_ace_profiles` (RFC 9200, section 5.8.3).
        IncompatibleAceProfiles => codes::INCOMPATIBLE_ACE_PROFILES,
        /// `unsupported_response_type` (RFC 6749, section 4.1.2.1).
        UnsupportedResponseType => codes::UNSUPPORTED_RESPONSE_TYPE,
        /// `interaction_required` (OpenID Connect Core 1.0, section 3.1.2.6).
        InteractionRequired => codes::INTERACTION_REQUIRED,
        /// `login_required` (OpenID Connect Core 1.0, section 3.1.2.6).
        LoginRequired => codes::LOGIN_REQUIRED,
        /// `account_selection_required` (OpenID Connect Core 1.0, section 3.1.2.6).
        AccountSelectionRequired => codes::ACCOUNT_SELECTION_REQUIRED,
        /// `consent_required` (OpenID Connect Core 1.0, section 3.1.2.6).
        ConsentRequired => codes::CONSENT_REQUIRED,
        /// `unmet_authentication_requirements` (OpenID Connect Core Unmet Authentication Requirements 1.0).
        UnmetAuthenticationRequirements => codes::UNMET_AUTHENTICATION_REQUIREMENTS,
        /// `invalid_request_uri` (RFC 9101, section 7).
        InvalidRequestUri => codes::INVALID_REQUEST_URI,
        /// `invalid_request_object` (RFC 9101, section 7).
        InvalidRequestObject => codes::INVALID_REQUEST_OBJECT,
        /// `request_not_supported` (RFC 9101, section 7).
        RequestNotSupported => codes::REQUEST_NOT_SUPPORTED,
        /// `request_uri_not_supported` (RFC 9101, section 7).
        RequestUriNotSupported => codes::REQUEST_URI_NOT_SUPPORTED,
        /// `registration_not_supported` (OpenID Connect Core 1.0, section 3.1.2.6).
        RegistrationNotSupported => codes::REGISTRATION_NOT_SUPPORTED,
        /// `invalid_redirect_uri` (RFC 7591, section 3.2.2).
        InvalidRedirectUri => codes::INVALID_REDIRECT_URI,
        /// `invalid_client_metadata` (RFC 7591, section 3.2.2).
        InvalidClientMetadata => codes::INVALID_CLIENT_METADATA,
        /// `invalid_software_statement` (RFC 7591, section 3.2.2).
        InvalidSoftwareStatement => codes::INVALID_SOFTWARE_STATEMENT,
        /// `unapproved_software_statement` (RFC 7591, section 3.2.2).
        UnapprovedSoftwareStatement => codes::UNAPPROVED_SOFTWARE_STATEMENT,
        /// `need_info` (User-Managed Access 2.0 Grant, section 3.3.6).
        NeedInfo => codes::NEED_INFO,
        /// `request_denied` (User-Managed Access 2.0 Grant, section 3.3.6).
        RequestDenied => codes::REQUEST_DENIED,
        /// `request_submitted` (User-Managed Access 2.0 Grant, section 3.3.6).
        RequestSubmitted => codes::REQUEST_SUBMITTED,
        /// `invalid_issuer` (OpenID Federation 1.0, section 8.9).
        InvalidIssuer => codes::INVALID_ISSUER,
        /// `invalid_subject` (OpenID Federation 1.0, section 8.9).
        InvalidSubject => codes::INVALID_SUBJECT,
        /// `invalid_trust_anchor` (OpenID Federation 1.0, section 8.9).
        InvalidTrustAnchor => codes::INVALID_TRUST_ANCHOR,
        /// `invalid_trust_chain` (OpenID Federation 1.0, section 8.9).
        InvalidTrustChain => codes::INVALID_TRUST_CHAIN,
        /// `invalid_metadata` (OpenID Federation 1.0, section 8.9).
        InvalidMetadata => codes::INVALID_METADATA,
        /// `unsupported_parameter` (OpenID Federation 1.0, section 8.9).
        UnsupportedParameter => codes::UNSUPPORTED_PARAMETER,
        /// `vp_formats_not_supported` (OpenID for Verifiable Presentations 1.0, section 8.5).
        VpFormatsNotSupported => codes::VP_FORMATS_NOT_SUPPORTED,
        /// `invalid_request_uri_method` (OpenID for Verifiable Presentations 1.0, section 8.5).
        InvalidRequestUriMethod => codes::INVALID_REQUEST_URI_METHOD,
        /// `wallet_unavailable` (OpenID for Verifiable Presentations 1.0, section 8.5).
        WalletUnavailable => codes::WALLET_UNAVAILABLE,
    }
}
