//! The reasons why the listener itself refuses requests, and answers of HTTP/1.1 that are written without hyper.

use std::time::Duration;

use bytes::{BufMut as _, Bytes};
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::transport::Io;
use crate::{HandshakeProblem, HttpProblem};

/// A reason why the listener itself refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are not an HTTP request, or one that can be read in more than one way (RFC 9112, section 11.2).
    Malformed(HttpProblem),
    /// The header is too large.
    HeadersTooLarge,
    /// The body is too large for [`read_body`](crate::read_body), or its length does not fit in an integer.
    BodyTooLarge,
    /// The target of the request is too long.
    UriTooLong,
    /// The request did not arrive in time.
    Timeout,
    /// The caller speaks TLS, and the port does not.
    TlsOnPlainPort,
    /// The caller speaks plain HTTP, and the port speaks TLS.
    PlainOnTlsPort,
    /// The server is answering the maximum number of requests.
    Overloaded,
    /// The caller sent far more HTTP/2 frames than requests.
    FrameFlood,
    /// The TLS handshake failed.
    HandshakeFailed(HandshakeProblem),
}

impl Refusal {
    /// All reasons, in their order, each once: with [`HttpProblem::Other`] and [`HandshakeProblem::Other`].
    pub const ALL: &'static [Self] = &[
        Self::Malformed(HttpProblem::Other),
        Self::HeadersTooLarge,
        Self::BodyTooLarge,
        Self::UriTooLong,
        Self::Timeout,
        Self::TlsOnPlainPort,
        Self::PlainOnTlsPort,
        Self::Overloaded,
        Self::FrameFlood,
        Self::HandshakeFailed(HandshakeProblem::Other),
    ];

    /// The status of an answer (RFC 9110, section 15.5; RFC 6585, section 5).
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed(_)
            | Self::TlsOnPlainPort
            | Self::PlainOnTlsPort
            | Self::FrameFlood
            | Self::HandshakeFailed(_) => StatusCode::BAD_REQUEST,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The reason in a sentence, without anything that the caller sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed(problem) => problem.as_str(),
            Self::HeadersTooLarge => "the header of the request is too large",
            Self::BodyTooLarge => "the body of the request is too large",
            Self::UriTooLong => "the target of the request is too long",
            Self::Timeout => "the request did not arrive in time",
            Self::TlsOnPlainPort => "this port speaks plain HTTP, and the request is TLS",
            Self::PlainOnTlsPort => "this port speaks TLS, and the request is plain HTTP",
            Self::Overloaded => "the server is at its capacity",
            Self::FrameFlood => "the connection carries far more frames than requests",
            Self::HandshakeFailed(_) => "the TLS handshake failed",
        }
    }

    /// An answer in plain text.
    #[must_use]
    pub fn to_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from_static(self.as_str().as_bytes())));
        *response.status_mut() = self.status();
        response
    }
}

/// The bytes of an answer, after which the connection is closed.
pub(super) async fn bytes(response: Response<Full<Bytes>>) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await;
    let body = body.to_bytes();
    let mut bytes = Vec::with_capacity(512 + body.len());
    bytes.put_slice(b"HTTP/1.1 ");
    bytes.put_slice(parts.status.as_str().as_bytes());
    bytes.put_u8(b' ');
    bytes.put_slice(
        parts
            .status
            .canonical_reason()
            .unwrap_or_default()
            .as_bytes(),
    );
    bytes.put_slice(b"\r\n");
    let length = Bytes::from(body.len().to_string());
    let own = [
        (header::CONNECTION, Bytes::from_static(b"close")),
        (header::CONTENT_LENGTH, length),
    ];
    let fields = parts
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Bytes::copy_from_slice(value.as_bytes())));
    for (name, value) in fields.chain(own) {
        bytes.put_slice(name.as_str().as_bytes());
        bytes.put_slice(b": ");
        bytes.put_slice(&value);
        bytes.put_slice(b"\r\n");
    }
    bytes.put_slice(b"\r\n");
    bytes.put_slice(&body);
    bytes
}

/// Writes the answer to a connection that is refused.
pub(super) async fn overloaded(mut stream: impl Io, answer: &[u8]) {
    let told = async {
        stream.write_all(answer).await?;
        stream.shutdown().await?;
        // Bytes that are on their way are read, or else the connection is reset and the answer lost.
        let mut discarded = [0; 1024];
        let mut reads = 0;
        while reads < MAX_READS && stream.read(&mut discarded).await? > 0 {
            reads += 1;
        }
        std::io::Result::Ok(())
    };
    let _ = tokio::time::timeout(OVERLOADED_TIME, told).await;
}

/// The time in which a caller that is refused can read its answer.
const OVERLOADED_TIME: Duration = Duration::from_secs(1);

/// The number of reads from a caller that is refused: enough for a request of any size that is accepted.
const MAX_READS: usize = 100;

/// The default of [`ListenSettings::overloaded`](crate::ListenSettings::overloaded).
pub(super) const OVERLOADED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    content-length: 30\r\n\
    \r\n\
    the server is at its capacity\n";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_answer_to_a_refused_connection_is_complete() {
        let text = core::str::from_utf8(OVERLOADED).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{}",
            body.len()
        );
    }

    #[tokio::test]
    async fn an_answer_is_written_as_http() {
        let mut response = Response::new(Full::new(Bytes::from_static(b"{}")));
        *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
        response
            .headers_mut()
            .insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        assert_eq!(
            String::from_utf8(bytes(response).await).unwrap(),
            "HTTP/1.1 408 Request Timeout\r\npragma: no-cache\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
        );
    }
}
