//! The bytes of a connection, plain or in TLS, and the phases that follow from them.

use core::future::Future as _;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::io::{ErrorKind, IoSlice, Result};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::connection_state::{ConnectionState, Phase};
use super::frame_meter::FrameMeter;
use super::interim::Interim;

/// A stream of bytes in both directions.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Io for S {}

/// A stream of which some bytes have already been read.
#[derive(Debug)]
pub(super) struct PrefixedStream<S> {
    first: Bytes,
    stream: S,
}

impl<S> PrefixedStream<S> {
    pub(super) const fn new(first: Bytes, stream: S) -> Self {
        Self { first, stream }
    }

    /// Puts bytes back, to be read next.
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

impl<S: AsyncRead + Unpin> AsyncRead for PrefixedStream<S> {
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

impl<S: AsyncWrite + Unpin> AsyncWrite for PrefixedStream<S> {
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

/// The side of a connection that carries HTTP.
#[derive(Debug)]
pub(super) enum Stream<S> {
    /// Plain.
    Plain(PrefixedStream<S>),
    /// In TLS. Its state is large, and a plain connection should not pay for it.
    Tls(Box<PrefixedStream<TlsStream<PrefixedStream<S>>>>),
}

/// Evaluates the same expression for either stream.
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
pub(super) struct Transport<S> {
    stream: Stream<S>,
    state: Arc<ConnectionState>,
    protocol: Protocol,
    /// The meter of frames, on HTTP/2.
    meter: Option<Box<FrameMeter>>,
    /// The interim responses, on HTTP/2, and the part of them that is not written yet.
    interim: Option<Arc<Interim>>,
    unwritten: Vec<u8>,
    is_stuck: bool,
    has_ended: bool,
}

/// The protocol on top of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// hyper speaks HTTP/1.1.
    Http1,
    /// hyper speaks HTTP/2.
    Http2,
}

/// The time for which a connection is read after its last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linger {
    /// Until the caller closes it, or the time for that is over.
    Heard,
    /// Until the bytes that have come are read: a new connection waits for the place.
    AtOnce,
}

impl<S: Io> Transport<S> {
    pub(super) fn new(stream: Stream<S>, state: Arc<ConnectionState>, protocol: Protocol) -> Self {
        Self {
            meter: meter(protocol, &state),
            interim: interim(protocol),
            unwritten: Vec::new(),
            stream,
            state,
            protocol,
            is_stuck: false,
            has_ended: false,
        }
    }

    /// The same connection, with another protocol that begins with these bytes.
    pub(super) fn restart(mut self, protocol: Protocol, bytes: Bytes) -> Self {
        either!(&mut self.stream, stream => stream.rewind(bytes));
        self.protocol = protocol;
        self.meter = meter(protocol, &self.state);
        self.interim = interim(protocol);
        self
    }

    pub(super) const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The interim responses of the connection, on HTTP/2.
    pub(super) fn interim(&self) -> Arc<Interim> {
        self.interim.clone().unwrap_or_default()
    }

    /// Reads more into `bytes`, and returns false at the end.
    pub(super) async fn read_more(&mut self, bytes: &mut BytesMut) -> Result<bool> {
        let count = either!(&mut self.stream, stream => stream.read_buf(bytes).await)?;
        self.has_ended |= count == 0;
        Ok(count > 0)
    }

    /// Writes all bytes.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        either!(&mut self.stream, stream => {
            stream.write_all(bytes).await?;
            stream.flush().await
        })
    }

    /// Closes the writing side, and reads what the caller still sends, up to a limit: a connection that is closed while bytes are on their
    /// way is reset, and its last answer is lost.
    pub(super) async fn end(mut self, farewell: Linger) {
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
                    (Poll::Pending, Linger::AtOnce) => Poll::Ready(Ok(false)),
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
        // Only a flush ends this: a caller that takes one byte at a time would never be late.
        if written.is_pending() && !self.is_stuck {
            self.is_stuck = true;
            self.state.stuck();
        }
    }

    /// Returns true unless the caller has sent too many frames with these bytes.
    fn is_within_credit(&mut self, bytes: &[u8]) -> bool {
        let Some(meter) = &mut self.meter else {
            return true;
        };
        let is_within = meter.read(bytes, self.state.now());
        if let Some(interim) = &self.interim {
            if meter.has_small_table() {
                interim.refuse();
            }
            interim.arrived(meter.streams());
            interim.reset(meter.reset());
        }
        is_within
    }

    /// Writes the rest of the interim responses: all of them, before any other frame.
    fn poll_unwritten(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Self {
            stream, unwritten, ..
        } = self;
        while !unwritten.is_empty() {
            let written =
                ready!(either!(stream, stream => Pin::new(stream).poll_write(context, unwritten)))?;
            if written == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            unwritten.drain(..written);
            if let (true, Some(interim)) = (unwritten.is_empty(), &self.interim) {
                interim.written();
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Notes that some of these bytes were written.
    fn wrote(&mut self, written: &Poll<Result<usize>>, slices: &[IoSlice<'_>]) {
        let (Some(meter), Poll::Ready(Ok(count))) = (&mut self.meter, written) else {
            return;
        };
        let mut left = *count;
        for slice in slices {
            let bytes = slice.get(..left).unwrap_or(slice);
            left -= bytes.len();
            meter.wrote(bytes);
        }
        if let Some(interim) = &self.interim {
            interim.reset(meter.reset());
        }
    }

    /// Writes that the caller asks for too much (RFC 9113, sections 6.8 and 7), if that is possible at once.
    fn go_away(&mut self, context: &mut Context<'_>) {
        let Some(meter) = &self.meter else {
            return;
        };
        if !meter.is_between_frames() {
            return;
        }
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

    /// Returns true if the bytes that hyper writes are a refusal of its own, which it writes before a request has reached the handler. It is
    /// discarded, and the handler's refusal is written when hyper has ended.
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

impl<S: Io> AsyncRead for Transport<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = into.filled().len();
        let read = either!(&mut self.stream, stream => Pin::new(stream).poll_read(context, into));
        if let (Poll::Pending, Some(interim)) = (&read, &self.interim) {
            interim.read();
        }
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

impl<S: Io> AsyncWrite for Transport<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if self.is_refusal_of_hyper() {
            return Poll::Ready(Ok(bytes.len()));
        }
        if !self.unwritten.is_empty() {
            ready!(self.poll_unwritten(context))?;
        }
        let written =
            either!(&mut self.stream, stream => Pin::new(stream).poll_write(context, bytes));
        self.note(&written);
        self.wrote(&written, &[IoSlice::new(bytes)]);
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
        if !self.unwritten.is_empty() {
            ready!(self.poll_unwritten(context))?;
        }
        let written = either!(&mut self.stream, stream => Pin::new(stream).poll_write_vectored(context, slices));
        self.note(&written);
        self.wrote(&written, slices);
        written
    }

    fn is_write_vectored(&self) -> bool {
        either!(&self.stream, stream => stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Self {
            interim, unwritten, ..
        } = &mut *self;
        if let Some(interim) = interim {
            // hyper has written all of its frames, so that others can follow.
            interim.take_frames(unwritten);
        }
        let flushed = match self.poll_unwritten(context) {
            Poll::Ready(Ok(())) => {
                either!(&mut self.stream, stream => Pin::new(stream).poll_flush(context))
            }
            unwritten @ (Poll::Ready(Err(_)) | Poll::Pending) => unwritten,
        };
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

    /// Flushes: hyper calls this when it has written everything, and [`Self::end`] closes the connection.
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

fn interim(protocol: Protocol) -> Option<Arc<Interim>> {
    match protocol {
        Protocol::Http1 => None,
        Protocol::Http2 => Some(Arc::default()),
    }
}

/// The kind of a frame that ends a connection (RFC 9113, section 6.8).
const GOAWAY: u8 = 7;

/// The error code for a caller that asks for too much (RFC 9113, section 7).
const ENHANCE_YOUR_CALM: u32 = 0xb;

/// The number of bytes that are discarded after the last answer. Unit: bytes.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// The number of bytes that are discarded at once. Unit: bytes.
const DISCARDED_AT_ONCE: usize = 16 * 1024;
