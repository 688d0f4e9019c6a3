//! Requests that are not HTTP, or that can be read in more than one way: the log names the problem and its fix.

use serde_json::Value;

use crate::support::{Answer, Serving, send_to};

/// Sends bytes that are refused as malformed, and returns the answer and the diagnosis of its trace id in the log.
#[track_caller]
fn refused(server: &Serving, request: &str) -> (Answer, Value) {
    let answer = send_to(server.address, request.as_bytes());
    answer.assert_refused(400, "invalid_request");
    let trace_id = answer.member("trace_id");
    let line = server.wait_for_log(&trace_id);
    assert!(line.contains("\"http-malformed\""), "{line}");
    let line = server.wait_for_log(&trace_id);
    (answer, serde_json::from_str(&line).unwrap())
}

#[test]
fn f7e_the_log_names_what_is_wrong_with_a_malformed_request_and_the_fix() {
    let server = Serving::start(&[]);
    let folded = "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nAuthorization: Basic c2VjcmV0LW9m\r\n LXNvbWVvbmU=\r\n\
                  Content-Length: 0\r\n\r\n";
    for (request, evidence, fix) in [
        (folded, "folded over several lines", "base64 -w0"),
        (
            "GET / HTTP/1.1\r\nconnection: close\r\n\r\n",
            "no Host header",
            "send a Host header",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "several Host headers",
            "send one Host header",
        ),
        (
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "whitespace between the name",
            "remove the whitespace",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\rb: c\r\n\r\n",
            "carriage return without a line feed",
            "CR LF",
        ),
        (
            "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
            "target in the request line",
            "%20",
        ),
        (
            "GET /\r\nHost: a\r\n\r\n",
            "does not end in HTTP/1.1",
            "send HTTP/1.1",
        ),
        (
            "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
            "Content-Length is not a number",
            "send one Content-Length",
        ),
        (
            "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            "Transfer-Encoding is not",
            "Content-Length",
        ),
        (
            "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "a chunk of the body",
            "Content-Length",
        ),
        (
            "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
            "PROXY protocol",
            "--proxy-protocol",
        ),
    ] {
        let (answer, diagnosis) = refused(&server, request);
        let observed = diagnosis["evidence"][0].as_str().unwrap();
        assert!(observed.contains(evidence), "{request:?}: {diagnosis}");
        let fixes = diagnosis["fixes"].as_array().unwrap();
        let text = fixes[0]["text"].as_str().unwrap();
        assert!(text.contains(fix), "{request:?}: {diagnosis}");
        assert_eq!(fixes.len(), 1, "{diagnosis}");
        // RFC 9112, section 5.2: the answer explains that folding is not accepted.
        let description = answer.member("error_description");
        assert!(description.contains("without folding"), "{description}");
    }
    let (_, log) = server.stop();
    assert!(
        !log.contains("c2VjcmV0") && !log.contains("LXNvbW"),
        "{log}"
    );
}

#[test]
fn f7e_the_log_names_what_a_proxy_sends_instead_of_an_address() {
    let server = Serving::start(&[
        "--trusted-proxies",
        "127.0.0.1",
        "--address-header",
        "x-forwarded-for",
    ]);
    let request =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: unknown\r\n\r\n";
    let (_, diagnosis) = refused(&server, request);
    let observed = diagnosis["evidence"][0].as_str().unwrap();
    assert!(observed.contains("other than IP addresses"), "{diagnosis}");
    assert_eq!(diagnosis["fixes"][0]["kind"], "correct_http");
    let text = diagnosis["fixes"][0]["text"].as_str().unwrap();
    assert!(text.contains("configure the proxy"), "{diagnosis}");
}
