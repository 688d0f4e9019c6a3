//! The question whether a token is active, over a transport in memory.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response};
use m2m_client::{Bytes, Client, Credentials, IntrospectionError, Issuer, UnixTime};
use tower_service::Service;

const METADATA: &str =
    r#"{"issuer":"https://id.example","introspection_endpoint":"https://id.example/introspect"}"#;

/// A server with these metadata, which answers questions with this status and body.
#[derive(Clone)]
struct Server {
    metadata: &'static str,
    answer: (u16, &'static str),
    asked: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Server {
    fn new(metadata: &'static str, status: u16, body: &'static str) -> Self {
        Self {
            metadata,
            answer: (status, body),
            asked: Arc::default(),
        }
    }

    fn client(&self) -> Client<Self> {
        let issuer = Issuer::parse("https://id.example").expect("it is valid");
        let credentials = Credentials::new("orders-api", "throw-away").expect("neither is empty");
        Client::new(issuer, credentials, self.clone())
    }
}

impl Service<Request<Bytes>> for Server {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Bytes>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let (status, body) = if request.uri().path() == "/introspect" {
            let mut asked = self.asked.lock().expect("no request panics");
            asked.push(request);
            self.answer
        } else {
            (200, self.metadata)
        };
        let response = Response::builder().status(status).body(Bytes::from(body));
        ready(Ok(response.expect("the parts are valid")))
    }
}

#[tokio::test]
async fn an_issuer_says_whether_a_token_is_active() {
    for (body, expected) in [
        (r#"{"active":true,"scope":"read:orders"}"#, true),
        (r#"{"active":false}"#, false),
    ] {
        let server = Server::new(METADATA, 200, body);
        let client = server.client();
        for _ in 0..2 {
            assert_eq!(client.is_active("a.b.c").await, Ok(expected));
        }
        let asked = server.asked.lock().unwrap();
        assert_eq!(asked.len(), 2);
        let request = asked.first().unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(
            request.headers()["authorization"],
            "Basic b3JkZXJzLWFwaTp0aHJvdy1hd2F5"
        );
        assert!(request.headers()["authorization"].is_sensitive());
        assert_eq!(request.body(), "token=a.b.c&token_type_hint=access_token");
    }
}

#[tokio::test]
async fn an_answer_that_says_neither_is_an_error_with_its_reason() {
    let refusal = r#"{"error":"invalid_client","error_description":"throw-away is wrong"}"#;
    let other = r#"{"issuer":"https://id.example","introspection_endpoint":"http://id.example/introspect"}"#;
    for (metadata, status, body, expected) in [
        (
            METADATA,
            401,
            refusal,
            "the introspection endpoint refused the request with 401 invalid_client: [redacted] is wrong",
        ),
        (
            METADATA,
            502,
            "<html>",
            "the introspection endpoint answered 502 Bad Gateway, without an OAuth error code",
        ),
        (
            METADATA,
            200,
            "[]",
            "the answer is not that of an introspection endpoint: ",
        ),
        (
            METADATA,
            200,
            "{}",
            "the answer is not that of an introspection endpoint: ",
        ),
        (
            r#"{"issuer":"https://id.example"}"#,
            200,
            "",
            "the metadata of https://id.example name no introspection endpoint",
        ),
        (
            other,
            200,
            "",
            "the metadata of https://id.example name http://id.example/introspect, which is not a usable introspection endpoint",
        ),
    ] {
        let error = Server::new(metadata, status, body)
            .client()
            .is_active("a.b.c")
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(!error.advice().fixes.is_empty(), "{error}");
        let _ = error.cause();
    }
}

#[tokio::test]
async fn the_endpoints_for_tokens_and_for_questions_are_found_separately() {
    let server = Server::new(METADATA, 200, r#"{"active":true}"#);
    let client = server.client();
    assert_eq!(client.is_active("a.b.c").await, Ok(true));
    // The metadata have no token endpoint, which matters only to a request for a token.
    let request = m2m_client::AccessTokenRequest::new();
    let error = client.token(&request, UnixTime::from_seconds(0)).await;
    assert!(error.is_err());
    assert!(!matches!(
        client.is_active("a.b.c").await,
        Err(IntrospectionError::EndpointMissing { .. })
    ));
}
