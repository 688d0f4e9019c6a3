//! The `error` codes of OAuth.

use crate::{Advice, Source};

/// A value of the `error` parameter that is registered with IANA, or that this server adds outside the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `invalid_request` (RFC 6749, section 5.2; RFC 6750, section 3.1).
    InvalidRequest,
    /// `invalid_client` (RFC 6749, section 5.2).
    InvalidClient,
    /// `invalid_grant` (RFC 6749, section 5.2).
    InvalidGrant,
    /// `unauthorized_client` (RFC 6749, section 5.2).
    UnauthorizedClient,
    /// `unsupported_grant_type` (RFC 6749, section 5.2).
    UnsupportedGrantType,
    /// `invalid_scope` (RFC 6749, section 5.2).
    InvalidScope,
    /// `invalid_target` (RFC 8707, section 2).
    InvalidTarget,
    /// `access_denied` (RFC 6749, section 4.1.2.1).
    AccessDenied,
    /// `server_error` (RFC 6749, section 4.1.2.1).
    ServerError,
    /// `temporarily_unavailable` (RFC 6749, section 4.1.2.1).
    TemporarilyUnavailable,
    /// `invalid_token` (RFC 6750, section 3.1).
    InvalidToken,
    /// `insufficient_scope` (RFC 6750, section 3.1).
    InsufficientScope,
    /// `unsupported_token_type` (RFC 7009, section 2.2.1).
    UnsupportedTokenType,
    /// `not_found`: no such path. Never an answer of the token endpoint.
    NotFound,
}

/// What a code means, whoever sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code on the wire.
    pub code: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// What leads to it and what to do, causes of other servers and grants included.
    pub advice: Advice,
    /// Where the code is defined.
    pub sources: &'static [Source],
    /// The rows of the seed documents that it answers.
    pub rows: &'static [&'static str],
}
