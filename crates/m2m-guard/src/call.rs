//! The parts of a call that authenticate its caller.

use core::fmt;

use m2m_errors::Cause;
use oauth_proto::{BearerToken, MessageLimits, query_carries_access_token};

use crate::evidence::Evidence;
use crate::sent_scheme::SentScheme;

/// The parts of a call to an API that authenticate its caller.
///
/// The body is not among them: a token in a form (RFC 6750, section 2.2) is not looked for, and not accepted.
///
/// Source: RFC 6750, section 2, <https://www.rfc-editor.org/rfc/rfc6750#section-2>.
///
/// ```
/// use m2m_guard::Call;
///
/// let authorization: [&[u8]; 1] = [b"Bearer eyJ0eXAiOiJhdCtqd3QifQ.e30.AA"];
/// let call = Call::new(&authorization, Some(b"page=2"));
/// assert_eq!(format!("{call:?}"), "Call([redacted])");
/// ```
#[derive(Clone, Copy)]
pub struct Call<'c> {
    authorization: Authorization<'c>,
    query: Option<&'c [u8]>,
}

/// The `Authorization` fields, in their order.
#[derive(Clone, Copy)]
enum Authorization<'c> {
    Values(&'c [&'c [u8]]),
    #[cfg(feature = "http")]
    Fields(&'c http::HeaderMap),
}

impl<'c> Call<'c> {
    /// Returns a call with the values of all its `Authorization` headers, in their order, and the query of the request target, without the
    /// `?` and still encoded. A token in the query is refused, and never used.
    #[must_use]
    pub const fn new(authorization: &'c [&'c [u8]], query: Option<&'c [u8]>) -> Self {
        Self {
            authorization: Authorization::Values(authorization),
            query,
        }
    }

    /// Returns the one token of the call.
    ///
    /// A header with a scheme other than Bearer counts as a call without a token. A query with the parameter `access_token` is always refused.
    pub(crate) fn token(
        &self,
        limits: &MessageLimits,
    ) -> Result<BearerToken<'c>, (Cause, Evidence)> {
        let in_query = self.query.is_some_and(query_carries_access_token);
        let token = match self.authorization {
            Authorization::Values(values) => BearerToken::parse_all(values.iter().copied(), limits),
            #[cfg(feature = "http")]
            Authorization::Fields(fields) => {
                let values = fields.get_all(http::header::AUTHORIZATION).iter();
                BearerToken::parse_all(values.map(http::HeaderValue::as_bytes), limits)
            }
        };
        match (token, in_query) {
            (Ok(Some(token)), false) => Ok(token),
            (Ok(None), false) => Err((Cause::TokenMissing, self.other_scheme())),
            (Ok(None), true) => Err((Cause::TokenInUrl, Evidence::None)),
            (Ok(Some(_)) | Err(_), true) => Err((Cause::TokenSentTwice, Evidence::None)),
            (Err(error), false) => Err((error.cause(), Evidence::Header(error))),
        }
    }

    /// Returns the scheme of the first header, if there is one, as evidence.
    fn other_scheme(&self) -> Evidence {
        let first = match self.authorization {
            Authorization::Values(values) => values.first().copied(),
            #[cfg(feature = "http")]
            Authorization::Fields(fields) => fields
                .get(http::header::AUTHORIZATION)
                .map(http::HeaderValue::as_bytes),
        };
        first
            .and_then(SentScheme::of)
            .map_or(Evidence::None, Evidence::Scheme)
    }
}

#[cfg(feature = "http")]
impl<'c> From<&'c http::request::Parts> for Call<'c> {
    fn from(parts: &'c http::request::Parts) -> Self {
        Self::of(&parts.headers, &parts.uri)
    }
}

#[cfg(feature = "http")]
impl<'c, B> From<&'c http::Request<B>> for Call<'c> {
    fn from(request: &'c http::Request<B>) -> Self {
        Self::of(request.headers(), request.uri())
    }
}

#[cfg(feature = "http")]
impl<'c> Call<'c> {
    fn of(headers: &'c http::HeaderMap, uri: &'c http::Uri) -> Self {
        Self {
            authorization: Authorization::Fields(headers),
            query: uri.query().map(str::as_bytes),
        }
    }
}

/// Header and query may contain a token, so they are not printed.
impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    const LIMITS: MessageLimits = limits::of_header(&m2m_jwt::Limits::DEFAULT);

    #[track_caller]
    fn check(authorization: &[&str], query: Option<&str>, expected: Result<&str, Cause>) {
        let values: Vec<&[u8]> = authorization.iter().map(|value| value.as_bytes()).collect();
        let call = Call::new(&values, query.map(str::as_bytes));
        let token = call.token(&LIMITS);
        assert_eq!(
            token
                .as_ref()
                .map(BearerToken::expose_secret)
                .map_err(|(cause, _)| *cause),
            expected,
            "{authorization:?} {query:?}"
        );
    }

    #[test]
    fn r1_accepts_a_bearer_header_in_any_case() {
        for value in ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc "] {
            check(&[value], None, Ok("abc"));
            check(&[value], Some("page=2&token=x"), Ok("abc"));
        }
    }

    #[test]
    fn r3_k15_a_call_without_a_bearer_token_has_no_token() {
        for authorization in [
            &[][..],
            &[""],
            &["Basic YTpi"],
            &["DPoP abc"],
            &["Bearerabc"],
        ] {
            check(authorization, None, Err(Cause::TokenMissing));
        }
    }

    #[test]
    fn k17_refuses_a_header_that_cannot_be_read() {
        for authorization in [
            &["Bearer"][..],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Bearer \"a\""],
            &["Bearer a", "Bearer a"],
            &["Basic YTpi", "Bearer a"],
        ] {
            check(
                authorization,
                None,
                Err(Cause::AuthorizationHeaderMalformed),
            );
        }
        let long = format!("Bearer {}", "a".repeat(limits::MAX_AUTHORIZATION_BYTES));
        check(&[&long], None, Err(Cause::TokenTooLong));
    }

    #[test]
    fn r7_refuses_a_token_in_the_query() {
        for query in ["access_token=abc", "a=1&access%5Ftoken=abc", "access_token"] {
            check(&[], Some(query), Err(Cause::TokenInUrl));
            check(&["Basic YTpi"], Some(query), Err(Cause::TokenInUrl));
        }
    }

    #[test]
    fn r2_refuses_a_token_that_is_sent_twice() {
        for value in ["Bearer abc", "Bearer", "Bearer a b"] {
            check(
                &[value],
                Some("access_token=abc"),
                Err(Cause::TokenSentTwice),
            );
        }
    }

    #[test]
    fn debug_does_not_contain_what_was_sent() {
        let call = Call::new(&[b"Bearer abc"], Some(b"access_token=abc"));
        assert_eq!(format!("{call:?}"), "Call([redacted])");
    }

    #[cfg(feature = "http")]
    #[test]
    fn reads_the_parts_of_a_request_as_their_bytes() {
        let request = |uri: &str, values: &[&str]| {
            let mut request = http::Request::new(());
            *request.uri_mut() = uri.parse().unwrap();
            for value in values {
                let value = value.parse().unwrap();
                request.headers_mut().append("authorization", value);
            }
            request
        };
        let cause = |request: &http::Request<()>| {
            let outcome = Call::from(request).token(&LIMITS);
            outcome.map(|_| ()).map_err(|(cause, _)| cause)
        };
        assert_eq!(cause(&request("/orders?page=2", &["Bearer abc"])), Ok(()));
        assert_eq!(cause(&request("/orders", &[])), Err(Cause::TokenMissing));
        assert_eq!(
            cause(&request("/orders", &["Bearer a", "Bearer a"])),
            Err(Cause::AuthorizationHeaderMalformed)
        );
        assert_eq!(
            cause(&request("/?access_token=a", &[])),
            Err(Cause::TokenInUrl)
        );
        let (parts, ()) = request("/", &["Bearer abc"]).into_parts();
        assert!(Call::from(&parts).token(&LIMITS).is_ok());
    }
}
