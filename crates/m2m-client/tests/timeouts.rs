//! The time for which a caller waits for a token, over a transport in memory, in virtual time.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use m2m_client::{
    AccessTokenRequest, AuthorizeMiddleware, Bytes, Client, Credentials, Issuer, TokenError,
    TokenSource,
};
use m2m_errors::Cause;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tower_service::Service;

/// A token endpoint.
#[derive(Debug, Clone, Copy)]
enum Endpoint {
    /// It does not answer.
    Silent,
    /// It cannot answer now.
    Unavailable,
    /// It issues a token after this time.
    After(Duration),
}

impl Endpoint {
    fn tokens(self) -> TokenSource<Self> {
        let issuer = Issuer::parse("https://id.example").expect("it is valid");
        let credentials = Credentials::new("billing-job", "throw-away").expect("neither is empty");
        let uri = http::Uri::from_static("https://id.example/oauth2/token");
        TokenSource::new(Client::new(issuer, credentials, self).with_token_endpoint(uri))
    }

    /// Returns a client of reqwest that gets its tokens here.
    fn client(self) -> reqwest_middleware::ClientBuilder {
        let direct = reqwest::Client::builder().no_proxy().build();
        reqwest_middleware::ClientBuilder::new(direct.expect("it needs no certificates"))
            .with(AuthorizeMiddleware::new(self.tokens(), orders()))
    }
}

impl Service<Request<Bytes>> for Endpoint {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let endpoint = *self;
        Box::pin(async move {
            let (status, body) = match endpoint {
                Self::Silent => pending().await,
                Self::Unavailable => (503, ""),
                Self::After(time) => {
                    sleep(time).await;
                    let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
                    (200, token)
                }
            };
            let answer = Response::builder()
                .status(status)
                .header("content-type", "application/json")
                .body(Bytes::from(body));
            Ok(answer.expect("the parts are valid"))
        })
    }
}

fn orders() -> AccessTokenRequest {
    AccessTokenRequest::new().with_audience("https://orders.example/api")
}

const SECOND: Duration = Duration::from_secs(1);

/// Returns the error of a call, as the middleware passes it on.
fn of_token(error: &reqwest_middleware::Error) -> &TokenError {
    match error {
        reqwest_middleware::Error::Middleware(error) => error
            .downcast_ref()
            .expect("it is the error of the token source"),
        reqwest_middleware::Error::Reqwest(error) => panic!("the call was sent: {error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_no_longer_than_it_says_and_the_request_goes_on() {
    let tokens = Endpoint::After(5 * SECOND).tokens();
    let started_at = Instant::now();
    let error = tokens.token_within(&orders(), 2 * SECOND).await;
    let error = error.expect_err("the token comes later");
    assert_eq!(started_at.elapsed(), 2 * SECOND);
    assert_eq!(error, TokenError::TimedOut { limit: 2 * SECOND });
    assert_eq!(error.to_string(), "there was no token within 2s");
    assert_eq!(error.cause(), Cause::AnswerTimedOut);
    assert!(error.is_temporary() && !error.fixes().is_empty());
    // The token of the same request.
    tokens.token_within(&orders(), 4 * SECOND).await.unwrap();
    assert_eq!(started_at.elapsed(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_waits_no_longer_learns_why_requests_fail() {
    let tokens = Endpoint::Unavailable.tokens();
    let error = tokens.token_within(&orders(), 5 * SECOND).await;
    let error = error.expect_err("there is no token");
    assert!(error.to_string().contains("503"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_request_of_reqwest_includes_the_wait_for_the_token() {
    for (endpoint, expected) in [
        (Endpoint::Silent, "there was no token within 3s"),
        (Endpoint::Unavailable, "503"),
    ] {
        let http = endpoint.client().build();
        let started_at = Instant::now();
        let call = http
            .get("https://orders.example/orders")
            .timeout(3 * SECOND);
        let error = call.send().await.unwrap_err();
        assert_eq!(started_at.elapsed(), 3 * SECOND, "{endpoint:?}");
        let text = of_token(&error).to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_that_a_client_sets_for_each_request_does_too() {
    let http = Endpoint::Silent
        .client()
        .with_init(|request: reqwest_middleware::RequestBuilder| request.timeout(SECOND))
        .build();
    let started_at = Instant::now();
    let error = http.get("https://orders.example/orders").send().await;
    of_token(&error.unwrap_err());
    assert_eq!(started_at.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_the_token_shortens_the_time_for_the_call() {
    // Nothing answers the calls at this address.
    let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/orders", api.local_addr().unwrap());
    let http = Endpoint::After(2 * SECOND).client().build();
    let started_at = Instant::now();
    let error = http.get(url).timeout(3 * SECOND).send().await.unwrap_err();
    let reqwest_middleware::Error::Reqwest(error) = error else {
        panic!("the token was in time: {error}");
    };
    assert!(error.is_timeout(), "{error}");
    // The clock of reqwest has a resolution of milliseconds.
    let waited = started_at.elapsed();
    assert!(
        waited >= 3 * SECOND && waited < 3 * SECOND + SECOND / 10,
        "{waited:?}"
    );
}
