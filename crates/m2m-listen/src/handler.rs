//! The interface to the program that answers requests.

use core::convert::Infallible;
use core::error::Error;
use core::future::Future;
use core::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::service::Service;

use crate::Refusal;

/// Answers requests.
///
/// An async function or a closure that takes a request and the caller's address is a handler; [`ServiceHandler`] turns a
/// [`hyper::service::Service`] into one. Implement the trait to choose the responses to refused requests as well.
///
/// ```
/// use std::net::IpAddr;
///
/// use m2m_listen::{Bytes, Full, Handler, Incoming, Request, Response};
///
/// async fn hello(_: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
///     Response::new(format!("Hello, {caller}\n").into())
/// }
///
/// fn is_a_handler(_: impl Handler) {}
/// is_a_handler(hello);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request handler",
    note = "a handler is an `async fn(Request<Incoming>, IpAddr) -> Response<_>`, a closure with this signature, a `ServiceHandler` of an infallible hyper service, or a type that implements `Handler`"
)]
pub trait Handler: Send + Sync + 'static {
    /// The body of an answer.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers a request that came from this address: that of the peer, or the one that a trusted proxy stated.
    fn respond(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Answers a request that the listener refuses. `parts` are empty if no request could be read. The answers to
    /// [`Refusal::FrameFlood`] and [`Refusal::HandshakeFailed`] are not sent.
    ///
    /// By default this is [`Refusal::to_response`], an answer in plain text.
    fn refuse(&self, refusal: Refusal, parts: &Parts, address: IpAddr) -> Response<Full<Bytes>> {
        let _ = (parts, address);
        refusal.to_response()
    }
}

impl<F, Answer, B> Handler for F
where
    F: Fn(Request<Incoming>, IpAddr) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Response<B>> + Send,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    type Body = B;

    fn respond(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<B>> + Send {
        self(request, address)
    }
}

impl<H: Handler> Handler for Arc<H> {
    type Body = H::Body;

    fn respond(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send {
        (**self).respond(request, address)
    }

    fn refuse(&self, refusal: Refusal, parts: &Parts, address: IpAddr) -> Response<Full<Bytes>> {
        (**self).refuse(refusal, parts, address)
    }
}

/// A [`hyper::service::Service`] as a [`Handler`]. The extensions of a request contain the address of its caller, as
/// [`CallerAddress`].
///
/// A service that can fail has to turn its errors into responses. `hyper_util::service::TowerToHyperService` turns a
/// tower service, such as an axum router, into a hyper service.
///
/// ```
/// use std::convert::Infallible;
///
/// use m2m_listen::{Bytes, CallerAddress, Full, Incoming, Request, Response, ServiceHandler, service_fn};
///
/// let service = service_fn(async |request: Request<Incoming>| {
///     let caller = request.extensions().get::<CallerAddress>();
///     Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("{caller:?}\n")))))
/// });
/// let handler = ServiceHandler(service);
/// # fn is_a_handler(_: impl m2m_listen::Handler) {}
/// # is_a_handler(handler);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ServiceHandler<S>(pub S);

/// The address of a caller, in the extensions of a request that a [`ServiceHandler`] receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallerAddress(pub IpAddr);

impl<S, B> Handler for ServiceHandler<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send>
        + Send
        + Sync
        + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    type Body = B;

    fn respond(
        &self,
        mut request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<B>> + Send {
        request.extensions_mut().insert(CallerAddress(address));
        let answer = self.0.call(request);
        async move {
            let Ok(response) = answer.await;
            response
        }
    }
}
