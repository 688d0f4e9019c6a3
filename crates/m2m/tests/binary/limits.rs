//! The limits for a stranger that sends too much.

use crate::connections::counted;
use crate::support::{SECRET, Serving};

#[test]
fn a_body_beyond_the_limit_is_413_and_others_are_served() {
    let server = Serving::start(&[]);
    for bytes in [65_537, 200_000, 1_000_000] {
        let answer = server.post("/oauth2/token", "", &"a".repeat(bytes));
        answer.assert_refused(413, "invalid_request");
    }
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn a_body_that_is_announced_as_huge_is_refused_before_it_is_sent() {
    let server = Serving::start(&[]);
    let head = "POST /oauth2/token HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 10000000000\r\n\r\n";
    server
        .send(head.as_bytes())
        .assert_refused(413, "invalid_request");
}

#[test]
fn a_body_in_pieces_is_put_together() {
    let server = Serving::start(&[]);
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    let mut request = "POST /oauth2/token HTTP/1.1\r\nhost: h\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
                       content-type: application/x-www-form-urlencoded\r\n\r\n"
        .to_owned();
    for piece in form.as_bytes().chunks(7) {
        request.push_str(&format!(
            "{:x}\r\n{}\r\n",
            piece.len(),
            core::str::from_utf8(piece).unwrap()
        ));
    }
    request.push_str("0\r\n\r\n");
    server.send(request.as_bytes()).access_token();
}

#[test]
fn a_target_beyond_the_limit_is_414_and_a_header_beyond_it_is_431() {
    let server = Serving::start(&[]);
    let long = "a".repeat(9000);
    server
        .call("GET", &format!("/{long}"), "")
        .assert_refused(414, "invalid_request");
    let headers = format!("x-a: {long}\r\nx-b: {long}\r\n");
    server
        .call("GET", "/", &headers)
        .assert_refused(431, "invalid_request");
    assert_eq!(
        server
            .call("GET", "/", &format!("x-a: {}\r\n", "a".repeat(100_000)))
            .status,
        431
    );
}

#[test]
fn bytes_that_are_not_http_get_400() {
    let server = Serving::start(&[]);
    for bytes in [
        "NOT HTTP\r\n\r\n",
        "GET /\u{1} HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\na b: c\r\n\r\n",
    ] {
        assert_eq!(server.send(bytes.as_bytes()).status, 400, "{bytes:?}");
    }
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn x19_a5_failures_become_429_and_the_right_secret_is_served_all_the_while() {
    let (server, ops) = Serving::with_ops(&[]);
    let fail = |client_id: &str| server.token(client_id, "wrong-secret-0123456789-0123456789", "");
    let mut statuses: Vec<u16> = (0..40).map(|_| fail("plain-id").status).collect();
    statuses.dedup();
    assert_eq!(statuses.first(), Some(&401));
    assert!(statuses.contains(&429), "{statuses:?}");
    // Several at once, since every few seconds one failure is answered as it is.
    let throttled = (0..5)
        .map(|_| fail("plain-id"))
        .find(|answer| answer.status == 429)
        .unwrap();
    throttled.assert_refused(429, "temporarily_unavailable");
    let wait: u32 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    server.token("plain-id", SECRET, "").access_token();
    fail("frugal").assert_refused(401, "invalid_client");
    // An unknown client id is throttled like a known one.
    let unknown: Vec<u16> = (0..40).map(|_| fail("unknown").status).collect();
    assert!(
        unknown.contains(&401) && unknown.contains(&429),
        "{unknown:?}"
    );
    assert!(counted(ops, "m2m_authentications_throttled_total") > 10);
}
