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
        Cause::ALL.iter().copied().filter(move |cause| {
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
    }
}
