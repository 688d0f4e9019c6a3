//! The body of a request.

use std::time::Duration;

use bytes::Bytes;
use http::header;
use http::request::Parts;
use hyper::body::Incoming;
use m2m_listen::Refusal;

/// Reads a body of at most `max_bytes`.
///
/// # Errors
///
/// [`Refusal::BodyTooLarge`], [`Refusal::Timeout`], or [`Refusal::Malformed`] if the caller disconnects.
pub(super) async fn read(body: Incoming, max_bytes: usize) -> Result<Bytes, Refusal> {
    m2m_listen::read_body(body, max_bytes, MAX_TIME).await
}

/// Returns true if the body has a content coding, such as gzip (RFC 9110, section 8.4).
pub(super) fn is_coded(parts: &Parts) -> bool {
    let lines = parts.headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
    })
}

/// The time in which a body has to arrive: a form is one packet, and a slow link has seconds for it.
const MAX_TIME: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use m2m_errors::Cause;
    use m2m_listen::Times;

    use super::*;

    #[test]
    fn operators_read_how_long_a_request_may_take() {
        assert_eq!(Times::DEFAULT.head, MAX_TIME);
        let time = format!("{} seconds", MAX_TIME.as_secs());
        assert!(Cause::RequestTimeout.entry().operator.contains(&time));
    }
}
