//! HTTP/2 on hyper, with limits against the attacks that it is known for.

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
use super::transport::{Io, Transport};
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
pub(super) async fn serve<H: Handler>(
    origin: Arc<Origin<H>>,
    transport: Transport<impl Io>,
) -> Closed {
    origin.state.enter(Phase::Idle);
    let interim = transport.interim();
    let service = service_fn(|request| {
        let origin = Arc::clone(&origin);
        let told = interim.request(&request);
        async move {
            if let Some(told) = told {
                // The answer must not overtake it.
                let _ = told.await;
            }
            Ok::<_, Infallible>(origin.answer(request).await)
        }
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
            if interim.settle() {
                // The connection writes the interim responses when it is polled.
                continue;
            }
            let Some(order) = origin.state.told() else {
                return Poll::Pending;
            };
            let is_stuck = order == Order::Late && origin.state.stuck_for().is_some();
            match (order, ending) {
                _ if is_stuck => return Poll::Ready(Closed::WriteTimeout),
                // The caller is informed that no more requests are accepted, and has a moment to read it.
                (Order::Drain | Order::Late, None) => {
                    ending = Some(order);
                    if order == Order::Late {
                        origin.state.enter(Phase::Ending);
                    }
                    origin.state.understood(order);
                    Pin::new(&mut connection).graceful_shutdown();
                }
                // The requests in progress are answered.
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

/// The maximum number of concurrent requests of a connection: not below 100, which clients rely on (RFC 9113, section 6.5.2).
const MAX_STREAMS: u32 = 128;

/// The maximum size of a header. From this h2 derives the number of frames in which a header may be continued, which limits a flood of
/// them. Unit: bytes.
const MAX_HEADER_LIST_BYTES: u32 = 24 * 1024;

/// The size of the table that compresses headers: the minimum of RFC 9113. Unit: bytes.
const HEADER_TABLE_BYTES: u32 = 4096;

/// The number of bytes that a caller may send on one stream before they are read: the default of RFC 9113. Unit: bytes.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// The number of bytes that a caller may send on all streams of a connection before they are read. Unit: bytes.
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// The number of bytes of an answer that are held for a caller that does not read. Unit: bytes.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// The number of streams that the caller may reset before they are accepted (CVE-2023-44487). Beyond it the connection is closed.
const MAX_PENDING_RESETS: usize = 20;

/// The number of streams that may be reset because of errors of the caller (CVE-2025-8671). Beyond it the connection is closed.
const MAX_ERROR_RESETS: usize = 256;

/// The interval of PINGs that check whether the caller is still there.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// The time in which the caller has to answer a PING.
const PING_TIME: Duration = Duration::from_secs(10);
