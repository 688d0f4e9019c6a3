//! The bytes of a connection, plain or in TLS, and what they say about what it is doing.

use core::future::Future as _;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use std::io::{ErrorKind, IoSlice, Result};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::connection_state::{ConnectionState, Phase};
use super::frame_meter::FrameMeter;

/// A stream of which some bytes have been read already.
#[derive(Debug)]
pub(super) struct Rewound<S> {
    first: Bytes,
    stream: S,
}

impl<S> Rewound<S> {
    pub(super) const fn new(first: Bytes, stream: S) -> Self {
        Self { first, stream }
    }

    /// These bytes are read next.
    fn rewind(&mut self, bytes: Bytes) {
        self.first = if self.first.is_empty() {
            bytes
        } else {
            let mut all = BytesMut::from(bytes);
            all.extend_from_slice(&self.first);
            all.freeze()
        };
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let count = self.first.len().min(into.remaining());
        into.put_slice(&self.first.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What comes and goes over the network.
pub(super) type Tcp = Rewound<TcpStream>;

/// What carries HTTP.
#[derive(Debug)]
pub(super) enum Stream {
    /// Plain.
    Plain(Tcp),
    /// In TLS. Its state is large, and most connections of most servers have none.
    Tls(Box<Rewound<TlsStream<Tcp>>>),
}

/// Does the same with either stream.
macro_rules! either {
    ($stream:expr, $inner:ident => $does:expr) => {
        match $stream {
            Stream::Plain($inner) => $does,
            Stream::Tls($inner) => $does,
        }
    };
}

/// A connection's stream as hyper sees it.
#[derive(Debug)]
pub(super) struct Transport {
    stream: Stream,
    state: Arc<ConnectionState>,
    protocol: Protocol,
    /// The meter of frames, on HTTP/2.
    meter: Option<Box<FrameMeter>>,
    /// True if the last frame that was begun is written.
    is_between_frames: bool,
    is_stuck: bool,
    has_ended: bool,
}

/// Who reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// hyper speaks HTTP/1.1.
    Http1,
    /// hyper speaks HTTP/2.
    Http2,
}

/// For how long a caller who has got his last answer is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    /// Until he ends the connection, or has had the time for it.
    Heard,
    /// No longer than it takes to read what has come: another waits for the place, and who was slow to ask is slow to go.
    AtOnce,
}

impl Transport {
    pub(super) fn new(stream: Stream, state: Arc<ConnectionState>, protocol: Protocol) -> Self {
        Self {
            meter: meter(protocol, &state),
            stream,
            state,
            protocol,
            is_between_frames: true,
            is_stuck: false,
            has_ended: false,
        }
    }

    /// The same connection, on which another protocol begins with these bytes.
    pub(super) fn restart(mut self, protocol: Protocol, bytes: Bytes) -> Self {
        either!(&mut self.stream, stream => stream.rewind(bytes));
        self.protocol = protocol;
        self.meter = meter(protocol, &self.state);
        self
    }

    pub(super) const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Reads more into `bytes`; `false` at the end.
    pub(super) async fn read_more(&mut self, bytes: &mut BytesMut) -> Result<bool> {
        let count = either!(&mut self.stream, stream => stream.read_buf(bytes).await)?;
        self.has_ended |= count == 0;
        Ok(count > 0)
    }

    /// Writes all of it.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        either!(&mut self.stream, stream => {
            stream.write_all(bytes).await?;
            stream.flush().await
        })
    }

    /// Says that no more is written, and reads what the caller still sends, up to a bound: a connection that is closed while bytes are
    /// on their way is reset, and its last answer is lost.
    pub(super) async fn end(mut self, farewell: Farewell) {
        if either!(&mut self.stream, stream => stream.shutdown().await).is_err() || self.has_ended {
            return;
        }
        let mut read = 0_usize;
        let mut buffer = BytesMut::with_capacity(DISCARDED_AT_ONCE);
        while read < MAX_DISCARDED_BYTES {
            buffer.clear();
            let more = {
                let mut more = pin!(self.read_more(&mut buffer));
                core::future::poll_fn(|context| match (more.as_mut().poll(context), farewell) {
                    (Poll::Pending, Farewell::AtOnce) => Poll::Ready(Ok(false)),
                    (read, _) => read,
                })
                .await
            };
            match more {
                Ok(true) => read = read.saturating_add(buffer.len()),
                Ok(false) | Err(_) => return,
            }
        }
    }

    fn note<T>(&mut self, written: &Poll<T>) {
        // Only a flush takes it back: who takes one byte at a time would never be late.
        if written.is_pending() && !self.is_stuck {
            self.is_stuck = true;
            self.state.stuck();
        }
    }

    /// Returns true unless the caller has sent too many frames with these bytes.
    fn is_within_credit(&mut self, bytes: &[u8]) -> bool {
        let Self { meter, state, .. } = self;
        meter
            .as_mut()
            .is_none_or(|meter| meter.read(bytes, state.now()))
    }

    /// Notes that some of `all` bytes were written.
    fn wrote(&mut self, written: &Poll<Result<usize>>, all: usize) {
        if let (Some(meter), Poll::Ready(Ok(count))) = (&mut self.meter, written) {
            meter.wrote(*count);
            self.is_between_frames = *count == all;
        }
    }

    /// Says that the caller asks for too much (RFC 9113, sections 6.8 and 7), if that can be written at once.
    fn go_away(&mut self, context: &mut Context<'_>) {
        let (Some(meter), true) = (&self.meter, self.is_between_frames) else {
            return;
        };
        let frame = [
            &[0, 0, 8, GOAWAY, 0, 0, 0, 0, 0][..],
            &meter.latest_stream().to_be_bytes(),
            &ENHANCE_YOUR_CALM.to_be_bytes(),
        ]
        .concat();
        either!(&mut self.stream, stream => {
            let _ = Pin::new(&mut *stream).poll_write(context, &frame);
            let _ = Pin::new(stream).poll_flush(context);
        });
    }

    /// Whether what hyper writes is its own refusal, without a body: it is not, once the server has been asked. It is thrown away, and
    /// a better one sent, when hyper has ended.
    fn is_refusal_of_hyper(&self) -> bool {
        match self.protocol {
            Protocol::Http2 => false,
            Protocol::Http1 => match self.state.phase() {
                Phase::Opening | Phase::Idle | Phase::Head => true,
                Phase::Busy | Phase::Answered | Phase::Ending => false,
            },
        }
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = into.filled().len();
        let read = either!(&mut self.stream, stream => Pin::new(stream).poll_read(context, into));
        if let Poll::Ready(Ok(())) = read {
            if into.filled().len() == before {
                self.has_ended = true;
            } else if self.protocol == Protocol::Http1 {
                self.state.received();
            }
            let bytes = into.filled().get(before..).unwrap_or_default();
            if !self.is_within_credit(bytes) {
                self.state.flood();
                self.go_away(context);
                return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
            }
        }
        read
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if self.is_refusal_of_hyper() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written =
            either!(&mut self.stream, stream => Pin::new(stream).poll_write(context, bytes));
        self.note(&written);
        self.wrote(&written, bytes.len());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        if self.is_refusal_of_hyper() {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let written = either!(&mut self.stream, stream => Pin::new(stream).poll_write_vectored(context, slices));
        self.note(&written);
        if self.meter.is_some() {
            let all = slices.iter().map(|slice| slice.len()).sum();
            self.wrote(&written, all);
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        either!(&self.stream, stream => stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let flushed = either!(&mut self.stream, stream => Pin::new(stream).poll_flush(context));
        self.note(&flushed);
        if flushed.is_ready() {
            if self.is_stuck {
                self.is_stuck = false;
                self.state.unstuck();
            }
            self.state.flushed();
        }
        flushed
    }

    /// hyper has written all that it had to; the connection itself is ended by [`Self::end`].
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_flush(context)
    }
}

fn meter(protocol: Protocol, state: &ConnectionState) -> Option<Box<FrameMeter>> {
    match protocol {
        Protocol::Http1 => None,
        Protocol::Http2 => Some(Box::new(FrameMeter::new(state.now()))),
    }
}

/// The kind of a frame that ends a connection (RFC 9113, section 6.8).
const GOAWAY: u8 = 7;

/// The reason of one that asks for too much (RFC 9113, section 7).
const ENHANCE_YOUR_CALM: u32 = 0xb;

/// How much is read and thrown away after the last answer. Unit: bytes.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// So much of it at once. Unit: bytes.
const DISCARDED_AT_ONCE: usize = 16 * 1024;
