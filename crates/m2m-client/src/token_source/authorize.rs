//! A tower layer that sends requests with a token.

use core::fmt;
use core::future::{Future, poll_fn};
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use http::{Request, Response, header};
use tower_layer::Layer;
use tower_service::Service;

use super::refused::{is_plain_http, is_token_refused};
use crate::{
    AccessTokenRequest, BoxError, TokenError, TokenSource, Transport, TransportError,
    TransportFailure,
};

/// A layer that puts the token of a [`TokenSource`] on each request, in the header `Authorization`.
///
/// If the API refuses the token with 401 and `error="invalid_token"`, the request is sent once more with another token, unless the source has just
/// replaced one. For this the request is cloned, so its body has to be one that can be, such as `Bytes` or `Full<Bytes>`.
///
/// The token is put on every request, whatever host it is for, so use one client for each API, and place the layer inside of one that follows redirects to
/// other hosts only if these may have the token. A request over plain http to another machine fails, and is not sent
/// ([`with_plain_http`](Self::with_plain_http)). If the source has no token, the error is a boxed [`TokenError`].
///
/// A timeout outside of this layer includes the wait for the token, and one inside does not.
///
/// ```no_run
/// # use http::{Request, Response};
/// use m2m_client::{AccessTokenRequest, AuthorizeLayer, TokenSource, Transport};
/// use tower_layer::Layer as _;
///
/// # fn calls<S, T: Transport>(http: S, tokens: &TokenSource<T>) -> impl Sized
/// # where T: Send + Sync + 'static {
/// let orders = AccessTokenRequest::new().with_audience("https://orders.example/api");
/// AuthorizeLayer::new(tokens.clone(), orders).layer(http)
/// # }
/// ```
pub struct AuthorizeLayer<T> {
    tokens: TokenSource<T>,
    request: Arc<AccessTokenRequest>,
    is_plain_http_allowed: bool,
}

/// A service that sends requests with a token; see [`AuthorizeLayer`].
pub struct Authorize<S, T> {
    inner: S,
    layer: AuthorizeLayer<T>,
}

impl<T> AuthorizeLayer<T> {
    /// Returns a layer that uses the tokens for this request.
    #[must_use]
    pub fn new(tokens: TokenSource<T>, request: AccessTokenRequest) -> Self {
        Self {
            tokens,
            request: Arc::new(request),
            is_plain_http_allowed: false,
        }
    }

    /// Sends tokens over plain http to other machines as well, for networks that encrypt by other means, such as a service mesh.
    #[must_use]
    pub fn with_plain_http(mut self) -> Self {
        self.is_plain_http_allowed = true;
        self
    }
}

impl<S, T> Layer<S> for AuthorizeLayer<T> {
    type Service = Authorize<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Authorize {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, T, B, R> Service<Request<B>> for Authorize<S, T>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + 'static,
    T: Transport,
    B: Clone + Send + 'static,
    R: Send + 'static,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that is ready is the one that is used; the clone has to become ready first.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            let uri = request.uri();
            if !layer.is_plain_http_allowed && is_plain_http(uri.scheme_str(), uri.host()) {
                let failure = TransportFailure::PlainHttp;
                let error = TransportError::new(failure, uri, None);
                return Err(TokenError::from(error).into());
            }
            let token = layer.tokens.token(&layer.request).await?;
            let headers = request.headers_mut();
            headers.insert(header::AUTHORIZATION, token.to_authorization_header());
            let response = inner.call(request.clone()).await.map_err(Into::into)?;
            if !is_token_refused(response.status(), response.headers()) {
                return Ok(response);
            }
            // Without another token, the answer of the API says more than the reason why there is none.
            let Ok(other) = layer.tokens.replace(&layer.request, &token).await else {
                return Ok(response);
            };
            if other.expose_secret() == token.expose_secret() {
                return Ok(response);
            }
            let headers = request.headers_mut();
            headers.insert(header::AUTHORIZATION, other.to_authorization_header());
            poll_fn(|context| inner.poll_ready(context))
                .await
                .map_err(Into::into)?;
            inner.call(request).await.map_err(Into::into)
        })
    }
}

impl<T> Clone for AuthorizeLayer<T> {
    fn clone(&self) -> Self {
        Self {
            tokens: self.tokens.clone(),
            request: Arc::clone(&self.request),
            is_plain_http_allowed: self.is_plain_http_allowed,
        }
    }
}

impl<S: Clone, T> Clone for Authorize<S, T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<T> fmt::Debug for AuthorizeLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeLayer")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, T> fmt::Debug for Authorize<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorize")
            .field("inner", &self.inner)
            .field("layer", &self.layer)
            .finish()
    }
}
