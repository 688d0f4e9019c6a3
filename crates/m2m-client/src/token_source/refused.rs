//! The addresses to which no token is sent, and the answers by which an API refuses one.

use http::{HeaderMap, StatusCode, header};
use oauth_proto::{Challenge, MessageLimits, is_loopback_host};

/// Returns true if a token must not be sent to this address: it is plain http, and not on this machine. An address without a scheme is one of a connection
/// that exists already.
pub(super) fn is_plain_http(scheme: Option<&str>, host: Option<&str>) -> bool {
    scheme == Some("http") && !host.is_some_and(is_loopback_host)
}

/// Returns true if an API refuses the token of a request: the status is 401, and a challenge has `error="invalid_token"`.
///
/// An API that has checked nothing, or that lacks a scope, answers otherwise, and another token would not help.
///
/// Source: RFC 6750, section 3.1, <https://www.rfc-editor.org/rfc/rfc6750#section-3.1>.
pub(super) fn is_token_refused(status: StatusCode, headers: &HeaderMap) -> bool {
    status == StatusCode::UNAUTHORIZED
        && headers
            .get_all(header::WWW_AUTHENTICATE)
            .iter()
            .map(|value| Challenge::recognize(value.as_bytes(), &MessageLimits::DEFAULT))
            .any(|recognized| {
                recognized.challenges.iter().any(|challenge| {
                    challenge.scheme().eq_ignore_ascii_case("Bearer")
                        && challenge.parameter("error") == Some("invalid_token")
                })
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sent_over_tls_or_to_this_machine() {
        for (scheme, host, expected) in [
            (Some("https"), Some("orders.example"), false),
            (Some("http"), Some("orders.example"), true),
            (Some("http"), Some("127.0.0.1"), false),
            (Some("http"), Some("[::1]"), false),
            (Some("http"), Some("LocalHost"), false),
            (Some("http"), Some("localhost.example"), true),
            (Some("http"), None, true),
            (None, None, false),
        ] {
            assert_eq!(is_plain_http(scheme, host), expected, "{scheme:?} {host:?}");
        }
    }

    #[test]
    fn only_a_challenge_with_invalid_token_refuses_a_token() {
        for (status, challenges, expected) in [
            (401, &["Bearer error=\"invalid_token\""][..], true),
            (
                401,
                &[
                    "Basic realm=\"a\"",
                    "bearer realm=\"a\", error=invalid_token",
                ],
                true,
            ),
            (401, &["Bearer"], false),
            (401, &["Bearer error=\"invalid_request\""], false),
            (401, &["DPoP error=\"invalid_token\""], false),
            (401, &[], false),
            (403, &["Bearer error=\"invalid_token\""], false),
            (200, &["Bearer error=\"invalid_token\""], false),
        ] {
            let mut headers = HeaderMap::new();
            for challenge in challenges {
                headers.append(header::WWW_AUTHENTICATE, challenge.parse().unwrap());
            }
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(
                is_token_refused(status, &headers),
                expected,
                "{status} {challenges:?}"
            );
        }
    }
}
