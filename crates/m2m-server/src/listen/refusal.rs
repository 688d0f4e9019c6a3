//! Answers of HTTP/1.1 that are written without hyper: it has given up, or was never asked.

use std::time::Duration;

use bytes::{BufMut as _, Bytes};
use http::header;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::Response;

/// The bytes of an answer, after which the connection is closed.
pub(super) async fn bytes(response: Response) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let Ok(body) = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
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

/// Tells a caller for whom there is no place, without a trace: there is nothing to diagnose.
pub(super) async fn overloaded(mut stream: TcpStream) {
    let told = async {
        stream.write_all(OVERLOADED).await?;
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

/// How long who is turned away may take to see it.
const OVERLOADED_TIME: Duration = Duration::from_secs(1);

/// How often is read from who is turned away: room for a token request of any size that is taken.
const MAX_READS: usize = 100;

const OVERLOADED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    cache-control: no-store\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    content-length: 105\r\n\
    \r\n\
    {\"error\":\"temporarily_unavailable\",\"error_description\":\"The server is at its capacity. Try again later\"}\n";

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
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(body).unwrap()["error"],
            "temporarily_unavailable"
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
