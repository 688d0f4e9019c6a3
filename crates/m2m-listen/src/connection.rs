//! One connection from its first byte to its last: who is behind it, TLS, and then HTTP in the version that the caller speaks.

use core::net::IpAddr;
use core::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper_util::rt::TokioExecutor;
use rustls::ServerConfig;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::admit::{Trust, admit};
use super::connection_state::{ConnectionState, Order, Phase};
use super::connection_table::ConnectionTable;
use super::proxy_protocol::{self, ProxyHeader};
use super::transport::{Farewell, Protocol, Rewound, Stream, Tcp, Transport};
use super::{Closed, Handler, Observer, ProxyProtocol, Refusal, http1, http2, refusal, tls};

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Context<H> {
    pub(super) handler: Arc<H>,
    pub(super) observer: Arc<dyn Observer>,
    /// The number of requests that are being answered.
    pub(super) in_flight: AtomicU32,
    pub(super) table: Arc<ConnectionTable>,
    pub(super) trust: Trust,
    pub(super) proxy_protocol: ProxyProtocol,
    pub(super) max_requests: u32,
    /// The answer for a connection without a place.
    pub(super) overloaded: &'static [u8],
    /// How many more can be told that there is no place.
    pub(super) turned_away: Arc<Semaphore>,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) http1: hyper::server::conn::http1::Builder,
    pub(super) http2: hyper::server::conn::http2::Builder<TokioExecutor>,
}

/// Where requests come from.
#[derive(Debug)]
pub(super) struct Origin<H> {
    pub(super) context: Arc<Context<H>>,
    pub(super) state: Arc<ConnectionState>,
    /// Who is at the other end, or behind the proxy that is.
    pub(super) peer: IpAddr,
}

impl<H: Handler> Origin<H> {
    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<H::Body> {
        let Context {
            handler,
            observer,
            in_flight,
            table,
            trust,
            max_requests,
            ..
        } = &*self.context;
        let _serving = self.state.serve();
        let before = in_flight.fetch_add(1, Ordering::Relaxed);
        observer.request_began();
        let _ended = Ended(in_flight, &**observer);
        let (parts, body) = request.into_parts();
        let address = match admit(&parts, self.peer, trust) {
            Ok(address) => address,
            Err(cause) => {
                let mut response = handler.refuse(cause, &parts, self.peer);
                if parts.version < Version::HTTP_2 {
                    // Who cannot say it in one way may see the next request begin elsewhere than it does.
                    response
                        .headers_mut()
                        .insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                return response;
            }
        };
        // One that is slow to be read gives way, if there is one.
        if before >= *max_requests && !table.displace() {
            return handler.refuse(Refusal::Overloaded, &parts, address);
        }
        handler
            .respond(Request::from_parts(parts, body), address)
            .await
    }

    /// Notes why a connection ends that cannot be answered.
    pub(super) fn note(&self, cause: Refusal) {
        let _ = self.context.handler.refuse(cause, &no_request(), self.peer);
    }

    /// Writes a refusal, and ends the connection: nothing can follow what could not be read.
    pub(super) async fn refuse(
        &self,
        cause: Refusal,
        mut transport: Transport,
        farewell: Farewell,
    ) {
        let response = self.context.handler.refuse(cause, &no_request(), self.peer);
        let bytes = refusal::bytes(response).await;
        self.state.enter(Phase::Ending);
        let _ = self
            .state
            .unless_late(async {
                if transport.write(&bytes).await.is_ok() {
                    transport.end(farewell).await;
                }
            })
            .await;
    }
}

/// A request that ends when this is dropped, even if its connection broke.
struct Ended<'c>(&'c AtomicU32, &'c dyn Observer);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        self.1.request_ended();
    }
}

/// What is refused when there was no request.
fn no_request() -> Parts {
    Request::new(()).into_parts().0
}

/// Serves a connection to its end, and says how that came.
pub(super) async fn serve<H: Handler>(stream: TcpStream, origin: Origin<H>) -> Closed {
    let state = Arc::clone(&origin.state);
    state.enrol().await;
    let mut first = [0];
    match state.unless_told(stream.peek(&mut first)).await {
        // Only then is memory spent on it: who opens connections and sends nothing pays more than the server.
        Ok(Ok(1..)) => {}
        Ok(Ok(0)) => return Closed::Done,
        Ok(Err(_)) => return Closed::Broken,
        Err(order) => return broken_off(order),
    }
    begun(stream, origin).await
}

/// What comes after the first byte, in memory of its own.
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

/// Why a connection ended that was told so before it asked for anything.
pub(super) const fn broken_off(order: Order) -> Closed {
    match order {
        Order::Drain => Closed::Stopped,
        Order::Late => Closed::Idle,
        Order::Displaced => Closed::Displaced,
    }
}

/// What precedes HTTP: the header of a proxy, and TLS.
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

/// Reads the header of a proxy: how long it is, and whom it names. Nothing if there is none.
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

/// Whether a caller sends plain http where TLS is spoken: its first byte is a letter, and that of TLS is none.
async fn speaks_no_tls(stream: &TcpStream, first: &Bytes) -> bool {
    let mut byte = [0];
    match first.first() {
        Some(first) => first.is_ascii_uppercase(),
        // A proxy may have nothing to say but who is behind it, who may have nothing to say at all: this may wait.
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
