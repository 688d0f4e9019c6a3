//! One connection from its first byte to its last: the header of a proxy, TLS, and then HTTP in the version that the caller speaks.

use core::future::poll_fn;
use core::mem::MaybeUninit;
use core::net::IpAddr;
use core::pin::Pin;
use core::task::{Poll, ready};
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, ReadBuf};
use tokio_rustls::TlsAcceptor;

use super::connection_state::Order;
use super::origin::{Origin, broken_off};
use super::proxy_protocol::{self, ProxyHeader};
use super::transport::{Io, Linger, PrefixedStream, Protocol, Stream, Transport};
use super::{
    Closed, Handler, HandshakeError, HttpProblem, ProxyProtocol, Refusal, http1, http2, tls,
};

/// Serves a connection to its end, and returns the reason of the end.
pub(super) async fn serve<S: Io, H: Handler>(mut stream: S, origin: Origin<H>) -> Closed {
    let state = Arc::clone(&origin.state);
    state.enrol().await;
    // Memory is spent on a connection only after its first byte: silent ones cost their caller more than the server.
    match state.unless_told(first_bytes(&mut stream)).await {
        Ok(Ok(first)) if first.is_empty() => Closed::Done,
        Ok(Ok(first)) => begun(first, stream, origin).await,
        Ok(Err(_)) => Closed::Broken,
        Err(order) => broken_off(order),
    }
}

/// Waits for bytes, and returns them; none at the end of the stream. The buffer exists only during a poll.
async fn first_bytes<S: Io>(stream: &mut S) -> io::Result<Bytes> {
    poll_fn(|context| {
        let mut buffer = [MaybeUninit::uninit(); FIRST_BYTES];
        let mut read = ReadBuf::uninit(&mut buffer);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut read))?;
        Poll::Ready(Ok(Bytes::copy_from_slice(read.filled())))
    })
    .await
}

/// The part after the first bytes, in memory of its own.
fn begun<S: Io, H: Handler>(
    first: Bytes,
    stream: S,
    origin: Origin<H>,
) -> Pin<Box<dyn Future<Output = Closed> + Send>> {
    Box::pin(async move {
        match open(first, stream, origin).await {
            Ok((origin, transport)) => http(origin, transport).await,
            Err(closed) => closed,
        }
    })
}

/// The part before HTTP: the header of a proxy, and TLS.
async fn open<S: Io, H: Handler>(
    mut first: Bytes,
    mut stream: S,
    mut origin: Origin<H>,
) -> Result<(Origin<H>, Transport<S>), Closed> {
    let context = Arc::clone(&origin.context);
    let state = Arc::clone(&origin.state);
    let plain = |stream, first| {
        let stream = Stream::Plain(PrefixedStream::new(first, stream));
        Transport::new(stream, Arc::clone(&state), Protocol::Http1)
    };
    if context.proxy_protocol == ProxyProtocol::Required && context.trust.is_proxy(origin.peer) {
        let mut read = BytesMut::from(first);
        match state
            .unless_told(proxy_header(&mut stream, &mut read))
            .await
        {
            Ok(Some((length, address))) => {
                drop(read.split_to(length));
                first = read.freeze();
                origin.peer = address.unwrap_or(origin.peer);
            }
            Ok(None) => {
                if context.tls.is_none() {
                    origin
                        .refuse(
                            Refusal::Malformed(HttpProblem::ProxyHeaderMissing),
                            plain(stream, Bytes::new()),
                            Linger::Heard,
                        )
                        .await;
                }
                return Err(Closed::ProxyHeader);
            }
            Err(Order::Late) => return Err(Closed::ProxyHeader),
            Err(order) => return Err(broken_off(order)),
        }
    }
    let Some(config) = &context.tls else {
        return Ok((origin, plain(stream, first)));
    };
    if first.is_empty() {
        // A proxy may send its header before its caller has sent a byte.
        match state.unless_told(first_bytes(&mut stream)).await {
            Ok(read) => first = read.unwrap_or_default(),
            Err(Order::Late) => return Err(origin.handshake_failed(&HandshakeError::Timeout)),
            Err(order) => return Err(broken_off(order)),
        }
    }
    // The first byte of TLS is not a letter.
    if first.first().is_some_and(u8::is_ascii_uppercase) {
        let closed = origin.handshake_failed(&HandshakeError::PlainHttp);
        origin
            .refuse(
                Refusal::PlainOnTlsPort,
                plain(stream, Bytes::new()),
                Linger::Heard,
            )
            .await;
        return Err(closed);
    }
    let stream = PrefixedStream::new(first, stream);
    let acceptor = TlsAcceptor::from(Arc::clone(config));
    let stream = match state.unless_told(acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(origin.handshake_failed(&HandshakeError::of(error))),
        Err(Order::Late) => return Err(origin.handshake_failed(&HandshakeError::Timeout)),
        Err(order) => return Err(broken_off(order)),
    };
    let protocol = match stream.get_ref().1.alpn_protocol() {
        Some(tls::HTTP_2) => Protocol::Http2,
        Some(_) | None => Protocol::Http1,
    };
    let stream = Stream::Tls(Box::new(PrefixedStream::new(Bytes::new(), stream)));
    Ok((origin, Transport::new(stream, state, protocol)))
}

/// Reads the header of a proxy, and returns its length and the address in it; `None` if there is no valid header.
async fn proxy_header(
    stream: &mut impl Io,
    read: &mut BytesMut,
) -> Option<(usize, Option<IpAddr>)> {
    loop {
        match proxy_protocol::read(read) {
            ProxyHeader::Complete { length, address } => return Some((length, address)),
            ProxyHeader::Wrong => return None,
            ProxyHeader::Incomplete => {
                read.reserve(proxy_protocol::MAX_HEADER_BYTES);
                if stream.read_buf(read).await.ok()? == 0 {
                    return None;
                }
            }
        }
    }
}

/// HTTP in the negotiated version, or in the version of the first bytes.
async fn http<S: Io, H: Handler>(origin: Origin<H>, transport: Transport<S>) -> Closed {
    let origin = Arc::new(origin);
    match transport.protocol() {
        Protocol::Http2 => http2::serve(origin, transport).await,
        Protocol::Http1 => match http1::serve(&origin, transport).await {
            http1::Ended::Closed(closed) => closed,
            http1::Ended::Http2(transport) => http2::serve(origin, *transport).await,
        },
    }
}

/// The size of the buffer for the first bytes: most requests without TLS fit into it. Unit: bytes.
const FIRST_BYTES: usize = 2048;
