//! Answers of HTTP/1.1 that are written without hyper: it has given up, or was never asked.

use core::error::Error;
use std::time::Duration;

use bytes::{BufMut as _, Bytes};
use http::{Response, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Body;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The bytes of an answer, after which the connection is closed. A body that fails or is too long is left out.
pub(super) async fn bytes<B>(response: Response<B>) -> Vec<u8>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default();
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

/// Writes the answer for a connection without a place.
pub(super) async fn overloaded(mut stream: TcpStream, answer: &[u8]) {
    let told = async {
        stream.write_all(answer).await?;
        stream.shutdown().await?;
        // What is on its way is read, else the answer is lost.
        let mut discarded = [0; 1024];
        let mut reads = 0;
        while reads < MAX_READS && stream.read(&mut discarded).await? > 0 {
            reads += 1;
        }
        std::io::Result::Ok(())
    };
    let _ = tokio::time::timeout(OVERLOADED_TIME, told).await;
}

/// The time in which a caller without a place can read its answer.
const OVERLOADED_TIME: Duration = Duration::from_secs(1);

/// The number of reads from a caller without a place: room for a request of any size that is taken.
const MAX_READS: usize = 100;

/// More than any refusal has to say. Unit: bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

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
    use http::{HeaderValue, StatusCode};
    use http_body_util::Full;

    use super::*;

    #[test]
    fn the_answer_for_whom_there_is_no_place_is_whole() {
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
