//! HTTP/2 on hyper: the same requests, several at once, within the bounds that its own attacks ask for.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::Poll;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::connection_state::{Order, Phase};
use super::origin::{Origin, broken_off};
use super::transport::Transport;
use super::{Closed, Handler, Refusal};

pub(super) fn builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_LIST_BYTES)
        .header_table_size(HEADER_TABLE_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_ERROR_RESETS)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIME);
    builder
}

/// Serves a connection that speaks HTTP/2.
pub(super) async fn serve<H: Handler>(origin: Arc<Origin<H>>, transport: Transport) -> Closed {
    origin.state.enter(Phase::Idle);
    let service = service_fn(|request| {
        let origin = Arc::clone(&origin);
        async move { Ok::<_, Infallible>(origin.answer(request).await) }
    });
    let builder = &origin.context.http2;
    let mut connection = builder.serve_connection(TokioIo::new(transport), service);
    let mut ending = None;
    let closed = core::future::poll_fn(|task| {
        loop {
            if let Poll::Ready(done) = Pin::new(&mut connection).poll(task) {
                if origin.state.is_flooded() {
                    return Poll::Ready(Closed::Flood);
                }
                return Poll::Ready(match (ending, done) {
                    (Some(order), _) => broken_off(order),
                    (None, Ok(())) => Closed::Done,
                    (None, Err(error)) if error.is_timeout() => Closed::Idle,
                    (None, Err(_)) => Closed::Broken,
                });
            }
            let Some(order) = origin.state.told() else {
                return Poll::Pending;
            };
            let is_stuck = order == Order::Late && origin.state.stuck_for().is_some();
            match (order, ending) {
                _ if is_stuck => return Poll::Ready(Closed::WriteTimeout),
                // The caller is told that no more is taken, and has a moment to see it.
                (Order::Drain | Order::Late, None) => {
                    ending = Some(order);
                    if order == Order::Late {
                        origin.state.enter(Phase::Ending);
                    }
                    origin.state.understood(order);
                    Pin::new(&mut connection).graceful_shutdown();
                }
                // What was under way when the server was told to stop is answered.
                (Order::Drain, Some(_)) => return Poll::Pending,
                (Order::Late | Order::Displaced, _) => return Poll::Ready(broken_off(order)),
            }
        }
    })
    .await;
    if closed == Closed::Flood {
        origin.note(Refusal::FrameFlood);
    }
    closed
}

/// So many requests at once on one connection: not below 100, which clients take for granted (RFC 9113, section 6.5.2).
const MAX_STREAMS: u32 = 128;

/// All fields of a header: as a server should allow before it reads them. From this h2 derives how many frames a header may be continued in, which bounds
/// a flood of them. Unit: bytes.
const MAX_HEADER_LIST_BYTES: u32 = 24 * 1024;

/// What is remembered of headers to compress the next: the least that RFC 9113 expects. Unit: bytes.
const HEADER_TABLE_BYTES: u32 = 4096;

/// What a caller may send on one stream before it is read: the largest body that is taken. Unit: bytes.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// And on all streams of a connection together. Unit: bytes.
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// What is held of an answer that the caller does not take. Unit: bytes.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// So many streams may be reset by the caller before they were looked at (CVE-2023-44487); then the connection ends.
const MAX_PENDING_RESETS: usize = 20;

/// So many streams may have to be reset because of their caller's errors (CVE-2025-8671); then the connection ends.
const MAX_ERROR_RESETS: usize = 256;

/// How often it is seen whether the caller is still there.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long he may take to say so.
const PING_TIME: Duration = Duration::from_secs(10);
