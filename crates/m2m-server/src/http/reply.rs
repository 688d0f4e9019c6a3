//! Answers in the types of hyper.

use bytes::Bytes;
use http_body_util::Full;
use m2m_authority::flow::Reply;

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
