//! The maximum of connections and of requests, and which of them give way.

use std::sync::atomic::Ordering;
use std::time::Duration;

use m2m_listen::{Bytes, Closed, Refusal};

use crate::support::{HALF_BODY, KEPT, Server, answer, get, rest};

#[tokio::test(start_paused = true)]
async fn a_connection_beyond_the_maximum_is_refused_with_an_answer() {
    let server = Server::start(|settings| settings.max_connections = 1);
    let busy = server.sent(get("/wait", "")).await;
    // It is being answered, so it is not displaced.
    server.echo.waiting.notified().await;
    let refused = server.send(get("/", "")).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: 5\r\n"), "{refused}");
    server.echo.release.notify_one();
    assert!(rest(busy).await.starts_with("HTTP/1.1 200 "));
    let report = server.stop().await;
    assert_eq!(report.refused.load(Ordering::Relaxed), 1);
    assert_eq!(report.opened.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_refused_connection_is_a_setting() {
    let server = Server::start(|settings| {
        settings.max_connections = 0;
        settings.overloaded = Bytes::from_static(b"HTTP/1.1 503 Busy\r\n\r\n");
    });
    let refused = server.send(get("/", "")).await;
    assert_eq!(refused, "HTTP/1.1 503 Busy\r\n\r\n");
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_displaced() {
    let server = Server::start(|settings| settings.max_connections = 1);
    let mut idle = server.sent(KEPT).await;
    assert!(answer(&mut idle).await.starts_with("HTTP/1.1 200 "));
    let served = server.send(get("/", "")).await;
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    assert_eq!(rest(idle).await, "");
    let report = server.stop().await;
    assert_eq!(report.closed(), [Closed::Displaced, Closed::Done]);
}

#[tokio::test(start_paused = true)]
async fn x17_silent_connections_are_displaced_whatever_their_number() {
    let server = Server::start(|settings| settings.max_connections = 20);
    let silent: Vec<_> = (0..200).map(|_| server.connect()).collect();
    let mut used = Vec::new();
    for _ in 0..20 {
        let mut stream = server.sent(KEPT).await;
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
        used.push(stream);
    }
    let served = server.send(get("/", "")).await;
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    assert_eq!(server.report.refused.load(Ordering::Relaxed), 0);
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn x17_slow_requests_are_displaced_after_a_second_with_an_answer() {
    let server = Server::start(|settings| settings.max_connections = 3);
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(server.sent(HALF_HEAD).await);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let served = server.send(get("/", "")).await;
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    let closed = server.report.until_closed(2).await;
    assert_eq!(closed, [Closed::Displaced, Closed::Done]);
    assert_eq!(
        *server.echo.refusals.lock().unwrap(),
        [Refusal::Timeout],
        "one of them is enough"
    );
    let mut answers = Vec::new();
    for stream in slow {
        answers.push(rest(stream).await);
    }
    assert!(
        answers
            .iter()
            .all(|answer| answer.starts_with("HTTP/1.1 408 "))
    );
}

/// The header of a request that does not end.
const HALF_HEAD: &str = "GET / HTTP/1.1\r\nhost: echo\r\n";

/// A handler may have carried out the request that it has, so 408 would be wrong.
#[tokio::test(start_paused = true)]
async fn x17_x22_a_request_that_the_handler_has_is_displaced_without_an_answer() {
    for request in [HALF_BODY.to_owned(), get("/wait", "")] {
        let server = Server::start(|settings| settings.max_connections = 1);
        let slow = server.sent(request).await;
        server.report.until_in_flight(1).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let served = server.send(get("/", "")).await;
        assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
        assert_eq!(rest(slow).await, "");
        assert_eq!(*server.echo.refusals.lock().unwrap(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn x17_requests_beyond_the_maximum_are_503_until_a_slow_one_is_displaced() {
    let server = Server::start(|settings| settings.max_requests = 2);
    let slow = [server.sent(HALF_BODY).await, server.sent(HALF_BODY).await];
    server.report.until_in_flight(2).await;
    let mut refused = server.sent(KEPT).await;
    let text = answer(&mut refused).await;
    assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
    assert!(text.ends_with(Refusal::Overloaded.as_str()), "{text}");
    drop(refused);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let served = server.send(get("/", "")).await;
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    server.report.until_in_flight(1).await;
    assert!(server.report.closed().contains(&Closed::Displaced));
    drop(slow);
}
