//! HTTP/1.1: requests that are answered, and bytes that are not a request.

use std::sync::atomic::Ordering;

use m2m_listen::{Closed, HttpProblem, Refusal};
use tokio::io::AsyncWriteExt as _;

use crate::support::{HALF_BODY, KEPT, Server, answer, get, rest};

#[tokio::test(start_paused = true)]
async fn a_request_is_answered_and_observed() {
    let server = Server::start(|_| {});
    let answer = server.send(get("/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n192.0.2.1"), "{answer}");
    let report = server.stop().await;
    assert_eq!(report.opened.load(Ordering::Relaxed), 1);
    assert_eq!(report.began.load(Ordering::Relaxed), 1);
    assert_eq!(report.ended.load(Ordering::Relaxed), 1);
    assert_eq!(report.closed(), [Closed::Done]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_carries_one_request_after_the_other() {
    let server = Server::start(|_| {});
    let mut stream = server.sent(KEPT.repeat(2)).await;
    for _ in 0..2 {
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    }
    stream.write_all(HALF_BODY.as_bytes()).await.unwrap();
    server.echo.waiting.notified().await;
    stream.write_all(b"56789").await.unwrap();
    assert!(answer(&mut stream).await.ends_with("\r\n\r\n0123456789"));
    stream.write_all(get("/", "").as_bytes()).await.unwrap();
    assert!(rest(stream).await.contains("connection: close"));
}

#[tokio::test(start_paused = true)]
async fn a_body_within_the_limit_is_read_and_another_is_413() {
    let server = Server::start(|_| {});
    for (framing, body, status) in [
        ("content-length: 4", "abcd".to_owned(), 200),
        ("content-length: 1001", "a".repeat(1001), 413),
        ("content-length: 10000000000", String::new(), 413),
        (
            "transfer-encoding: chunked",
            "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n".to_owned(),
            200,
        ),
        (
            "transfer-encoding: chunked",
            format!("3e9\r\n{}\r\n0\r\n\r\n", "a".repeat(1001)),
            413,
        ),
    ] {
        let head = format!(
            "POST /body HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n{framing}\r\n\r\n"
        );
        let answer = server.send(head + &body).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{framing}: {answer}");
        assert_eq!(answer.ends_with("abcd"), status == 200, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_waits_to_send_its_body_is_told_to_continue() {
    let server = Server::start(|_| {});
    let mut stream = server
        .sent(
            "POST /body HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\nconnection: close\r\n\
             content-length: 2\r\n\r\n",
        )
        .await;
    let go_on = answer(&mut stream).await;
    assert_eq!(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ab").await.unwrap();
    assert!(rest(stream).await.ends_with("\r\n\r\nab"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_closes_its_side_after_a_request_gets_the_answer() {
    let server = Server::start(|_| {});
    let mut stream = server.sent(KEPT).await;
    stream.shutdown().await.unwrap();
    assert!(rest(stream).await.ends_with("192.0.2.1"));
}

#[tokio::test(start_paused = true)]
async fn ambiguous_requests_and_other_protocols_are_refused() {
    let server = Server::start(|_| {});
    for bytes in [
        &b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\na b: c\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    ] {
        let answer = server.send(bytes).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{bytes:?}: {answer}");
        assert!(answer.contains("connection: close"), "{bytes:?}: {answer}");
    }
    let tls = server
        .send(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
        .await;
    assert!(tls.ends_with(Refusal::TlsOnPlainPort.as_str()), "{tls}");
}

#[tokio::test(start_paused = true)]
async fn f7e_a_malformed_request_is_refused_with_the_problem() {
    let server = Server::start(|_| {});
    let end = "\r\nhost: a\r\n\r\n";
    for (request, problem) in [
        (
            "POST / HTTP/1.1\r\nhost: a\r\nauthorization: Basic QUFB\r\n QkJC\r\ncontent-length: 0\r\n\r\n",
            HttpProblem::FoldedHeader,
        ),
        ("GET / HTTP/1.1\r\n\r\n", HttpProblem::HostMissing),
        (
            "GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
            HttpProblem::HostRepeated,
        ),
        (
            "GET / HTTP/1.1\r\nhost: a/b\r\n\r\n",
            HttpProblem::HostMalformed,
        ),
        (
            "GET / HTTP/1.1\r\nhost : a\r\n\r\n",
            HttpProblem::SpaceBeforeColon,
        ),
        (
            "GET / HTTP/1.1\r\nhost a\r\n\r\n",
            HttpProblem::ColonMissing,
        ),
        (
            "GET / HTTP/1.1\r\nho(st: a\r\n\r\n",
            HttpProblem::HeaderName,
        ),
        (
            "GET / HTTP/1.1\r\nhost: a\rx: b\r\n\r\n",
            HttpProblem::BareCarriageReturn,
        ),
        (
            "GET / HTTP/1.1\r\nhost: a\0\r\n\r\n",
            HttpProblem::ControlCharacter,
        ),
        (&format!("G(T / HTTP/1.1{end}"), HttpProblem::Method),
        (&format!("GET /a b HTTP/1.1{end}"), HttpProblem::Target),
        (&format!("GET http://[a HTTP/1.1{end}"), HttpProblem::Target),
        (&format!("GET /{end}"), HttpProblem::Version),
        (&format!("GET / HTTP/3.0{end}"), HttpProblem::Version),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
            HttpProblem::ContentLength,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1x\r\n\r\n x: y\r\n",
            HttpProblem::ContentLength,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
            HttpProblem::TransferEncoding,
        ),
        (
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
            HttpProblem::TransferEncoding,
        ),
        (
            "POST /body HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            HttpProblem::Chunk,
        ),
        (
            "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\nGET / HTTP/1.1\r\n\r\n",
            HttpProblem::ProxyHeaderUnexpected,
        ),
        ("SSH-2.0-OpenSSH_9.6\r\n", HttpProblem::NotHttp),
    ] {
        let answer = server.send(request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{request:?}: {answer}");
        assert!(answer.ends_with(problem.as_str()), "{request:?}: {answer}");
    }
    let mut half = server
        .sent("POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc")
        .await;
    half.shutdown().await.unwrap();
    let half = rest(half).await;
    let problem = HttpProblem::BodyIncomplete;
    assert!(half.ends_with(problem.as_str()), "{half}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_too_large_is_refused_with_the_reason() {
    let server = Server::start(|_| {});
    let (long, endless) = ("a".repeat(40_000), "a".repeat(200_000));
    let many: String = (0..200).map(|index| format!("x-{index}: 1\r\n")).collect();
    let beyond = u64::MAX;
    for (request, refusal) in [
        (
            format!("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {beyond}\r\n\r\na"),
            Refusal::BodyTooLarge,
        ),
        (get(&format!("/{long}"), ""), Refusal::UriTooLong),
        (format!("GET /{endless}"), Refusal::UriTooLong),
        (
            get("/", &format!("x: {long}\r\n")),
            Refusal::HeadersTooLarge,
        ),
        (get("/", &many), Refusal::HeadersTooLarge),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {endless}"),
            Refusal::HeadersTooLarge,
        ),
    ] {
        // The answer may come before the last byte is sent.
        let stream = server.connect();
        let (reading, mut writing) = tokio::io::split(stream);
        let writing = tokio::spawn(async move {
            let _ = writing.write_all(request.as_bytes()).await;
        });
        let answer = rest(reading).await;
        let status = format!("HTTP/1.1 {} ", refusal.status().as_str());
        assert!(answer.starts_with(&status), "{refusal:?}: {answer}");
        assert!(answer.ends_with(refusal.as_str()), "{refusal:?}: {answer}");
        writing.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_after_an_answered_request_and_half_requests_are_refused() {
    let server = Server::start(|_| {});
    let two = server.send([KEPT, "NOT HTTP\r\n\r\n"].concat()).await;
    assert!(two.starts_with("HTTP/1.1 200 "), "{two}");
    assert!(two.contains("HTTP/1.1 400 "), "{two}");
    let mut half = server.sent("GET / HTTP/1.1\r\nhost").await;
    half.shutdown().await.unwrap();
    let half = rest(half).await;
    assert!(half.starts_with("HTTP/1.1 400 "), "{half}");
    assert_eq!(
        *server.echo.refusals.lock().unwrap(),
        [HttpProblem::Version, HttpProblem::HeaderIncomplete].map(Refusal::Malformed)
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_with_two_lengths_smuggles_no_request() {
    let server = Server::start(|_| {});
    let answers = server
        .send(
            "POST /body HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n\
             0\r\n\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n",
        )
        .await;
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(answers.contains("connection: close"), "{answers}");
}
