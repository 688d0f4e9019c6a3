//! The resolution of the host, the connection and the TLS handshake, in bounded time.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::net::SocketAddr;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use oauth_proto::is_loopback_host;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::BoxError;

/// The host name cannot be resolved.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NameUnresolved(String);

/// The connection was not established in time.
#[derive(Debug, thiserror::Error)]
#[error("the limit is {0:?}")]
pub(super) struct ConnectTimedOut(Duration);

/// The resolver of the system. Names of this machine always resolve to this machine, regardless of the system's answer
/// (RFC 6761, section 6.3), because plain http is allowed to it.
#[derive(Debug, Clone)]
pub(super) struct Resolver(GaiResolver);

impl Default for Resolver {
    fn default() -> Self {
        Self(GaiResolver::new())
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = NameUnresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // The resolver of the system is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let only_loopback = is_loopback_host(name.as_str());
        let addresses = self.0.call(name);
        Box::pin(async move {
            let addresses = addresses
                .await
                .map_err(|error| NameUnresolved(error.to_string()))?;
            let addresses: Vec<_> = addresses
                .filter(|address| !only_loopback || address.ip().is_loopback())
                .collect();
            if addresses.is_empty() {
                return Err(NameUnresolved("no address was found".to_owned()));
            }
            Ok(addresses.into_iter())
        })
    }
}

/// A connector that bounds the time of all three parts together.
#[derive(Clone)]
pub(super) struct TimedConnector {
    https: HttpsConnector<HttpConnector<Resolver>>,
    limit: Duration,
}

impl TimedConnector {
    pub(super) const fn new(
        https: HttpsConnector<HttpConnector<Resolver>>,
        limit: Duration,
    ) -> Self {
        Self { https, limit }
    }
}

impl Service<Uri> for TimedConnector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connected = self.https.call(target);
        let limit = self.limit;
        Box::pin(async move {
            tokio::time::timeout(limit, connected)
                .await
                .unwrap_or_else(|_| Err(ConnectTimedOut(limit).into()))
        })
    }
}

impl fmt::Debug for TimedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedConnector")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
