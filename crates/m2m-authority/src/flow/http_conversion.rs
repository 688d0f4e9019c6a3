//! Requests and replies in the types of the crate `http`.

use core::net::IpAddr;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::accept::{Header, RawRequest};
use super::respond::Reply;

impl<'r> RawRequest<'r> {
    /// A request whose body was read, and the address of its caller.
    #[must_use]
    pub fn from_http(parts: &'r Parts, body: &'r [u8], address: Option<IpAddr>) -> Self {
        Self {
            method: parts.method.as_str(),
            query: parts.uri.query().map(str::as_bytes),
            content_type: field(&parts.headers, &header::CONTENT_TYPE),
            authorization: field(&parts.headers, &header::AUTHORIZATION),
            body,
            address,
        }
    }
}

fn field<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Header<'r> {
    headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect()
}

impl From<Reply> for Response<Bytes> {
    fn from(reply: Reply) -> Self {
        let mut response = Self::default();
        *response.status_mut() =
            StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in reply.headers() {
            // The steps write visible ASCII only; another value would be left out rather than break the answer.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
        *response.body_mut() = Bytes::from(reply.into_body());
        response
    }
}

#[cfg(test)]
mod tests {
    use m2m_errors::{Cause, Profile};
    use oauth_proto::MessageLimits;

    use super::*;
    use crate::flow::{Exchange, accept, respond};
    use crate::{Authority, Refusal, TraceId};

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::post("/oauth2/token?x=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("valid parts").into_parts().0
    }

    #[test]
    fn a_repeated_field_is_reported_as_repeated() {
        let form = "application/x-www-form-urlencoded";
        let parts = parts(&[
            ("content-type", form),
            ("authorization", "Basic YTpi"),
            ("authorization", "Basic YTpi"),
        ]);
        let raw = RawRequest::from_http(&parts, b"a=b", None);
        assert_eq!((raw.method, raw.query), ("POST", Some(&b"x=1"[..])));
        assert_eq!(raw.content_type, Header::Once(form.as_bytes()));
        assert_eq!(raw.authorization, Header::Repeated);
        assert_eq!(raw.body, b"a=b");
    }

    #[test]
    fn a_reply_keeps_its_status_its_fields_and_its_body() {
        let authority = Authority::new(
            "https://issuer.example",
            Profile::Rfc,
            MessageLimits::DEFAULT,
        );
        let authority = authority.expect("the issuer is valid");
        let parts = parts(&[]);
        let refused = accept(RawRequest::from_http(&parts, b"", None), &authority);
        let refusal: Refusal = refused.expect_err("the request has no form");
        assert_eq!(refusal.cause(), Cause::ContentTypeWrong);
        let exchange = Exchange {
            trace_id: TraceId::from_random([7; 16]),
            request_id: None,
            address: None,
        };
        let reply = respond(Err(&refusal), &exchange, &authority);
        let response = Response::<Bytes>::from(reply.clone());
        assert_eq!(response.status(), reply.status());
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers().len(), reply.headers().count());
        assert_eq!(response.body(), reply.body());
    }
}
