//! One connection from its first byte to its last: the header of a proxy, TLS, and then HTTP in the version that the caller speaks.

use core::net::IpAddr;
use core::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::connection_state::Order;
use super::origin::{Origin, broken_off};
use super::proxy_protocol::{self, ProxyHeader};
use super::transport::{Farewell, Protocol, Rewound, Stream, Tcp, Transport};
use super::{Closed, Handler, ProxyProtocol, Refusal, http1, http2, tls};

/// Serves a connection to its end, and returns the reason of the end.
pub(super) async fn serve<H: Handler>(stream: TcpStream, origin: Origin<H>) -> Closed {
    let state = Arc::clone(&origin.state);
    state.enrol().await;
    let mut first = [0];
    match state.unless_told(stream.peek(&mut first)).await {
        // Memory is spent on it only now: silent connections cost their caller more than the server.
        Ok(Ok(1..)) => {}
        Ok(Ok(0)) => return Closed::Done,
        Ok(Err(_)) => return Closed::Broken,
        Err(order) => return broken_off(order),
    }
    begun(stream, origin).await
}

/// The part after the first byte, in memory of its own.
fn begun<H: Handler>(
    stream: TcpStream,
    origin: Origin<H>,
) -> Pin<Box<dyn Future<Output = Closed> + Send>> {
    Box::pin(async move {
        match open(stream, origin).await {
            Ok((origin, transport)) => http(origin, transport).await,
            Err(closed) => closed,
        }
    })
}

/// The part before HTTP: the header of a proxy, and TLS.
async fn open<H: Handler>(
    mut stream: TcpStream,
    mut origin: Origin<H>,
) -> Result<(Origin<H>, Transport), Closed> {
    let context = Arc::clone(&origin.context);
    let state = Arc::clone(&origin.state);
    let plain = |stream, first| {
        let stream = Stream::Plain(Rewound::new(first, stream));
        Transport::new(stream, Arc::clone(&state), Protocol::Http1)
    };
    let mut first = Bytes::new();
    if context.proxy_protocol == ProxyProtocol::Required && context.trust.is_proxy(origin.peer) {
        let mut read = BytesMut::new();
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
                            Refusal::Malformed,
                            plain(stream, Bytes::new()),
                            Farewell::Heard,
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
    match state.unless_told(speaks_no_tls(&stream, &first)).await {
        Ok(false) => {}
        Ok(true) => {
            origin
                .refuse(
                    Refusal::PlainOnTlsPort,
                    plain(stream, Bytes::new()),
                    Farewell::Heard,
                )
                .await;
            return Err(Closed::Handshake);
        }
        Err(Order::Late) => return Err(Closed::Handshake),
        Err(order) => return Err(broken_off(order)),
    }
    let stream = Tcp::new(first, stream);
    let acceptor = TlsAcceptor::from(Arc::clone(config));
    let stream = match state.unless_told(acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(_)) | Err(Order::Late) => return Err(Closed::Handshake),
        Err(order) => return Err(broken_off(order)),
    };
    let protocol = match stream.get_ref().1.alpn_protocol() {
        Some(tls::HTTP_2) => Protocol::Http2,
        Some(_) | None => Protocol::Http1,
    };
    let stream = Stream::Tls(Box::new(Rewound::new(Bytes::new(), stream)));
    Ok((origin, Transport::new(stream, state, protocol)))
}

/// Reads the header of a proxy, and returns its length and the address in it; `None` if there is no valid header.
async fn proxy_header(
    stream: &mut TcpStream,
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

/// Returns true if a caller sends plain HTTP where TLS is spoken: its first byte is a letter, and that of TLS is not.
async fn speaks_no_tls(stream: &TcpStream, first: &Bytes) -> bool {
    let mut byte = [0];
    match first.first() {
        Some(first) => first.is_ascii_uppercase(),
        // A proxy may send its header before its caller has sent a byte.
        None => {
            matches!(stream.peek(&mut byte).await, Ok(1)) && byte.iter().all(u8::is_ascii_uppercase)
        }
    }
}

/// HTTP in the version that was agreed on, or that the first bytes speak.
async fn http<H: Handler>(origin: Origin<H>, transport: Transport) -> Closed {
    let origin = Arc::new(origin);
    match transport.protocol() {
        Protocol::Http2 => http2::serve(origin, transport).await,
        Protocol::Http1 => match http1::serve(&origin, transport).await {
            http1::Ended::Closed(closed) => closed,
            http1::Ended::Http2(transport) => http2::serve(origin, *transport).await,
        },
    }
}
