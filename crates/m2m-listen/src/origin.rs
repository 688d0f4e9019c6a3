//! The state that connections of a listener share, and the way of a request: its address, the limit of requests, its refusal.

use core::error::Error;
use core::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, Version, header};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioExecutor;
use rustls::ServerConfig;
use tokio::sync::Semaphore;

use super::admit::{Trust, admit};
use super::connection_state::{ConnectionState, Order, Phase};
use super::connection_table::ConnectionTable;
use super::transport::{Io, Linger, Transport};
use super::{Closed, Handler, HandshakeError, Observer, ProxyProtocol, Refusal, refusal};

/// The error of a body.
type BoxError = Box<dyn Error + Send + Sync>;

/// The state that all connections of a listener share.
pub(super) struct Context<H> {
    pub(super) handler: H,
    pub(super) observer: Arc<dyn Observer>,
    /// The number of requests that are being answered.
    pub(super) in_flight: AtomicU32,
    pub(super) table: Arc<ConnectionTable>,
    pub(super) trust: Trust,
    pub(super) proxy_protocol: ProxyProtocol,
    pub(super) max_requests: u32,
    /// The answer to a refused connection.
    pub(super) overloaded: Bytes,
    /// The number of refused connections that may still be answered.
    pub(super) turned_away: Arc<Semaphore>,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) http1: hyper::server::conn::http1::Builder,
    pub(super) http2: hyper::server::conn::http2::Builder<TokioExecutor>,
}

/// The origin of requests.
pub(super) struct Origin<H> {
    pub(super) context: Arc<Context<H>>,
    pub(super) state: Arc<ConnectionState>,
    /// The address at the other end, or the one that its PROXY header states.
    pub(super) peer: IpAddr,
}

/// The body of an answer: of the handler, or of a refusal.
type AnswerBody<H> = Either<<H as Handler>::Body, Full<Bytes>>;

impl<H: Handler> Origin<H> {
    /// Answers one request on HTTP/1.1, which lasts until hyper has taken all of the body and drops it.
    ///
    /// A flush before that, of a header that fills the buffer or of a piece of the body, does not begin the wait for the next request. The
    /// time of the body is limited as that of the handler is: a caller that does not read is closed, and so is the connection that has been
    /// busy longest at the maximum of connections.
    pub(super) async fn answer_to_the_end(
        &self,
        request: Request<Incoming>,
    ) -> Response<impl Body<Data = Bytes, Error = BoxError> + use<H>> {
        let serving = self.state.serve();
        let response = self.respond(request).await;
        response.map(|body| {
            body.map_err(move |error| {
                let _until_dropped = &serving;
                error
            })
        })
    }

    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<AnswerBody<H>> {
        // On HTTP/2, a caller decides for each stream how long its body waits, and must not keep its connection busy by that.
        let _serving = self.state.serve();
        self.respond(request).await
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<AnswerBody<H>> {
        let Context {
            handler,
            observer,
            in_flight,
            table,
            trust,
            max_requests,
            ..
        } = &*self.context;
        let before = in_flight.fetch_add(1, Ordering::Relaxed);
        observer.request_began();
        let _ended = Ended(in_flight, &**observer);
        let (parts, body) = request.into_parts();
        let address = match admit(&parts, self.peer, trust) {
            Ok(address) => address,
            Err(cause) => {
                let mut response = handler.refuse(cause, &parts, self.peer);
                if parts.version < Version::HTTP_2 {
                    // The caller may disagree about where the next request begins.
                    response
                        .headers_mut()
                        .insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                return response.map(Either::Right);
            }
        };
        // A connection whose request is slow to arrive is closed instead, if there is one.
        if before >= *max_requests && !table.displace() {
            let response = handler.refuse(Refusal::Overloaded, &parts, address);
            return response.map(Either::Right);
        }
        handler
            .respond(Request::from_parts(parts, body), address)
            .await
            .map(Either::Left)
    }

    /// Reports that the TLS handshake failed, and returns the reason for which the connection ends.
    pub(super) fn handshake_failed(&self, error: &HandshakeError) -> Closed {
        self.context.observer.handshake_failed(self.peer, error);
        // Plain HTTP is refused with an answer.
        if !matches!(error, HandshakeError::PlainHttp) {
            self.note(Refusal::HandshakeFailed(error.problem()));
        }
        Closed::Handshake
    }

    /// Reports the reason for which a connection ends without an answer.
    pub(super) fn note(&self, cause: Refusal) {
        let _ = self.context.handler.refuse(cause, &no_request(), self.peer);
    }

    /// Writes a refusal, and ends the connection: no request can be found behind one that could not be read.
    pub(super) async fn refuse(
        &self,
        cause: Refusal,
        mut transport: Transport<impl Io>,
        farewell: Linger,
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

/// The parts of a request that could not be read.
fn no_request() -> Parts {
    Request::new(()).into_parts().0
}

/// The reason for the end of a connection that was given this order between two requests.
pub(super) const fn broken_off(order: Order) -> Closed {
    match order {
        Order::Drain => Closed::Stopped,
        Order::Late => Closed::Idle,
        Order::Displaced => Closed::Displaced,
    }
}
