//! HTTP/1.1 on hyper, and the answers that hyper leaves out: to requests that it cannot read, or that do not arrive in time.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::Poll;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::connection_state::{Order, Phase};
use super::origin::{Origin, broken_off};
use super::transport::{Io, Linger, Protocol, Transport};
use super::{Closed, Handler, HttpProblem, Refusal};

/// The settings of hyper.
///
/// An answer is copied into one buffer and written at once, which costs less than to write it in two pieces, and is one TLS record instead
/// of two. `pipeline_flush` would gain the same, but it holds an answer back while there are bytes to read, even if they are not a request.
///
/// There is no `header_read_timeout`, which would set a timer for each request: the sweep of the connection table checks it.
pub(super) fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_BUFFER_BYTES).writev(false);
    // A caller that has closed its writing side may still read (RFC 9112, section 9.6).
    builder.half_close(true);
    builder
}

/// The end of HTTP/1.1 on a connection.
#[derive(Debug)]
pub(super) enum Ended<S> {
    /// With the connection.
    Closed(Closed),
    /// The caller speaks HTTP/2, with prior knowledge.
    Http2(Box<Transport<S>>),
}

/// The state in which hyper left a connection.
enum Left {
    /// Both sides are done.
    Done,
    /// There was an error.
    Failed(hyper::Error),
    /// The connection was given an order.
    Told(Order),
}

/// Serves a connection that speaks HTTP/1.1, unless its first bytes are those of HTTP/2.
pub(super) async fn serve<S: Io, H: Handler>(
    origin: &Arc<Origin<H>>,
    transport: Transport<S>,
) -> Ended<S> {
    let service = service_fn(|request| {
        let origin = Arc::clone(origin);
        async move { Ok::<_, Infallible>(origin.answer_to_the_end(request).await) }
    });
    let mut is_draining = origin.state.told() == Some(Order::Drain);
    let mut has_polled = false;
    let mut builder = origin.context.http1.clone();
    // A connection that waited when the shutdown began may have sent a request, and carries no other one.
    builder.keep_alive(!is_draining);
    let mut connection = builder.serve_connection(TokioIo::new(transport), service);
    let left = core::future::poll_fn(|task| {
        loop {
            // Before the next answer, so that it states `connection: close`; not before hyper has read once, since it would close at once.
            if has_polled && !is_draining && origin.state.told() == Some(Order::Drain) {
                is_draining = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            has_polled = true;
            match Pin::new(&mut connection).poll(task) {
                Poll::Ready(Ok(())) => return Poll::Ready(Left::Done),
                Poll::Ready(Err(error)) => return Poll::Ready(Left::Failed(error)),
                Poll::Pending => {}
            }
            match origin.state.told() {
                None => return Poll::Pending,
                Some(Order::Drain) if is_draining => return Poll::Pending,
                Some(Order::Drain) => {}
                Some(order @ (Order::Late | Order::Displaced)) => {
                    return Poll::Ready(Left::Told(order));
                }
            }
        }
    })
    .await;
    // Before the request in progress is dropped with the connection.
    let phase = origin.state.phase();
    let http1::Parts { io, read_buf, .. } = connection.into_parts();
    let transport = io.into_inner();
    match left {
        Left::Done => {
            origin.state.enter(Phase::Ending);
            let _ = origin.state.unless_late(transport.end(Linger::Heard)).await;
            Ended::Closed(match is_draining {
                true => Closed::Stopped,
                false => Closed::Done,
            })
        }
        Left::Told(order) => Ended::Closed(told(origin, order, phase, transport, &read_buf).await),
        Left::Failed(error) => failed(origin, &error, transport, read_buf).await,
    }
}

/// Ends a connection by an order, with an answer if a request has begun.
async fn told<H: Handler>(
    origin: &Origin<H>,
    order: Order,
    phase: Phase,
    transport: Transport<impl Io>,
    unread: &[u8],
) -> Closed {
    let is_stuck = origin.state.stuck_for().is_some();
    let has_begun = match phase {
        Phase::Head => true,
        Phase::Opening | Phase::Idle => !unread.is_empty(),
        // The handler has the request, and may have carried it out, so 408 would be wrong. Without an answer, the caller knows that the
        // outcome is unknown.
        Phase::Busy | Phase::Answered | Phase::Ending => false,
    };
    if is_stuck {
        return Closed::WriteTimeout;
    }
    if has_begun {
        origin.state.understood(order);
        let farewell = match order {
            Order::Displaced => Linger::AtOnce,
            Order::Drain | Order::Late => Linger::Heard,
        };
        origin.refuse(Refusal::Timeout, transport, farewell).await;
    }
    match order {
        Order::Late if has_begun => Closed::RequestTimeout,
        Order::Drain | Order::Late | Order::Displaced => broken_off(order),
    }
}

/// Answers a request that hyper could not read, if there is one.
async fn failed<S: Io, H: Handler>(
    origin: &Arc<Origin<H>>,
    error: &hyper::Error,
    transport: Transport<S>,
    unread: Bytes,
) -> Ended<S> {
    let cause = if error.is_parse_too_large() {
        if unread.contains(&b'\n') {
            Refusal::HeadersTooLarge
        } else if unread.len() < MAX_BUFFER_BYTES {
            // The buffer is not full: the header was read, and its `Content-Length` is beyond what hyper counts.
            Refusal::BodyTooLarge
        } else {
            // The buffer is full of one line, and so the target is too long.
            Refusal::UriTooLong
        }
    } else if error.is_parse() && speaks_tls(&unread) {
        Refusal::TlsOnPlainPort
    } else if error.is_parse()
        || (error.is_incomplete_message() && origin.state.phase() == Phase::Head)
    {
        Refusal::Malformed(problem_of(error, &unread))
    } else {
        return Ended::Closed(Closed::Broken);
    };
    if !speaks_http2(&unread) {
        origin.refuse(cause, transport, Linger::Heard).await;
        return Ended::Closed(Closed::Malformed);
    }
    // The first line of the preface is not that of a request, and hyper may have read no more than that line.
    match origin
        .state
        .unless_late(rest_of_preface(transport, unread))
        .await
    {
        Ok(Ok(transport)) => Ended::Http2(transport),
        Ok(Err(transport)) => {
            origin.refuse(cause, *transport, Linger::Heard).await;
            Ended::Closed(Closed::Malformed)
        }
        Err(order) => Ended::Closed(broken_off(order)),
    }
}

/// The problem of a request that hyper could not read.
fn problem_of(error: &hyper::Error, unread: &[u8]) -> HttpProblem {
    if error.is_incomplete_message() {
        return HttpProblem::in_header(unread).unwrap_or(HttpProblem::HeaderIncomplete);
    }
    // hyper has taken the header from its buffer before it finds these errors, and only its text distinguishes them.
    let text = error.to_string();
    if text.contains("content-length") {
        HttpProblem::ContentLength
    } else if text.contains("transfer-encoding") {
        HttpProblem::TransferEncoding
    } else if text.contains("URI") {
        let found = HttpProblem::in_header(unread);
        found
            .filter(is_of_request_line)
            .unwrap_or(HttpProblem::Target)
    } else {
        HttpProblem::in_header(unread).unwrap_or(HttpProblem::Other)
    }
}

/// Returns true for the problems of a request line that follow its method.
const fn is_of_request_line(problem: &HttpProblem) -> bool {
    matches!(
        problem,
        HttpProblem::Target | HttpProblem::Version | HttpProblem::BareCarriageReturn
    )
}

/// Returns true if bytes begin as a TLS handshake does: a record of that type, of version 3 (RFC 8446, section 5.1).
fn speaks_tls(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x16, 0x03])
}

/// Returns true if the bytes are a beginning of the HTTP/2 preface, or begin with it.
fn speaks_http2(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().zip(PREFACE).all(|(byte, own)| byte == own)
}

/// Reads until the preface is complete, or turns out to be something else.
async fn rest_of_preface<S: Io>(
    mut transport: Transport<S>,
    unread: Bytes,
) -> Result<Box<Transport<S>>, Box<Transport<S>>> {
    let mut bytes = BytesMut::from(unread);
    while speaks_http2(&bytes) && bytes.len() < PREFACE.len() {
        if !matches!(transport.read_more(&mut bytes).await, Ok(true)) {
            return Err(Box::new(transport));
        }
    }
    if speaks_http2(&bytes) {
        Ok(Box::new(transport.restart(Protocol::Http2, bytes.freeze())))
    } else {
        Err(Box::new(transport))
    }
}

/// The preface of HTTP/2 (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The size of hyper's buffer for a request that is not parsed yet, which limits the target and the header. Unit: bytes.
const MAX_BUFFER_BYTES: usize = 32 * 1024;
