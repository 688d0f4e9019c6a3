//! The time limits of a connection on HTTP/1.1.

use std::time::Duration;

use m2m_listen::{Closed, Refusal, Times};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::support::{BODY_TIME, HALF_BODY, KEPT, Server, answer, assert_took, get, rest};

#[tokio::test(start_paused = true)]
async fn x17_a_silent_connection_is_closed() {
    let server = Server::start(|_| {});
    let began = Instant::now();
    assert_eq!(rest(server.connect()).await, "");
    assert_took(began, Times::DEFAULT.opening);
    assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
}

#[tokio::test(start_paused = true)]
async fn x17_a_header_that_does_not_end_is_refused_however_its_bytes_come() {
    for step in [1, 60] {
        let server = Server::start(|_| {});
        let (reading, mut writing) = tokio::io::split(server.connect());
        let began = Instant::now();
        tokio::spawn(async move {
            while writing.write_all(b"GET").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(step)).await;
            }
        });
        let answer = rest(reading).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.ends_with(Refusal::Timeout.as_str()), "{answer}");
        // The caller keeps its end open for the time to linger.
        let closed = server.report.until_closed(1).await;
        assert_eq!(closed, [Closed::RequestTimeout]);
        assert!(began.elapsed() >= Times::DEFAULT.head);
        let most = Times::DEFAULT.head + Times::DEFAULT.linger;
        assert!(began.elapsed() <= most + most / 4, "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn x17_a_body_that_does_not_end_is_refused() {
    let server = Server::start(|_| {});
    let mut stream = server.sent(HALF_BODY).await;
    let began = Instant::now();
    let text = answer(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert_took(began, BODY_TIME);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_and_a_request_restores_its_time() {
    let server = Server::start(|_| {});
    let mut stream = server.sent(KEPT).await;
    answer(&mut stream).await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    stream.write_all(KEPT.as_bytes()).await.unwrap();
    answer(&mut stream).await;
    let began = Instant::now();
    assert_eq!(rest(stream).await, "");
    assert_took(began, Times::DEFAULT.idle);
    assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
}

/// A proxy reuses a connection up to the last moment, and no request may meet its end.
#[tokio::test(start_paused = true)]
async fn f1_an_idle_connection_is_never_closed_a_moment_early() {
    const MOMENT: Duration = Duration::from_millis(1);
    for limit in [Duration::from_secs(60), Times::DEFAULT.idle] {
        for offset in [0, 1, 130, 249, 250, 251, 499, 500, 700, 999] {
            let server = Server::start(|settings| settings.times.idle = limit);
            tokio::time::sleep(Duration::from_millis(offset)).await;
            let mut stream = server.sent(KEPT).await;
            answer(&mut stream).await;
            for _ in 0..3 {
                tokio::time::sleep(limit - MOMENT).await;
                stream.write_all(KEPT.as_bytes()).await.unwrap();
                let again = answer(&mut stream).await;
                assert!(again.starts_with("HTTP/1.1 200 "), "{again}");
            }
            let began = Instant::now();
            assert_eq!(rest(stream).await, "");
            assert_took(began, limit);
            assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
        }
    }
}

#[test]
fn f1_an_idle_connection_outlives_those_of_the_common_proxies() {
    // Google Cloud keeps a connection for the longest time of those that cannot be configured.
    assert!(Times::DEFAULT.idle > Duration::from_secs(600));
}

#[tokio::test(start_paused = true)]
async fn f1_no_time_limit_is_over_early() {
    let limit = Duration::from_secs(3);
    for offset in [0, 1, 200, 374, 375, 376] {
        let server = Server::start(|settings| settings.times = Times::all(limit));
        tokio::time::sleep(Duration::from_millis(offset)).await;
        for sent in ["", "GET / HTTP/1.1\r\n"] {
            let stream = server.sent(sent).await;
            let began = Instant::now();
            let (mut reading, _writing) = tokio::io::split(stream);
            let mut first = [0];
            let _ = reading.read(&mut first).await;
            assert_took(began, limit);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_not_limited() {
    let server = Server::start(|_| {});
    let stream = server.sent(get("/wait", "")).await;
    server.echo.waiting.notified().await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    server.echo.release.notify_one();
    assert!(rest(stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn x17_a_caller_that_reads_nothing_or_a_byte_now_and_then_is_closed() {
    for reads in [false, true] {
        let server = Server::start(|_| {});
        let mut stream = server.sent(get("/large", "")).await;
        server.report.until_in_flight(0).await;
        let began = Instant::now();
        let reading = tokio::spawn(async move {
            while reads && stream.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            stream
        });
        let closed = server.report.until_closed(1).await;
        assert_eq!(closed, [Closed::WriteTimeout], "{reads}");
        let limit = Times::DEFAULT.write;
        assert!(
            began.elapsed() <= limit + limit / 4,
            "{:?}",
            began.elapsed()
        );
        reading.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_keeps_its_end_open_after_the_last_answer_is_closed() {
    let server = Server::start(|_| {});
    let mut stream = server.sent(get("/", "")).await;
    let began = Instant::now();
    answer(&mut stream).await;
    assert_eq!(server.report.until_closed(1).await, [Closed::Done]);
    assert_took(began, Times::DEFAULT.linger);
}

#[test]
fn times_have_defaults_and_one_value_for_tests() {
    assert_eq!(Times::default(), Times::DEFAULT);
    let all = Times::all(Duration::from_secs(1));
    assert_eq!((all.head, all.linger), (all.idle, all.write));
}
