//! Answers in the types of hyper.

use bytes::Bytes;
use http::{HeaderValue, header};
use http_body_util::Full;
use m2m_authority::flow::Reply;
use serde::Serialize;

/// A response with its whole body.
pub(crate) type Response = http::Response<Full<Bytes>>;

/// Converts a response of the token endpoint, or any refusal.
pub(super) fn of(reply: Reply) -> Response {
    whole(reply).map(Full::new)
}

/// Converts a response, and leaves its body as it is.
pub(super) fn whole(reply: Reply) -> http::Response<Bytes> {
    reply.into()
}

/// Returns a value as JSON that anyone may read.
pub(super) fn json(value: &impl Serialize) -> Response {
    // Serializing our own plain values does not fail.
    let body = serde_json::to_vec_pretty(value).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}
