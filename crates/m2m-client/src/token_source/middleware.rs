//! A middleware of reqwest that sends requests with a token.

use core::fmt;
use core::time::Duration;

use http::{Extensions, header};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::{Instant, timeout};

use super::refused::{is_plain_http, is_token_refused};
use crate::{
    AccessTokenRequest, TokenError, TokenSource, Transport, TransportError, TransportFailure,
};

/// A middleware of [`reqwest_middleware`] that puts the token of a [`TokenSource`] on each request, in the header `Authorization`.
///
/// If the API refuses the token with 401 and `error="invalid_token"`, the request is sent once more with another token, unless the source has just
/// replaced one, or the body of the request is a stream.
///
/// The token is put on every request, whatever host it is for, so use one client for each API. reqwest removes it when it follows a redirect to another host.
/// A request over plain http to another machine fails, and is not sent ([`with_plain_http`](Self::with_plain_http)).
///
/// # Timeouts
/// The timeout of a request (`RequestBuilder::timeout`) limits the whole call: the wait for its token, the call, and another one with another token. A
/// middleware does not see the timeout of a client (`reqwest::ClientBuilder::timeout`), which begins only when the token is there. So set that of each request:
///
/// ```no_run
/// use std::time::Duration;
/// use m2m_client::{AuthorizeMiddleware, HyperTransport};
/// use reqwest_middleware::RequestBuilder;
///
/// # fn client_of(authorize: AuthorizeMiddleware<HyperTransport>) -> reqwest_middleware::ClientWithMiddleware {
/// reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with_init(|request: RequestBuilder| request.timeout(Duration::from_secs(5)))
///     .with(authorize)
///     .build()
/// # }
/// ```
///
/// Without it, a call waits as long as [`TokenSourceBuilder::max_wait`](crate::TokenSourceBuilder::max_wait) and the timeouts of the transport let it.
///
/// # Errors
/// If the source has no token, the error of reqwest is a [`TokenError`](crate::TokenError), with its fixes:
///
/// ```no_run
/// # fn print_fixes(error: &reqwest_middleware::Error) {
/// if let reqwest_middleware::Error::Middleware(error) = error
///     && let Some(error) = error.downcast_ref::<m2m_client::TokenError>()
/// {
///     error.fixes().iter().for_each(|fix| eprintln!("- {fix}"));
/// }
/// # }
/// ```
///
/// ```no_run
/// use m2m_client::{AccessTokenRequest, AuthorizeMiddleware, HyperTransport, TokenSource};
///
/// # fn client_of(tokens: TokenSource<HyperTransport>) -> reqwest_middleware::ClientWithMiddleware {
/// let orders = AccessTokenRequest::new().with_audience("https://orders.example/api");
/// reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(AuthorizeMiddleware::new(tokens, orders))
///     .build()
/// # }
/// ```
pub struct AuthorizeMiddleware<T> {
    tokens: TokenSource<T>,
    request: AccessTokenRequest,
    is_plain_http_allowed: bool,
}

impl<T> AuthorizeMiddleware<T> {
    /// Returns a middleware that uses the tokens for this request.
    #[must_use]
    pub const fn new(tokens: TokenSource<T>, request: AccessTokenRequest) -> Self {
        Self {
            tokens,
            request,
            is_plain_http_allowed: false,
        }
    }

    /// Sends tokens over plain http to other machines as well, for networks that encrypt by other means, such as a service mesh.
    #[must_use]
    pub const fn with_plain_http(mut self) -> Self {
        self.is_plain_http_allowed = true;
        self
    }
}

#[async_trait::async_trait]
impl<T: Transport> Middleware for AuthorizeMiddleware<T> {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let url = request.url();
        if !self.is_plain_http_allowed && is_plain_http(Some(url.scheme()), url.host_str()) {
            let uri = url.as_str().parse().unwrap_or_default();
            let failure = TransportFailure::PlainHttp;
            let error = TransportError::new(failure, &uri, None);
            return Err(Error::middleware(TokenError::from(error)));
        }
        let deadline = Deadline::of(&request);
        let token = match deadline.limit {
            Some(limit) => self.tokens.token_within(&self.request, limit).await,
            None => self.tokens.token(&self.request).await,
        };
        let token = token.map_err(Error::middleware)?;
        deadline.apply(&mut request);
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, token.to_authorization_header());
        let again = request.try_clone();
        let response = next.clone().run(request, extensions).await?;
        let Some(mut again) = again else {
            return Ok(response);
        };
        if !is_token_refused(response.status(), response.headers()) {
            return Ok(response);
        }
        // Without another token, the answer of the API says more than the reason why there is none.
        let replaced = deadline.limit(self.tokens.replace(&self.request, &token));
        match replaced.await {
            Some(Ok(other)) if other.expose_secret() != token.expose_secret() => {
                let headers = again.headers_mut();
                headers.insert(header::AUTHORIZATION, other.to_authorization_header());
                deadline.apply(&mut again);
                next.run(again, extensions).await
            }
            Some(Ok(_) | Err(_)) | None => Ok(response),
        }
    }
}

/// The time at which a call has to end: that of its timeout, which reqwest would count from the moment when the token is there.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    limit: Option<Duration>,
    started_at: Instant,
}

impl Deadline {
    fn of(request: &Request) -> Self {
        Self {
            limit: request.timeout().copied(),
            started_at: Instant::now(),
        }
    }

    fn remaining(&self) -> Option<Duration> {
        let limit = self.limit?;
        Some(limit.saturating_sub(self.started_at.elapsed()))
    }

    /// Sets the timeout of a request to the time that remains.
    fn apply(&self, request: &mut Request) {
        *request.timeout_mut() = self.remaining();
    }

    /// Waits for the end of a future, if it comes in time.
    async fn limit<F: Future>(&self, future: F) -> Option<F::Output> {
        match self.remaining() {
            Some(remaining) => timeout(remaining, future).await.ok(),
            None => Some(future.await),
        }
    }
}

impl<T> fmt::Debug for AuthorizeMiddleware<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeMiddleware")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
