//! The words of APIs.

use super::Meaning;
use super::{Known, likely};
use m2m_errors::{Cause, ErrorCode, Status};

/// Markers in lower case, the most exact first.
pub(super) const KNOWN: &[Known] = &[
    Known::new(
        "Kubernetes",
        "system:anonymous",
        Meaning::Status(Status::Forbidden),
        Some(likely::TOKEN_MISSING),
    ),
    Known::new(
        "Slack",
        "not_authed",
        Meaning::Cause(Cause::TokenMissing),
        Some(likely::TOKEN_MISSING),
    ),
    Known::new(
        "Slack",
        "invalid_auth",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_INVALID),
    ),
    Known::any(
        "token_revoked",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_REVOKED),
    ),
    Known::any(
        "token_expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Slack",
        "missing_scope",
        Meaning::Code(ErrorCode::InsufficientScope),
        Some(likely::SCOPE_INSUFFICIENT),
    ),
    Known::new(
        "Slack",
        "bad_client_secret",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::SECRET_WRONG),
    ),
    Known::any(
        "invalid_client_id",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::CLIENT_UNKNOWN),
    ),
    Known::any(
        "account_inactive",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_REVOKED),
    ),
    Known::any(
        "ratelimited",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::new(
        "Salesforce",
        "invalid_session_id",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Salesforce",
        "client identifier invalid",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::CLIENT_UNKNOWN),
    ),
    Known::new(
        "Salesforce",
        "no client credentials user enabled",
        Meaning::Code(ErrorCode::InvalidGrant),
        Some(likely::GRANT_NOT_ALLOWED),
    ),
    Known::any(
        "request_limit_exceeded",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::new(
        "Stripe",
        "invalid api key provided",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_INVALID),
    ),
    Known::new(
        "Stripe",
        "you did not provide an api key",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_MISSING),
    ),
    Known::new(
        "Shopify",
        "[api] invalid api key or access token",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_INVALID),
    ),
    Known::new(
        "Shopify",
        "this action requires merchant approval",
        Meaning::Code(ErrorCode::InsufficientScope),
        Some(likely::SCOPE_INSUFFICIENT),
    ),
    Known::any(
        "invalid client_id or client_secret",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::CREDENTIALS_WRONG),
    ),
    Known::new(
        "Zoom",
        "invalid access token, does not contain scopes",
        Meaning::Code(ErrorCode::InsufficientScope),
        Some(likely::SCOPE_INSUFFICIENT),
    ),
    Known::any(
        "access token is expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::any(
        "invalid access token",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_INVALID),
    ),
    Known::new(
        "Twilio",
        "code: 20003",
        Meaning::Status(Status::Unauthorized),
        Some(likely::CREDENTIALS_WRONG),
    ),
    Known::new(
        "Twilio",
        "code: 20429",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::new(
        "Dropbox",
        "expired_access_token",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
];
