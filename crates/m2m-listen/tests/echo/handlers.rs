//! Everything that can be a handler.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use m2m_listen::{
    Bytes, CallerAddress, Full, HttpProblem, Incoming, Request, Response, ServiceHandler,
    service_fn,
};

use crate::support::{Server, get};

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
