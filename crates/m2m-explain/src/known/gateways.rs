//! The words of gateways and proxies.

use super::Meaning;
use super::{Known, likely};
use m2m_errors::{Cause, ErrorCode, Status};

/// Markers in lower case, the most exact first.
pub(super) const KNOWN: &[Known] = &[
    Known::new(
        "Envoy",
        "jwt is missing",
        Meaning::Cause(Cause::TokenMissing),
        Some(likely::TOKEN_MISSING),
    ),
    Known::new(
        "Envoy",
        "jwt is expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::any(
        "jwt expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Envoy",
        "jwt not yet valid",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_NOT_YET_VALID),
    ),
    Known::new(
        "Envoy",
        "jwt is not in the form of header.payload.signature",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_MALFORMED),
    ),
    Known::new(
        "Envoy",
        "jwt issuer is not configured",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::ISSUER),
    ),
    Known::new(
        "Envoy",
        "audiences in jwt are not allowed",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::AUDIENCE_MISMATCH),
    ),
    Known::new(
        "Envoy",
        "jwt verification fails",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::SIGNATURE),
    ),
    Known::new(
        "Envoy",
        "jwks doesn't have key to match kid or alg from jwt",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::KEY_UNKNOWN),
    ),
    Known::new(
        "Envoy",
        "jwks remote fetch is failed",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::KEYS_UNAVAILABLE),
    ),
    Known::new(
        "Envoy",
        "rbac: access denied",
        Meaning::Status(Status::Forbidden),
        Some(likely::NO_PERMISSION),
    ),
    Known::new(
        "Envoy",
        "upstream connect error or disconnect/reset before headers",
        Meaning::Status(Status::ServiceUnavailable),
        Some(likely::UPSTREAM),
    ),
    Known::any(
        "no healthy upstream",
        Meaning::Status(Status::ServiceUnavailable),
        Some(likely::UPSTREAM),
    ),
    Known::new(
        "Amazon API Gateway",
        "missing authentication token",
        Meaning::Status(Status::Forbidden),
        Some(likely::PATH_OR_SIGNATURE),
    ),
    Known::any(
        "accessdeniedexception",
        Meaning::Status(Status::Forbidden),
        Some(likely::NO_PERMISSION),
    ),
    Known::new(
        "Amazon API Gateway",
        "user is not authorized to access this resource",
        Meaning::Status(Status::Forbidden),
        Some(likely::NO_PERMISSION),
    ),
    Known::new(
        "Amazon API Gateway",
        "the incoming token has expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::any(
        "expiredtokenexception",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Amazon API Gateway",
        "unauthorizedexception",
        Meaning::Status(Status::Unauthorized),
        Some(likely::TOKEN_INVALID),
    ),
    Known::any(
        "limit exceeded",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::new(
        "Amazon API Gateway",
        "incompletesignatureexception",
        Meaning::Status(Status::Forbidden),
        Some(likely::TOKEN_MALFORMED),
    ),
    Known::new(
        "Kong",
        "no api key found in request",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_MISSING),
    ),
    Known::any(
        "invalid authentication credentials",
        Meaning::Status(Status::Unauthorized),
        Some(likely::CREDENTIALS_WRONG),
    ),
    Known::new(
        "Kong",
        "no mandatory 'iss' in claims",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::ISSUER),
    ),
    Known::new(
        "Kong",
        "no credentials found for given 'iss'",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::ISSUER),
    ),
    Known::new(
        "Kong",
        "exp: token expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Kong",
        "you cannot consume this service",
        Meaning::Status(Status::Forbidden),
        Some(likely::NO_PERMISSION),
    ),
    Known::any(
        "api rate limit exceeded",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::any(
        "the access token is invalid or has expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::new(
        "Kong",
        "no route matched with those values",
        Meaning::Status(Status::NotFound),
        None,
    ),
    Known::new(
        "Apigee",
        "invalidclientidentifier",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::CLIENT_UNKNOWN),
    ),
    Known::new(
        "Apigee",
        "clientid is invalid",
        Meaning::Code(ErrorCode::InvalidClient),
        Some(likely::CREDENTIALS_WRONG),
    ),
    Known::new(
        "Apigee",
        "access_token_expired",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_EXPIRED),
    ),
    Known::any(
        "invalid_access_token",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_INVALID),
    ),
    Known::new(
        "Apigee",
        "invalidaccesstoken",
        Meaning::Code(ErrorCode::InvalidToken),
        Some(likely::TOKEN_MALFORMED),
    ),
    Known::any(
        "insufficientscope",
        Meaning::Code(ErrorCode::InsufficientScope),
        Some(likely::SCOPE_INSUFFICIENT),
    ),
    Known::new(
        "Apigee",
        "invalidapicallasnoapiproductmatchfound",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_NOT_AUTHORIZED),
    ),
    Known::new(
        "Apigee",
        "apiresource_doesnot_exist",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_NOT_AUTHORIZED),
    ),
    Known::new(
        "Apigee",
        "failedtoresolveapikey",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_MISSING),
    ),
    Known::any(
        "invalidapikey",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_INVALID),
    ),
    Known::new(
        "Apigee",
        "ipdeniedaccess",
        Meaning::Status(Status::Forbidden),
        Some(likely::ADDRESS),
    ),
    Known::new(
        "Apigee",
        "quotaviolation",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::any(
        "unsupported grant type",
        Meaning::Code(ErrorCode::UnsupportedGrantType),
        Some(likely::GRANT_UNSUPPORTED),
    ),
    Known::new(
        "Azure API Management",
        "access denied due to missing subscription key",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_MISSING),
    ),
    Known::new(
        "Azure API Management",
        "access denied due to invalid subscription key",
        Meaning::Status(Status::Unauthorized),
        Some(likely::API_KEY_INVALID),
    ),
    Known::any(
        "rate limit is exceeded",
        Meaning::Status(Status::TooManyRequests),
        Some(likely::RATE_LIMIT),
    ),
    Known::any(
        "jwt not present",
        Meaning::Cause(Cause::TokenMissing),
        Some(likely::TOKEN_MISSING),
    ),
];
