//! A transport over hyper and rustls.

mod certificate;
mod connector;
mod failure;
mod plain_http;
mod trust;

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower_service::Service;

use crate::{InvalidCaCertificates, TransportError, TransportFailure};

use connector::{Resolver, TimedConnector};
use trust::Trust;

pub use plain_http::PlainHttp;

/// A [`Transport`](crate::Transport) over hyper, with TLS by rustls. It runs on tokio.
///
/// It speaks HTTP/1.1 and, if the server offers it in TLS, HTTP/2. It keeps connections, and does not follow redirects. It trusts the
/// authorities that the machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` replace them), and the certificates that the caller adds. It
/// does not use a proxy. Its clones share their connections.
///
/// ```
/// use std::time::Duration;
/// use m2m_client::HyperTransport;
///
/// let transport = HyperTransport::builder()
///     .connect_timeout(Duration::from_secs(2))
///     .total_timeout(Duration::from_secs(5))
///     .build();
/// # let _ = transport;
/// ```
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<TimedConnector, Full<Bytes>>,
    settings: Settings,
    /// The reason why the certificates that the machine trusts could not be read, if none could.
    without_trust: Option<std::sync::Arc<str>>,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    connect_timeout: Duration,
    total_timeout: Duration,
    max_answer_bytes: usize,
    plain_http: PlainHttp,
}

/// The builder of a [`HyperTransport`].
#[derive(Debug, Clone)]
#[must_use]
pub struct HyperTransportBuilder {
    settings: Settings,
    trust: Trust,
}

impl HyperTransport {
    /// Returns a builder with the defaults, each of which is documented at its method.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder {
            settings: Settings {
                connect_timeout: Duration::from_secs(5),
                total_timeout: Duration::from_secs(10),
                max_answer_bytes: 1024 * 1024,
                plain_http: PlainHttp::LoopbackOnly,
            },
            trust: Trust::default(),
        }
    }

    async fn exchange(self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let target = request.uri().clone();
        self.settings
            .plain_http
            .check(&target)
            .map_err(|failure| TransportError::new(failure, &target, None))?;
        let answer = async {
            let response = self.client.request(request.map(Full::new)).await;
            let (parts, body) = response
                .map_err(|error| self.failure(&target, &error))?
                .into_parts();
            let body = Limited::new(body, self.settings.max_answer_bytes)
                .collect()
                .await
                .map_err(|error| self.failure(&target, &*error))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        let seconds = self.settings.total_timeout;
        tokio::time::timeout(seconds, answer)
            .await
            .unwrap_or_else(|_| {
                let detail = format!("the limit is {seconds:?}");
                Err(TransportError::new(
                    TransportFailure::TimedOut,
                    &target,
                    Some(&detail),
                ))
            })
    }

    fn failure(&self, target: &Uri, error: &(dyn core::error::Error + 'static)) -> TransportError {
        let (failure, detail) = failure::classify(error);
        let detail = match (&self.without_trust, failure) {
            (Some(why), TransportFailure::CertificateUntrusted) => format!("{detail}; {why}"),
            _ => detail,
        };
        TransportError::new(failure, target, Some(&detail))
    }
}

impl Service<Request<Bytes>> for HyperTransport {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        Box::pin(self.clone().exchange(request))
    }
}

impl HyperTransportBuilder {
    /// Sets the time limit for resolving the host, connecting and negotiating TLS. Default: 5 seconds.
    pub const fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.settings.connect_timeout = connect_timeout;
        self
    }

    /// Sets the time limit for one request, from resolving the host to the last byte of the answer. Default: 10
    /// seconds.
    pub const fn total_timeout(mut self, total_timeout: Duration) -> Self {
        self.settings.total_timeout = total_timeout;
        self
    }

    /// Sets the maximum size of an answer. Unit: bytes. Default: 1 MiB, twice the size of the largest JWK set.
    pub const fn max_answer_bytes(mut self, max_answer_bytes: usize) -> Self {
        self.settings.max_answer_bytes = max_answer_bytes;
        self
    }

    /// Sets the hosts to which plain http is allowed. Default: this machine only.
    pub const fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.settings.plain_http = plain_http;
        self
    }

    /// Trusts these certificates as well: PEM, one or more.
    ///
    /// # Errors
    /// [`InvalidCaCertificates`]: there is no certificate, or one cannot be read.
    pub fn ca_certificates(mut self, pem: &[u8]) -> Result<Self, InvalidCaCertificates> {
        self.trust.add(pem)?;
        Ok(self)
    }

    /// Builds the transport. Reads the certificates that the machine trusts.
    #[must_use]
    pub fn build(self) -> HyperTransport {
        let Self { settings, trust } = self;
        let (tls, without_trust) = trust.into_config();
        let mut http = HttpConnector::new_with_resolver(Resolver::default());
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(http);
        let connector = TimedConnector::new(https, settings.connect_timeout);
        HyperTransport {
            client: Client::builder(TokioExecutor::new()).build(connector),
            settings,
            without_trust: without_trust.map(Into::into),
        }
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
