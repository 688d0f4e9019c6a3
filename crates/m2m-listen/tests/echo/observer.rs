//! Failures that no caller learns of, as an observer receives them.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use m2m_listen::{Closed, HandshakeProblem, Refusal, Times};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use crate::support::{CALLER, KEPT, PROXY, Server, answer, assert_took, exchange, get, rest};
use crate::tls;

/// The handshakes that failed, in words.
fn failures(server: &Server) -> Vec<(IpAddr, String)> {
    server.report.failed_handshakes()
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_accepted_is_reported_and_another_is_closed() {
    let server = Server::start(|_| {});
    let mut idle = server.sent(KEPT).await;
    answer(&mut idle).await;
    let no_descriptors = io::Error::other("too many open files");
    let began = Instant::now();
    server.fail_to_accept(no_descriptors);
    assert_eq!(rest(idle).await, "");
    assert_eq!(server.report.until_closed(1).await, [Closed::Displaced]);
    assert_eq!(server.report.failed_accepts(), ["too many open files"]);
    let served = server.send(get("/", "")).await;
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn f9_a_caller_that_does_not_trust_the_certificate_is_reported() {
    let (_folder, files) = tls::files();
    let (_other, others) = tls::files();
    let server = tls::server(&files);
    assert!(tls::connect(server.connect(), &others, &[]).await.is_err());
    assert_eq!(server.report.until_closed(1).await, [Closed::Handshake]);
    // The caller trusts another certificate of the same name.
    assert_eq!(
        *server.echo.refusals.lock().unwrap(),
        [Refusal::HandshakeFailed(HandshakeProblem::DecryptError)]
    );
    let [(address, error)] = &failures(&server)[..] else {
        panic!("{:?}", failures(&server));
    };
    assert_eq!(*address, CALLER);
    assert!(
        error.contains("TLS failed: received fatal alert"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn f9_each_failure_of_a_handshake_has_its_reason() {
    let (_folder, files) = tls::files();
    let server = tls::server(&files);
    for (bytes, closes, expected, refusal) in [
        (
            b"GET / HTTP/1.1\r\n\r\n".as_slice(),
            true,
            "the caller sent plain HTTP instead of TLS",
            Refusal::PlainOnTlsPort,
        ),
        (
            b"\x16\x03\x01",
            true,
            "the caller closed the connection during the handshake",
            Refusal::HandshakeFailed(HandshakeProblem::Closed),
        ),
        (
            b"\x16\x03\x01",
            false,
            "the handshake timed out",
            Refusal::HandshakeFailed(HandshakeProblem::Timeout),
        ),
        (
            b"\x80\x2e\x01\x03\x01\0\0",
            true,
            "TLS failed: ",
            Refusal::HandshakeFailed(HandshakeProblem::NotTls),
        ),
    ] {
        let before = failures(&server).len();
        let began = Instant::now();
        let mut stream = server.sent(bytes).await;
        if closes {
            stream.shutdown().await.unwrap();
        }
        server.report.until_closed(before + 1).await;
        let failures = failures(&server);
        let [(address, error)] = &failures[before..] else {
            panic!("{expected}: {failures:?}");
        };
        assert_eq!(*address, CALLER);
        assert!(error.starts_with(expected), "{error}");
        let refusals = core::mem::take(&mut *server.echo.refusals.lock().unwrap());
        assert_eq!(refusals, [refusal]);
        if !closes {
            assert_took(began, Times::DEFAULT.opening);
        }
    }
    assert!(
        server
            .report
            .closed()
            .iter()
            .all(|reason| *reason == Closed::Handshake)
    );
}

#[tokio::test(start_paused = true)]
async fn a_handshake_behind_a_proxy_fails_for_the_caller_of_the_proxy() {
    let (_folder, files) = tls::files();
    let server = Server::start(|settings| {
        settings.tls = Some(files.clone());
        settings.trusted_proxies = vec![PROXY.into()];
        settings.proxy_protocol = m2m_listen::ProxyProtocol::Required;
    });
    let mut stream = server.connect_from(PROXY);
    let header = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nGET / HTTP/1.1\r\n\r\n";
    stream.write_all(header).await.unwrap();
    rest(stream).await;
    let failures = failures(&server);
    let (address, _) = &failures[0];
    assert_eq!(*address, IpAddr::from([192, 0, 2, 7]));
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_byte_and_a_good_one_are_not_failures() {
    let (_folder, files) = tls::files();
    let server = tls::server(&files);
    // As load balancers check that a port is open.
    drop(server.connect());
    let stream = tls::connect(server.connect(), &files, &[]).await.unwrap();
    exchange(stream, get("/", "")).await;
    server.report.until_closed(2).await;
    assert_eq!(failures(&server), []);
}
