//! The token endpoint.

use oauth_proto::BasicCredentials;

use crate::support::{SECRET, Serving};

#[test]
fn a1_both_client_ids_get_tokens_by_header_and_by_body_at_every_alias() {
    let server = Serving::start(&[]);
    for client_id in ["plain-id", "my.trusted.app/service"] {
        let basic = format!(
            "authorization: {}\r\n",
            BasicCredentials::write(client_id, SECRET)
        );
        for path in ["/oauth2/token", "/connect/token", "/id/connect/token"] {
            let by_header = server.post(path, &basic, "grant_type=client_credentials");
            let by_body = server.token(client_id, SECRET, "");
            for answer in [by_header, by_body] {
                assert_eq!(answer.access_token().matches('.').count(), 2);
                assert_eq!(answer.json()["token_type"], "Bearer");
                assert_eq!(answer.json()["expires_in"], 3600);
                assert_eq!(answer.header("cache-control"), Some("no-store"));
                assert_eq!(answer.header("pragma"), Some("no-cache"));
            }
        }
    }
}

#[test]
fn a6_g5_other_methods_learn_which_one_is_accepted() {
    let server = Serving::start(&[]);
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = server.call(method, "/oauth2/token", "");
        answer.assert_refused(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let answer = server.call("POST", "/.well-known/jwks.json", "content-length: 0\r\n");
    answer.assert_refused(405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    assert_eq!(
        answer.member("error_description"),
        "This path does not support the method. It supports GET and HEAD"
    );
}

#[test]
fn x20_the_request_id_of_the_caller_is_echoed_and_the_trace_id_is_ours() {
    let server = Serving::start(&[]);
    let ask =
        |headers: &str| server.post("/oauth2/token", headers, "grant_type=client_credentials");
    let named = ask("x-request-id: 00000000000000000000000000000001\r\n");
    assert_eq!(
        named.header("x-request-id"),
        Some("00000000000000000000000000000001")
    );
    assert_ne!(named.json()["trace_id"], "00000000000000000000000000000001");
    let traced = ask("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");
    assert!(
        traced
            .header("x-request-id")
            .unwrap()
            .contains("4bf92f3577b34da6a3ce929d0e0e4736")
    );
    assert_eq!(ask("x-request-id: a b\r\n").header("x-request-id"), None);
    assert_eq!(
        ask("x-request-id: a\r\nx-request-id: b\r\n").header("x-request-id"),
        None
    );
    let log = server.stop().1;
    assert!(
        log.contains(r#""request_id":"00000000000000000000000000000001""#),
        "{log}"
    );
}

#[test]
fn x7_credentials_in_the_url_are_refused_and_in_no_log() {
    let server = Serving::start(&[]);
    let target = format!("/oauth2/token?client_id=plain-id&client_secret={SECRET}");
    server
        .post(&target, "", "grant_type=client_credentials")
        .assert_refused(400, "invalid_request");
    server
        .call("GET", &target, "")
        .assert_refused(405, "invalid_request");
    server
        .call("GET", &format!("/nothing?client_secret={SECRET}"), "")
        .assert_refused(404, "not_found");
    let log = server.stop().1;
    assert!(log.contains("credentials-in-url"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}

#[test]
fn x9_the_log_has_cause_and_evidence_and_no_secret_and_no_token() {
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let with_newline = server.token("plain-id", &format!("{SECRET}%0A"), "");
    with_newline.assert_refused(401, "invalid_client");
    server
        .token(SECRET, "plain-id", "")
        .assert_refused(401, "invalid_client");
    server
        .token("plain-id", SECRET, "&scope=read:order")
        .assert_refused(400, "invalid_scope");
    // Diagnoses that are not finished when the server ends are dropped.
    for _ in 0..3 {
        server.wait_for_log("diagnosed");
    }
    let (_, log) = server.stop();
    for secret in [SECRET, token.as_str(), token.rsplit('.').next().unwrap()] {
        assert!(!log.contains(secret), "{log}");
    }
    let trace_id = with_newline.json()["trace_id"].as_str().unwrap().to_owned();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |event: &str| {
        lines
            .iter()
            .find(|line| line["event"] == event && line["trace_id"] == *trace_id)
            .unwrap()
    };
    assert_eq!(of("refused")["cause"], "secret-wrong");
    assert_eq!(of("refused")["client_id"], "plain-id");
    assert_eq!(of("refused")["address"], "127.0.0.1");
    assert!(
        of("diagnosed")["evidence"][0]
            .as_str()
            .unwrap()
            .contains("a line break at the end")
    );
    assert!(log.contains("the client id and the secret are swapped"));
    assert!(log.contains("the most similar scope is \\\"read:orders\\\""));
}

#[test]
fn a_quota_that_is_used_up_is_429_with_the_time_to_wait() {
    let server = Serving::start(&[]);
    server.token("frugal", SECRET, "").access_token();
    server
        .token("frugal", SECRET, "&scope=write:orders")
        .assert_refused(400, "invalid_scope");
    server.token("frugal", SECRET, "").access_token();
    let answer = server.token("frugal", SECRET, "");
    assert_eq!(answer.status, 429, "{answer:?}");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds));
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Serving::start(&[]);
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    let request = |more: &str| {
        format!(
            "POST /oauth2/token HTTP/1.1\r\nhost: h\r\n{more}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len(),
        )
    };
    let pipelined = format!(
        "{}{}{}",
        request(""),
        request(""),
        request("connection: close\r\n")
    );
    let answers = server.send(pipelined.as_bytes());
    assert_eq!(answers.status, 200);
    assert_eq!(answers.body.matches("HTTP/1.1 200 OK").count(), 2);
}

#[test]
fn a5_x19_guesses_are_slowed_and_the_right_secret_is_still_accepted() {
    let server = Serving::start(&[]);
    let guess = || server.token("plain-id", "a-wrong-secret", "");
    let slowed = (0..1_000).map(|_| guess()).find(|a| a.status != 401);
    let slowed = slowed.expect("a limit on failures");
    assert_eq!(slowed.status, 429, "{slowed:?}");
    assert!(slowed.header("retry-after").is_some(), "{slowed:?}");
    let answer = server.token("plain-id", SECRET, "");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(server.token("frugal", "a-wrong-secret", "").status, 401);
}
