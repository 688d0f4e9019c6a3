//! Slow, silent and too many connections: each gets the documented answer, and all other callers are served in the meantime.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{Answer, PATIENCE, SECRET, Serving, send_to};

/// A request that keeps its connection open.
const REQUEST: &[u8] = b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: h\r\n\r\n";

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Opens a connection and sends these bytes, and nothing more.
fn sent(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    stream
}

/// Reads until the server closes the connection, whether the server reacts to the bytes sent or not.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
    bytes
}

/// Reads one answer from a connection that stays open.
fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        bytes.extend(byte);
    }
    let length: usize = Answer::parse(&bytes)
        .header("content-length")
        .unwrap()
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    Answer::parse(&[bytes, body].concat())
}

/// Sends the head of a token request that announces more bytes than are sent.
pub(crate) fn slow_body(address: SocketAddr) -> TcpStream {
    let head = "POST /oauth2/token HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 100\r\n\r\ngrant_type=";
    sent(address, head.as_bytes())
}

/// Returns the value of a counter of the ops listener.
pub(crate) fn counted(ops: SocketAddr, name: &str) -> u64 {
    let request = b"GET /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    let metrics = send_to(ops, request).body;
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}"))
        .parse()
        .unwrap()
}

/// Waits until a counter reaches a value.
pub(crate) fn wait_for_count(ops: SocketAddr, name: &str, least: u64) {
    let until = Instant::now_for_tests();
    while counted(ops, name) < least {
        assert!(until.elapsed() < PATIENCE, "{name} stays below {least}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The clock of tests that wait for other processes.
trait TestClock {
    fn now_for_tests() -> Self;
}

impl TestClock for Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that waits for another process has to give up at some time"
    )]
    fn now_for_tests() -> Self {
        Self::now()
    }
}

#[test]
fn x17_ten_thousand_connections_that_send_nothing_keep_no_caller_out() {
    // As many as the server accepts, if this process may open them.
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let count = usize::try_from(most.saturating_sub(2000))
        .unwrap()
        .min(10_000);
    assert!(count >= 500, "this process may open only {most} files");
    let places = count.to_string();
    // No connection times out while all are opened, even on a busy machine.
    let patient = ["--max-connections", &places, "--caller-time-ms", "60000"];
    let (server, ops) = Serving::with_ops(&patient);
    let before = server.resident_kib();
    let silent: Vec<TcpStream> = (0..count).map(|_| connect(server.address)).collect();
    wait_for_count(ops, "m2m_connections_open", u64::try_from(count).unwrap());
    for _ in 0..20 {
        server.token("plain-id", SECRET, "").access_token();
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(
        grown < 4 * u64::try_from(count).unwrap(),
        "{grown} KiB for {count} silent connections"
    );
    assert!(counted(ops, "m2m_connections_closed_total{reason=\"displaced\"}") >= 1);
    assert_eq!(counted(ops, "m2m_connections_refused_total"), 0);
    println!("{count} silent connections, {grown} KiB");
    drop(silent);
}

#[test]
fn x17_slow_headers_are_answered_with_408() {
    let server = Serving::start(&["--caller-time-ms", "300"]);
    for begun in [
        "GET ",
        "GET / HTTP/1.1\r\nhost: h\r\nx-slow: ",
        "GET / HTTP/1.1\r\nhost: h\r\n",
    ] {
        let answer = Answer::parse(&rest(sent(server.address, begun.as_bytes())));
        answer.assert_refused(408, "invalid_request");
        assert_eq!(answer.header("connection"), Some("close"));
    }
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn x17_a_header_that_trickles_is_answered_with_408() {
    let server = Serving::start(&["--caller-time-ms", "400"]);
    let mut stream = sent(server.address, b"GET / HTTP/1.1\r\nhost: h\r\nx: ");
    let mut trickle = stream.try_clone().unwrap();
    let trickling = std::thread::spawn(move || {
        while trickle.write_all(b"a").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let mut bytes = [0; 12];
    stream.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"HTTP/1.1 408");
    drop(stream);
    trickling.join().unwrap();
}

#[test]
fn x17_a_slow_header_on_a_connection_that_was_used_is_answered_with_408_too() {
    let server = Serving::start(&["--caller-time-ms", "400"]);
    let mut stream = sent(server.address, REQUEST);
    assert_eq!(answer(&mut stream).status, 200);
    stream.write_all(b"GET / HT").unwrap();
    Answer::parse(&rest(stream)).assert_refused(408, "invalid_request");
    // The beginning arrived with the request before, so that no byte arrived after the answer.
    let stream = sent(server.address, &[REQUEST, b"GET / HT"].concat());
    let bytes = String::from_utf8(rest(stream)).unwrap();
    assert!(bytes.starts_with("HTTP/1.1 200") && bytes.contains("HTTP/1.1 408"));
}

#[test]
fn x17_connections_that_ask_nothing_are_closed_without_a_word() {
    let (server, ops) = Serving::with_ops(&["--caller-time-ms", "300"]);
    assert_eq!(rest(connect(server.address)), b"");
    let mut stream = sent(server.address, REQUEST);
    assert_eq!(answer(&mut stream).status, 200);
    assert_eq!(rest(stream), b"");
    wait_for_count(ops, "m2m_connections_closed_total{reason=\"idle\"}", 2);
}

#[test]
fn x17_a_slow_body_is_answered_with_408() {
    let server = Serving::start(&[]);
    let slow = slow_body(server.address);
    server.token("plain-id", SECRET, "").access_token();
    Answer::parse(&rest(slow)).assert_refused(408, "invalid_request");
}

#[test]
fn x17_a_caller_that_does_not_read_its_answers_loses_its_connection() {
    let (server, ops) = Serving::with_ops(&["--caller-time-ms", "300"]);
    let mut stream = connect(server.address);
    stream
        .set_write_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    // Until neither side can write more.
    let requests = REQUEST.repeat(100);
    while stream.write_all(&requests).is_ok() {}
    wait_for_count(
        ops,
        "m2m_connections_closed_total{reason=\"write-timeout\"}",
        1,
    );
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn x17_a_10_mb_body_is_413_and_its_answer_arrives() {
    let server = Serving::start(&[]);
    for framing in ["content-length: 10000000", "transfer-encoding: chunked"] {
        let mut stream = connect(server.address);
        let head = format!("POST /oauth2/token HTTP/1.1\r\nhost: h\r\n{framing}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let part = vec![b'a'; 10_000];
        for _ in 0..1000 {
            let written = if framing.starts_with("content-length") {
                stream.write_all(&part)
            } else {
                let chunk = [b"2710\r\n", &*part, b"\r\n"].concat();
                stream.write_all(&chunk)
            };
            written.unwrap();
        }
        Answer::parse(&rest(stream)).assert_refused(413, "invalid_request");
    }
    assert!(server.resident_kib() < 100_000);
}

#[test]
fn x17_10000_parameters_and_10000_scopes_are_refused() {
    let server = Serving::start(&[]);
    let parameters: String = (0..10_000).map(|index| format!("&p{index}=1")).collect();
    let answer = server.token("plain-id", SECRET, &parameters[..60_000]);
    answer.assert_refused(400, "invalid_request");
    server
        .token("plain-id", SECRET, &parameters)
        .assert_refused(413, "invalid_request");
    let scopes = "a+".repeat(10_000);
    let answer = server.token("plain-id", SECRET, &format!("&scope={scopes}a"));
    assert_eq!(answer.status, 400, "{answer:?}");
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn x17_silent_connections_are_displaced_whatever_their_number() {
    let (server, ops) = Serving::with_ops(&["--max-connections", "20"]);
    let silent: Vec<_> = (0..200).map(|_| connect(server.address)).collect();
    let used: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = sent(server.address, REQUEST);
            assert_eq!(answer(&mut stream).status, 200);
            stream
        })
        .collect();
    server.token("plain-id", SECRET, "").access_token();
    assert_eq!(counted(ops, "m2m_connections_refused_total"), 0);
    drop((silent, used));
}

#[test]
fn x17_when_all_are_busy_the_next_is_503_and_the_slow_give_way_after_a_second() {
    let (server, ops) = Serving::with_ops(&["--max-connections", "5"]);
    let slow: Vec<_> = (0..5).map(|_| slow_body(server.address)).collect();
    wait_for_count(ops, "m2m_requests_in_flight", 5);
    let refused = server.call("GET", "/", "");
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.member("error"), "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    let begun = Instant::now_for_tests();
    while server.call("GET", "/", "").status == 503 {
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "no connection gives way"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    server.token("plain-id", SECRET, "").access_token();
    let displaced: Vec<_> = slow.into_iter().map(rest).collect();
    assert!(
        displaced
            .iter()
            .any(|bytes| bytes.starts_with(b"HTTP/1.1 408"))
    );
}

#[test]
fn x17_requests_beyond_the_limit_are_503_until_the_slow_give_way() {
    let (server, ops) = Serving::with_ops(&["--max-requests", "5"]);
    let slow: Vec<_> = (0..5).map(|_| slow_body(server.address)).collect();
    wait_for_count(ops, "m2m_requests_in_flight", 5);
    let refused = server.token("plain-id", SECRET, "");
    refused.assert_refused(503, "temporarily_unavailable");
    // A browser gets the refusal as a page, unless it calls the token endpoint.
    let page = server.call("GET", "/errors", "accept: text/html\r\n");
    assert_eq!((page.status, page.header("retry-after")), (503, Some("5")));
    assert!(
        page.body.contains("href=\"/errors/overloaded\""),
        "{page:?}"
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    let begun = Instant::now_for_tests();
    while server.token("plain-id", SECRET, "").status == 503 {
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "no connection gives way"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(slow);
}

#[test]
fn a_caller_that_asks_before_sending_its_body_is_told_to_continue() {
    let server = Serving::start(&[]);
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: h\r\nconnection: close\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    let mut stream = sent(server.address, head.as_bytes());
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(form.as_bytes()).unwrap();
    Answer::parse(&rest(stream)).access_token();
}

#[test]
fn x17_the_slow_who_give_way_do_not_stay_to_see_their_answers() {
    let patient = ["--max-connections", "5", "--caller-time-ms", "60000"];
    let (server, ops) = Serving::with_ops(&patient);
    // These clients do not react to anything, and have a minute for each step.
    let slow: Vec<_> = (0..5)
        .map(|_| sent(server.address, b"GET / HTTP/1.1\r\n"))
        .collect();
    let begun = Instant::now_for_tests();
    while server.call("GET", "/", "").status == 503 {
        assert!(begun.elapsed() < PATIENCE, "no connection gives way");
        std::thread::sleep(Duration::from_millis(50));
    }
    wait_for_count(ops, "m2m_connections_closed_total{reason=\"displaced\"}", 1);
    // The others still have their minute.
    drop(server);
    let displaced = slow.into_iter().map(rest);
    assert!(
        displaced
            .into_iter()
            .any(|bytes| bytes.starts_with(b"HTTP/1.1 408"))
    );
}

#[test]
fn a_caller_that_closed_its_side_gets_its_answer() {
    let server = Serving::start(&[]);
    // Applications that have not been requested yet are looked up in the meantime.
    for number in 0..50 {
        let form = format!(
            "grant_type=client_credentials&client_id=nobody-{number}&client_secret={SECRET}"
        );
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len()
        );
        let stream = sent(server.address, request.as_bytes());
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = Answer::parse(&rest(stream));
        assert_eq!(answer.status, 401, "{answer:?}");
    }
}

#[test]
fn x17_an_unreadable_request_is_refused_with_the_cause_as_json() {
    let server = Serving::start(&[]);
    let (long, endless) = ("a".repeat(40_000), "a".repeat(200_000));
    let many: String = (0..200).map(|index| format!("x-{index}: 1\r\n")).collect();
    for (request, status) in [
        ("NOT HTTP\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\na b: c\r\n\r\n".to_owned(), 400),
        (
            format!(
                "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\r\na",
                u64::MAX
            ),
            413,
        ),
        ("\u{16}\u{3}\u{1}\u{2}".to_owned(), 400),
        (
            "GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n".to_owned(),
            400,
        ),
        ("GET / HTTP/1.1\r\nhost: a b\r\n\r\n".to_owned(), 400),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n".to_owned(),
            400,
        ),
        (
            format!("GET /{long} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
            414,
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {long}\r\n\r\n"),
            431,
        ),
        (format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n"), 431),
        (format!("GET /{endless}"), 414),
        (format!("GET / HTTP/1.1\r\nhost: a\r\nx: {endless}"), 431),
    ] {
        let answer = server.send(request.as_bytes());
        answer.assert_refused(status, "invalid_request");
    }
    // After a request that is answered.
    let two = [REQUEST, b"NOT HTTP\r\n\r\n"].concat();
    let bytes = String::from_utf8(rest(sent(server.address, &two))).unwrap();
    assert!(bytes.starts_with("HTTP/1.1 200") && bytes.contains("HTTP/1.1 400"));
    // The client disconnects in the middle.
    let stream = sent(server.address, b"GET / HTTP/1.1\r\nhost");
    stream.shutdown(Shutdown::Write).unwrap();
    Answer::parse(&rest(stream)).assert_refused(400, "invalid_request");
}

#[test]
fn x17_a_body_with_two_lengths_smuggles_no_request() {
    let server = Serving::start(&[]);
    let request = "POST /nothing HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n\
                   0\r\n\r\nGET /oauth2/token HTTP/1.1\r\nhost: h\r\n\r\n";
    let bytes = String::from_utf8(rest(sent(server.address, request.as_bytes()))).unwrap();
    assert_eq!(bytes.matches("HTTP/1.1 ").count(), 1, "{bytes}");
    assert!(bytes.contains("connection: close"), "{bytes}");
}

#[test]
fn requests_in_progress_are_answered_before_the_server_exits() {
    let (server, ops) = Serving::with_ops(&[]);
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    let (first, second) = form.split_at(30);
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{first}",
        form.len()
    );
    let mut slow = sent(server.address, head.as_bytes());
    let mut idle = sent(server.address, REQUEST);
    assert_eq!(answer(&mut idle).status, 200);
    wait_for_count(ops, "m2m_requests_in_flight", 1);
    server.signal("TERM");
    assert_eq!(rest(idle), b"", "who asks nothing is let go");
    let readiness = send_to(
        ops,
        b"GET /readyz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    );
    assert_eq!(readiness.status, 503);
    assert_eq!(readiness.json()["reasons"][0], "draining");
    assert!(TcpStream::connect(server.address).is_err());
    slow.write_all(second.as_bytes()).unwrap();
    let answer = Answer::parse(&rest(slow));
    answer.access_token();
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(server.wait().0.success());
}

#[test]
fn a_second_signal_stops_the_server_at_once_with_another_exit_code() {
    let (server, ops) = Serving::with_ops(&["--drain-seconds", "600"]);
    let slow = slow_body(server.address);
    wait_for_count(ops, "m2m_requests_in_flight", 1);
    server.signal("TERM");
    assert_eq!(rest_of_listener(server.address), ());
    server.signal("INT");
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(log.contains("stopped at once by a second signal"), "{log}");
    drop(slow);
}

/// Waits until no process accepts connections at this address.
fn rest_of_listener(address: SocketAddr) {
    let begun = Instant::now_for_tests();
    while TcpStream::connect(address).is_ok() {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(10));
    }
}
