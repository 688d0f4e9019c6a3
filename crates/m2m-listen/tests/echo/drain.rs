//! The shutdown: what is answered, what is closed at once, and the deadline.

use std::sync::Arc;
use std::time::Duration;

use m2m_listen::Closed;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use crate::support::{HALF_BODY, KEPT, Server, answer, get, rest};

#[tokio::test(start_paused = true)]
async fn requests_in_progress_are_answered_and_idle_connections_closed() {
    let server = Server::start(|_| {});
    let mut idle = server.sent(KEPT).await;
    answer(&mut idle).await;
    let silent = server.connect();
    let mut slow = server.sent(HALF_BODY).await;
    server.report.until_in_flight(1).await;
    let began = Instant::now();
    let stopping = tokio::spawn(server.stop());
    assert_eq!(rest(idle).await, "");
    assert_eq!(rest(silent).await, "");
    assert_eq!(began.elapsed(), Duration::ZERO, "they were closed at once");
    slow.write_all(b"56789").await.unwrap();
    let answer = rest(slow).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("0123456789"), "{answer}");
    let report = stopping.await.unwrap();
    assert_eq!(report.closed(), [Closed::Stopped; 3]);
    assert_eq!(
        began.elapsed(),
        Duration::ZERO,
        "no connection waited for the deadline"
    );
}

#[tokio::test(start_paused = true)]
async fn connections_that_waited_are_answered() {
    let server = Server::start(|_| {});
    // The accept loop has not run since these were sent.
    let waiting = server.sent(get("/", "")).await;
    let report = server.stop().await;
    assert!(rest(waiting).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(report.closed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_outlasts_the_deadline_does_not_delay_the_shutdown() {
    let server = Server::start(|settings| settings.drain = Duration::from_secs(7));
    let echo = Arc::clone(&server.echo);
    let stuck = server.sent(get("/wait", "")).await;
    echo.waiting.notified().await;
    let began = Instant::now();
    let report = server.stop().await;
    assert_eq!(began.elapsed(), Duration::from_secs(7));
    assert_eq!(report.closed(), []);
    drop(stuck);
}
