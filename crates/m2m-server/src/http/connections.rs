//! Connections: taken, bounded, and ended in good order.

use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::Server;

impl Server {
    /// Serves until `shutdown` is ready; then takes no more connections and ends those that are there when their requests are
    /// answered, but does not wait for long.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            let Ok((stream, peer)) = accepted else {
                // Mostly there are no file descriptors left; connections that end give some back.
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                continue;
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                refuse(stream);
                continue;
            };
            // An answer is one packet; holding it back for more to come would only delay it.
            let _ = stream.set_nodelay(true);
            let server = Arc::clone(&self);
            let address = peer.ip().to_canonical();
            let service = service_fn(move |request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.respond(request, address).await) }
            });
            let connection =
                graceful.watch(builder().serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // A connection that breaks is the caller's business.
                let _ = connection.await;
                drop(place);
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await;
    }
}

/// Without `pipeline_flush`: it holds an answer back while there are bytes to read, and so holds back for ever what hyper answers
/// to bytes that are no request.
fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_BUFFER_BYTES);
    builder
}

/// Tells a caller for whom there is no place, without waiting for him, and without a trace: there is nothing to diagnose.
fn refuse(stream: TcpStream) {
    use std::io::Write as _;

    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(OVERLOADED);
    }
}

const OVERLOADED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    cache-control: no-store\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    content-length: 105\r\n\
    \r\n\
    {\"error\":\"temporarily_unavailable\",\"error_description\":\"The server is at its capacity. Try again later\"}\n";

/// So many connections at once. An idle one costs some 10 KiB.
const MAX_CONNECTIONS: usize = 10_000;

/// How long the header of a request may take, and how long a connection may be idle.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// What hyper holds of a request that it has not parsed. The limits of [`super::oversized`] lie below. Unit: bytes.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// How long requests may take to end when the server does.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// How long no connection is taken after one could not be.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
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
}
