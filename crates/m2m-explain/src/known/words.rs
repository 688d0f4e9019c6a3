//! Words that point to a cause in the descriptions of all servers.

use m2m_errors::{ErrorCode, Status};

use super::likely::{self, Likely};

/// Words that, together with one of these codes, point to a cause.
pub(super) struct OfCode {
    pub(super) codes: &'static [ErrorCode],
    pub(super) words: &'static [&'static str],
    pub(super) likely: &'static Likely,
}

/// Words that, together with this status and without a known code, point to a cause.
pub(super) struct OfStatus {
    pub(super) status: Status,
    pub(super) words: &'static [&'static str],
    pub(super) likely: &'static Likely,
}

const fn of_code(
    codes: &'static [ErrorCode],
    words: &'static [&'static str],
    likely: &'static Likely,
) -> OfCode {
    OfCode {
        codes,
        words,
        likely,
    }
}

const fn of_status(
    status: Status,
    words: &'static [&'static str],
    likely: &'static Likely,
) -> OfStatus {
    OfStatus {
        status,
        words,
        likely,
    }
}

/// The codes with which servers refuse the credentials of a client.
const CLIENT: &[ErrorCode] = &[ErrorCode::InvalidClient, ErrorCode::UnauthorizedClient];

/// Words in lower case, the most exact first.
pub(super) const OF_CODE: &[OfCode] = &[
    of_code(CLIENT, &["secret", "expired"], likely::SECRET_EXPIRED),
    of_code(
        CLIENT,
        &["no client authentication included"],
        likely::CREDENTIALS_WRONG,
    ),
    of_code(CLIENT, &["assertion"], likely::ASSERTION_INVALID),
    of_code(
        CLIENT,
        &["authentication method"],
        likely::METHOD_NOT_ALLOWED_FOR_CLIENT,
    ),
    of_code(
        CLIENT,
        &["auth method"],
        likely::METHOD_NOT_ALLOWED_FOR_CLIENT,
    ),
    of_code(CLIENT, &["disabled"], likely::CLIENT_DISABLED),
    of_code(
        CLIENT,
        &["no client credentials"],
        likely::CREDENTIALS_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidClient],
        &["missing"],
        likely::CREDENTIALS_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidClient],
        &["not provided"],
        likely::CREDENTIALS_MISSING,
    ),
    of_code(CLIENT, &["unknown client"], likely::CREDENTIALS_WRONG),
    of_code(CLIENT, &["client", "not found"], likely::CLIENT_UNKNOWN),
    of_code(
        CLIENT,
        &["client", "does not exist"],
        likely::CLIENT_UNKNOWN,
    ),
    of_code(CLIENT, &["grant"], likely::GRANT_NOT_ALLOWED),
    of_code(CLIENT, &["audience"], likely::API_NOT_AUTHORIZED),
    of_code(CLIENT, &["invalid", "secret"], likely::SECRET_WRONG),
    of_code(CLIENT, &["secret"], likely::SECRET_WRONG),
    of_code(CLIENT, &["credentials"], likely::CREDENTIALS_WRONG),
    of_code(
        &[ErrorCode::AccessDenied],
        &["scope"],
        likely::SCOPE_NOT_ASSIGNED,
    ),
    of_code(&[ErrorCode::AccessDenied], &["ip address"], likely::ADDRESS),
    of_code(
        &[ErrorCode::AccessDenied],
        &["unauthorized"],
        likely::CREDENTIALS_WRONG,
    ),
    of_code(
        &[ErrorCode::InvalidScope],
        &["not assigned"],
        likely::SCOPE_NOT_ASSIGNED,
    ),
    of_code(
        &[ErrorCode::InvalidScope],
        &["not allowed"],
        likely::SCOPE_NOT_ASSIGNED,
    ),
    of_code(
        &[ErrorCode::InvalidScope],
        &["missing"],
        likely::SCOPE_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidRequest],
        &["audience"],
        likely::AUDIENCE_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidRequest],
        &["redirect"],
        likely::REDIRECT_MISMATCH,
    ),
    of_code(
        &[ErrorCode::InvalidRequest],
        &["grant_type"],
        likely::GRANT_UNSUPPORTED,
    ),
    of_code(
        &[ErrorCode::InvalidRequest],
        &["missing"],
        likely::PARAMETER_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidRequest],
        &["required"],
        likely::PARAMETER_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidTarget],
        &["not authorized"],
        likely::API_NOT_AUTHORIZED,
    ),
    of_code(
        &[ErrorCode::InvalidTarget],
        &["missing"],
        likely::AUDIENCE_MISSING,
    ),
    of_code(
        &[ErrorCode::InvalidGrant],
        &["redirect"],
        likely::REDIRECT_MISMATCH,
    ),
    of_code(
        &[ErrorCode::InvalidGrant],
        &["refresh"],
        likely::REFRESH_TOKEN_EXPIRED,
    ),
    of_code(&[ErrorCode::InvalidGrant], &["code"], likely::CODE_EXPIRED),
    of_code(
        &[ErrorCode::InvalidGrant],
        &["password"],
        likely::USER_PASSWORD,
    ),
    of_code(
        &[ErrorCode::InvalidGrant],
        &["user credentials"],
        likely::USER_PASSWORD,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["audience"],
        likely::AUDIENCE_MISMATCH,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["aud"],
        likely::AUDIENCE_MISMATCH,
    ),
    of_code(&[ErrorCode::InvalidToken], &["issuer"], likely::ISSUER),
    of_code(&[ErrorCode::InvalidToken], &["iss"], likely::ISSUER),
    of_code(&[ErrorCode::InvalidToken], &["kid"], likely::KEY_UNKNOWN),
    of_code(
        &[ErrorCode::InvalidToken],
        &["no matching key"],
        likely::KEY_UNKNOWN,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["another algorithm expected"],
        likely::ALGORITHM,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["algorithm"],
        likely::ALGORITHM,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["signature"],
        likely::SIGNATURE,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["not yet valid"],
        likely::TOKEN_NOT_YET_VALID,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["used before"],
        likely::TOKEN_NOT_YET_VALID,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["jwk set"],
        likely::KEYS_UNAVAILABLE,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["revoked"],
        likely::TOKEN_REVOKED,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["expired"],
        likely::TOKEN_EXPIRED,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["expiration"],
        likely::TOKEN_EXPIRED,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["malformed"],
        likely::TOKEN_MALFORMED,
    ),
    of_code(
        &[ErrorCode::InvalidToken],
        &["missing part delimiters"],
        likely::TOKEN_MALFORMED,
    ),
    of_code(
        &[ErrorCode::InsufficientScope],
        &["scope"],
        likely::SCOPE_INSUFFICIENT,
    ),
    of_code(&[ErrorCode::UseDpopNonce], &["dpop"], likely::DPOP_NONCE),
];

/// Words in lower case, the most exact first.
pub(super) const OF_STATUS: &[OfStatus] = &[
    of_status(
        Status::Unauthorized,
        &["token", "expired"],
        likely::TOKEN_EXPIRED,
    ),
    of_status(
        Status::Unauthorized,
        &["jwt", "expired"],
        likely::TOKEN_EXPIRED,
    ),
    of_status(
        Status::Unauthorized,
        &["session", "expired"],
        likely::TOKEN_EXPIRED,
    ),
    of_status(Status::Unauthorized, &["signature"], likely::SIGNATURE),
    of_status(
        Status::Unauthorized,
        &["audience"],
        likely::AUDIENCE_MISMATCH,
    ),
    of_status(Status::Unauthorized, &["issuer"], likely::ISSUER),
    of_status(Status::Unauthorized, &["api key"], likely::API_KEY_INVALID),
    of_status(
        Status::Unauthorized,
        &["token", "required"],
        likely::TOKEN_MISSING,
    ),
    of_status(Status::Unauthorized, &["no token"], likely::TOKEN_MISSING),
    of_status(
        Status::Unauthorized,
        &["authentication", "required"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["missing", "token"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["missing", "authorization"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["unauthenticated"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["credentials", "not provided"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["authorization", "required"],
        likely::TOKEN_MISSING,
    ),
    of_status(
        Status::Unauthorized,
        &["full authentication is required"],
        likely::TOKEN_MISSING,
    ),
    of_status(Status::Unauthorized, &["no auth"], likely::TOKEN_MISSING),
    of_status(
        Status::Unauthorized,
        &["not logged in"],
        likely::TOKEN_MISSING,
    ),
    of_status(Status::Unauthorized, &["token"], likely::TOKEN_INVALID),
    of_status(Status::Forbidden, &["scope"], likely::SCOPE_INSUFFICIENT),
    of_status(Status::Forbidden, &["permission"], likely::NO_PERMISSION),
    of_status(Status::Forbidden, &["privilege"], likely::NO_PERMISSION),
    of_status(
        Status::Forbidden,
        &["forbidden: user"],
        likely::NO_PERMISSION,
    ),
    of_status(Status::TooManyRequests, &["rate limit"], likely::RATE_LIMIT),
    of_status(Status::TooManyRequests, &["too many"], likely::RATE_LIMIT),
];
