//! The address of a caller behind a proxy: the one that the configured proxies report, and no other.

use crate::support::{Answer, SECRET, Serving, send_to};

/// Sends a request that is refused, so that the log contains the address.
fn ask(server: &Serving, before: &[u8], headers: &str) -> Answer {
    let head = format!("GET /nothing HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{headers}\r\n");
    send_to(server.address, &[before, head.as_bytes()].concat())
}

#[track_caller]
fn assert_seen_as(server: &Serving, before: &[u8], headers: &str, address: &str) {
    let trace_id = ask(server, before, headers).member("trace_id");
    let line = server.wait_for_log(&trace_id);
    assert!(
        line.contains(&format!("\"address\":\"{address}\"")),
        "{line}"
    );
}

const TRUSTED: [&str; 2] = ["--trusted-proxies", "127.0.0.1"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&TRUSTED, more].concat()
}

#[test]
fn x16_a_strangers_headers_change_nothing() {
    let elsewhere = ["--trusted-proxies", "10.0.0.0/8"];
    let header = ["--address-header", "x-forwarded-for"];
    for arguments in [Vec::new(), [elsewhere, header].concat()] {
        let server = Serving::start(&arguments);
        let headers =
            "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.8\r\nX-Real-IP: 192.0.2.9\r\n";
        assert_seen_as(&server, b"", headers, "127.0.0.1");
        let repeated = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: nonsense\r\n";
        assert_seen_as(&server, b"", repeated, "127.0.0.1");
    }
}

#[test]
fn x16_the_configured_header_of_a_configured_proxy_counts() {
    let server = Serving::start(&with(&["--address-header", "x-forwarded-for"]));
    assert_seen_as(
        &server,
        b"",
        "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n",
        "192.0.2.7",
    );
    assert_seen_as(&server, b"", "Forwarded: for=192.0.2.8\r\n", "127.0.0.1");
    let server = Serving::start(&with(&["--address-header", "forwarded"]));
    let both =
        "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=\"[2001:db8::7]:4711\";proto=https\r\n";
    assert_seen_as(&server, b"", both, "2001:db8::7");
}

#[test]
fn f5_x16_the_lines_of_a_header_are_one_list() {
    let server = Serving::start(&with(&["--address-header", "x-forwarded-for"]));
    // As HAProxy sends them with `option forwardfor`.
    let lines = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: 203.0.113.5\r\n";
    assert_seen_as(&server, b"", lines, "203.0.113.5");
    let lines = "X-Forwarded-For: nonsense\r\nX-Forwarded-For: 203.0.113.5\r\n";
    assert_seen_as(&server, b"", lines, "203.0.113.5");
    let server = Serving::start(&with(&["--address-header", "forwarded"]));
    let lines = "Forwarded: for=198.51.100.7\r\nForwarded: for=203.0.113.5;proto=https\r\n";
    assert_seen_as(&server, b"", lines, "203.0.113.5");
}

#[test]
fn x16_a_malformed_header_of_a_configured_proxy_is_refused() {
    let server = Serving::start(&with(&["--address-header", "x-forwarded-for"]));
    for headers in [
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: unknown\r\n",
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For:\r\n",
        "X-Forwarded-For: nonsense\r\n",
        "X-Forwarded-For:\r\n",
    ] {
        ask(&server, b"", headers).assert_refused(400, "invalid_request");
    }
}

#[test]
fn x16_the_proxy_protocol_names_the_caller() {
    let server = Serving::start(&with(&["--proxy-protocol"]));
    assert_seen_as(
        &server,
        b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
        "",
        "192.0.2.7",
    );
    assert_seen_as(&server, b"PROXY UNKNOWN\r\n", "", "127.0.0.1");
    let binary =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x08\xc6\x33\x64\x01\xdc\x04\x01\xbb";
    assert_seen_as(&server, binary, "", "192.0.2.8");
    // The proxy checks that the server is up.
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    assert_seen_as(&server, local, "", "127.0.0.1");
}

#[test]
fn x16_a_configured_proxy_that_does_not_say_is_refused() {
    let server = Serving::start(&with(&["--proxy-protocol", "--caller-time-ms", "400"]));
    ask(&server, b"", "").assert_refused(400, "invalid_request");
    ask(&server, b"PROXY TCP4 nonsense\r\n", "").assert_refused(400, "invalid_request");
    // The server does not wait forever for a header that never comes.
    let silent = std::panic::catch_unwind(|| send_to(server.address, b"PROXY TCP4 192.0.2.7"));
    assert!(
        silent.is_err(),
        "the connection is closed without an answer"
    );
}

#[test]
fn x16_a_stranger_cannot_speak_the_proxy_protocol() {
    let server = Serving::start(&["--trusted-proxies", "10.0.0.0/8", "--proxy-protocol"]);
    assert_seen_as(&server, b"", "", "127.0.0.1");
    ask(&server, b"PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n", "")
        .assert_refused(400, "invalid_request");
}

#[test]
fn a45_certificate_headers_that_come_from_outside_have_no_effect() {
    let headers = "X-Client-Cert: MIIB\r\nX-SSL-Client-Verify: SUCCESS\r\nX-SSL-Client-S-DN: CN=plain-id\r\n\
                   Client-Cert: :MIIB:\r\nClient-Cert-Chain: :MIIB:\r\nX-Forwarded-Client-Cert: Hash=00\r\n";
    for arguments in [Vec::new(), with(&["--address-header", "x-forwarded-for"])] {
        let server = Serving::start(&arguments);
        let ask = |headers: &str, secret: &str| {
            let form = format!("grant_type=client_credentials&client_id=plain-id{secret}");
            server.post("/oauth2/token", headers, &form)
        };
        for secret in ["", "&client_secret=wrong"] {
            let (with, without) = (ask(headers, secret), ask("", secret));
            assert_eq!(with.status, without.status);
            assert_eq!(with.member("error"), without.member("error"));
            assert_eq!(
                with.member("error_description"),
                without.member("error_description")
            );
        }
        ask(headers, &format!("&client_secret={SECRET}")).access_token();
    }
}
