//! Everything that can be a handler.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Frame;
use m2m_listen::http::HeaderValue;
use m2m_listen::{
    Body, Bytes, CallerAddress, Closed, Full, HttpProblem, Incoming, Request, Response,
    ServiceHandler, service_fn,
};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Sleep;

use crate::support::{KEPT, Server, answer, get};

async fn hello(_: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
    Response::new(format!("Hello, {caller}").into())
}

#[tokio::test(start_paused = true)]
async fn an_async_function_answers() {
    let server = Server::with(hello);
    assert!(
        server
            .send(get("/", ""))
            .await
            .ends_with("Hello, 192.0.2.1")
    );
}

#[tokio::test(start_paused = true)]
async fn a_closure_answers_from_state_of_its_own() {
    let count = Arc::new(AtomicUsize::new(0));
    let server = Server::with(move |_: Request<Incoming>, _: IpAddr| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        async move { Response::new(number.to_string()) }
    });
    for expected in ["0", "1"] {
        let answer = server.send(get("/", "")).await;
        assert!(answer.ends_with(&format!("\r\n\r\n{expected}")), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hyper_service_finds_the_address_of_its_caller() {
    let service = service_fn(async |request: Request<Incoming>| {
        let CallerAddress(caller) = request.extensions().get().unwrap();
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(caller.to_string()))))
    });
    let server = Server::with(ServiceHandler(service));
    let answer = server.send(get("/", "")).await;
    assert!(answer.ends_with("\r\n\r\n192.0.2.1"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn refusals_have_an_answer_by_default() {
    let server = Server::with(hello);
    let answer = server.send("NOT HTTP\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.ends_with(HttpProblem::Version.as_str()), "{answer}");
    let answer = server.send("GET / HTTP/1.1\r\n\r\n").await;
    assert!(
        answer.ends_with(HttpProblem::HostMissing.as_str()),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_header_fills_the_buffer_keeps_its_body() {
    let server = Server::with(async |_: Request<Incoming>, _: IpAddr| {
        let mut response = Response::new(Full::new(Bytes::from("the body")));
        let large = HeaderValue::from_str(&"a".repeat(40 * 1024)).unwrap();
        response.headers_mut().insert("x-large", large);
        response
    });
    let mut stream = server.sent(KEPT).await;
    for _ in 0..2 {
        let answer = tokio::time::timeout(PAUSE, answer(&mut stream)).await;
        assert!(answer.unwrap().ends_with("\r\n\r\nthe body"));
        stream.write_all(KEPT.as_bytes()).await.unwrap();
    }
}

/// A body that waits before each of its pieces.
struct Waiting {
    pieces: usize,
    sleep: Pin<Box<Sleep>>,
}

/// The pause before a piece.
const PAUSE: Duration = Duration::from_secs(50);

impl Body for Waiting {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.pieces == 0 {
            return Poll::Ready(None);
        }
        ready!(self.sleep.as_mut().poll(context));
        self.pieces -= 1;
        let next = tokio::time::Instant::now() + PAUSE;
        self.sleep.as_mut().reset(next);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"piece ")))))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_pieces_arrives_however_long_its_handler_takes() {
    let server = Server::with(async |_: Request<Incoming>, _: IpAddr| {
        Response::new(Waiting {
            pieces: 10,
            sleep: Box::pin(tokio::time::sleep(PAUSE)),
        })
    });
    let answer = server.send(get("/", "")).await;
    assert_eq!(answer.matches("piece ").count(), 10, "{answer}");
    assert!(answer.ends_with("0\r\n\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn x17_a_caller_that_does_not_read_an_answer_in_pieces_is_closed() {
    let server = Server::with(async |_: Request<Incoming>, _: IpAddr| {
        let endless = Waiting {
            pieces: usize::MAX,
            sleep: Box::pin(tokio::time::sleep(Duration::ZERO)),
        };
        Response::new(endless.map_frame(|_| Frame::data(Bytes::from(vec![b'a'; 100 * 1024]))))
    });
    let _unread = server.sent(get("/", "")).await;
    let closed = server.report.until_closed(1).await;
    assert_eq!(closed, [Closed::WriteTimeout]);
}
