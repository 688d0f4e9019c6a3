//! The layer and the middleware that send requests with a token.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response, Uri};
use m2m_client::{
    AccessTokenRequest, AuthorizeLayer, AuthorizeMiddleware, Bytes, Client, Credentials,
    HyperTransport, Issuer, TokenError, TokenSource,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tower_layer::Layer as _;
use tower_service::Service;

/// A token endpoint in memory: each token has a number. It refuses every request if it is closed.
#[derive(Clone, Default)]
struct Endpoint {
    requests: Arc<AtomicUsize>,
    is_closed: bool,
}

impl Service<Request<Bytes>> for Endpoint {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Bytes>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let (status, body) = if self.is_closed {
            (401, r#"{"error":"invalid_client"}"#.to_owned())
        } else {
            (200, token(number))
        };
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Bytes::from(body));
        ready(Ok(response.expect("the parts are valid")))
    }
}

fn token(number: usize) -> String {
    format!(r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#)
}

/// An API that accepts one token.
#[derive(Clone)]
struct Api {
    accepted: &'static str,
    /// The tokens and bodies of the calls.
    calls: Arc<Mutex<Vec<(String, Bytes)>>>,
}

impl Api {
    fn new(accepted: &'static str) -> Self {
        let calls = Arc::default();
        Self { accepted, calls }
    }

    fn tokens(&self) -> Vec<String> {
        let calls = self.calls.lock().expect("no call panics");
        calls.iter().map(|(token, _)| token.clone()).collect()
    }
}

impl Service<Request<Bytes>> for Api {
    type Response = Response<&'static str>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let value = &request.headers()["authorization"];
        assert!(value.is_sensitive(), "it would be in the log of a client");
        let token = value.to_str().expect("a token is ASCII");
        let token = token.strip_prefix("Bearer ").expect("it is a Bearer token");
        let is_accepted = token == self.accepted;
        let mut calls = self.calls.lock().expect("no call panics");
        calls.push((token.to_owned(), request.into_body()));
        let response = if is_accepted {
            Response::builder().body("orders")
        } else {
            Response::builder()
                .status(401)
                .header("www-authenticate", r#"Bearer error="invalid_token""#)
                .body("")
        };
        ready(Ok(response.expect("the parts are valid")))
    }
}

fn tokens(endpoint: &Endpoint) -> TokenSource<Endpoint> {
    let issuer = Issuer::parse("https://id.example").expect("it is valid");
    let uri = Uri::from_static("https://id.example/oauth2/token");
    let client = Client::new(issuer, credentials(), endpoint.clone()).with_token_endpoint(uri);
    TokenSource::new(client)
}

fn credentials() -> Credentials {
    Credentials::new("billing-job", "throw-away").expect("neither is empty")
}

fn orders() -> AccessTokenRequest {
    AccessTokenRequest::new().with_audience("https://orders.example/api")
}

fn call() -> Request<Bytes> {
    Request::new(Bytes::from("an order"))
}

#[tokio::test]
async fn each_call_has_the_same_token() {
    let (endpoint, api) = (Endpoint::default(), Api::new("token-1"));
    let mut http = AuthorizeLayer::new(tokens(&endpoint), orders()).layer(api.clone());
    for _ in 0..3 {
        let answer = http.call(call()).await.unwrap();
        assert_eq!(answer.into_body(), "orders");
    }
    assert_eq!(api.tokens(), ["token-1"; 3]);
    assert_eq!(endpoint.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_call_whose_token_is_refused_is_sent_once_more_with_its_body() {
    let (endpoint, api) = (Endpoint::default(), Api::new("token-2"));
    let mut http = AuthorizeLayer::new(tokens(&endpoint), orders()).layer(api.clone());
    assert_eq!(http.call(call()).await.unwrap().status(), 200);
    assert_eq!(api.tokens(), ["token-1", "token-2"]);
    for (_, body) in api.calls.lock().unwrap().iter() {
        assert_eq!(body, "an order");
    }
}

#[tokio::test]
async fn an_api_that_refuses_every_token_gets_each_call_once() {
    let (endpoint, api) = (Endpoint::default(), Api::new("none"));
    let mut http = AuthorizeLayer::new(tokens(&endpoint), orders()).layer(api.clone());
    for _ in 0..10 {
        assert_eq!(http.call(call()).await.unwrap().status(), 401);
    }
    assert_eq!(api.tokens().len(), 11, "only the first call is sent twice");
    assert_eq!(endpoint.requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn without_a_token_no_call_is_sent_and_the_error_says_why() {
    let endpoint = Endpoint {
        is_closed: true,
        ..Endpoint::default()
    };
    let api = Api::new("token-1");
    let mut http = AuthorizeLayer::new(tokens(&endpoint), orders()).layer(api.clone());
    let error = http.call(call()).await.unwrap_err();
    let error = error.downcast_ref::<TokenError>().unwrap();
    assert!(matches!(error, TokenError::Refused(_)), "{error}");
    assert!(api.tokens().is_empty());
}

#[tokio::test]
async fn no_token_is_sent_over_plain_http() {
    let (endpoint, api) = (Endpoint::default(), Api::new("token-1"));
    let mut http = AuthorizeLayer::new(tokens(&endpoint), orders()).layer(api.clone());
    let mut request = call();
    *request.uri_mut() = Uri::from_static("http://orders.example/api");
    let error = http.call(request).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("plain http would send secrets unencrypted"),
        "{error}"
    );
    assert!(error.downcast_ref::<TokenError>().is_some());
    assert!(api.tokens().is_empty());
    // A network that encrypts by other means.
    let layer = AuthorizeLayer::new(tokens(&endpoint), orders()).with_plain_http();
    let mut http = layer.layer(api.clone());
    let mut request = call();
    *request.uri_mut() = Uri::from_static("http://orders.example/api");
    assert_eq!(http.call(request).await.unwrap().status(), 200);
    assert_eq!(api.tokens(), ["token-1"]);
}

/// Answers requests on a port of this machine: a token at `/oauth2/token`, and at any other path an API that accepts the second token.
async fn listen() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut requests = 0;
        loop {
            let Ok((mut socket, _)) = listener.accept().await else {
                return;
            };
            let mut received = String::new();
            while !received.contains("\r\n\r\n") {
                let mut part = [0; 4096];
                let Ok(length @ 1..) = socket.read(&mut part).await else {
                    break;
                };
                received.push_str(&String::from_utf8_lossy(
                    part.get(..length).unwrap_or_default(),
                ));
            }
            let (status, more, body) = if received.starts_with("POST /oauth2/token ") {
                requests += 1;
                ("200 OK", "content-type: application/json", token(requests))
            } else if received.contains("authorization: Bearer token-2\r\n") {
                ("200 OK", "content-type: text/plain", "orders".to_owned())
            } else {
                let challenge = r#"www-authenticate: Bearer error="invalid_token""#;
                ("401 Unauthorized", challenge, String::new())
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\n{more}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_client_of_reqwest_sends_its_calls_with_a_token() {
    let server = listen().await;
    let issuer = Issuer::parse(&server).unwrap();
    let client = Client::new(issuer, credentials(), HyperTransport::builder().build())
        .with_token_endpoint(format!("{server}/oauth2/token").parse().unwrap());
    let middleware = AuthorizeMiddleware::new(TokenSource::new(client), orders());
    let direct = reqwest::Client::builder().no_proxy().build().unwrap();
    let http = reqwest_middleware::ClientBuilder::new(direct)
        .with(middleware)
        .build();
    let answer = http
        .post(format!("{server}/orders"))
        .body("an order")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "orders");
}
