//! What the connections of a listener share, and what every request goes through: its address, its place, its refusal.

use core::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::request::Parts;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper_util::rt::TokioExecutor;
use rustls::ServerConfig;
use tokio::sync::Semaphore;

use super::admit::{Trust, admit};
use super::connection_state::{ConnectionState, Order, Phase};
use super::connection_table::ConnectionTable;
use super::transport::{Farewell, Transport};
use super::{Closed, Handler, Observer, ProxyProtocol, Refusal, refusal};

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

/// Why a connection ended that was told so before it asked for anything.
pub(super) const fn broken_off(order: Order) -> Closed {
    match order {
        Order::Drain => Closed::Stopped,
        Order::Late => Closed::Idle,
        Order::Displaced => Closed::Displaced,
    }
}
