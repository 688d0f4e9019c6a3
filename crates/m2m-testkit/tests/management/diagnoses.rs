//! Diagnoses of refused requests, as operators look them up.

use m2m_authority::registry::time_text;
use serde_json::{Value, json};

use crate::managed::log::Logged;
use crate::server::ManagementCalls as _;
use crate::server::Server;

#[test]
fn g3_the_cause_of_a_refused_management_request_is_found_by_its_trace_id() {
    let server = Server::start();
    let management = format!("{}/api", server.issuer());
    let reader = server.application(&json!({}));
    server.authorize(&management, &reader.id, &["read:apis"]);
    let token = server.management_token(&reader.client_id, &reader.secret);
    let refused = server.call_as(&token, "GET", "/api/v1/applications", &Value::Null);
    assert_eq!(refused.status, 403, "{refused:?}");
    let trace_id = refused.member("trace_id");
    let logged = server.log().entries().pop();
    let Some(Logged::Operation(of, logged)) = logged else {
        panic!("{logged:?}")
    };
    assert_eq!(of.to_string(), trace_id);
    assert_eq!(
        (logged.cause.id(), logged.client_id.as_deref()),
        ("scope-insufficient", Some(&*reader.client_id))
    );
    let shown = server.get(&format!("/api/v1/diagnoses/{trace_id}"));
    assert_eq!(shown["diagnosis"]["cause"], "scope-insufficient");
    assert_eq!(shown["diagnosis"]["client_id"], *reader.client_id);
    assert_eq!(shown["diagnosis"]["address"], "127.0.0.1");
    assert!(!shown["diagnosis"]["fixes"].as_array().unwrap().is_empty());
    let listed = server.get(&format!(
        "/api/v1/diagnoses?client_id={}&cause=scope-insufficient",
        reader.client_id
    ));
    assert_eq!(listed["diagnoses"][0]["trace_id"], *trace_id);
    let none = server.get(&format!(
        "/api/v1/diagnoses?client_id={}&cause=secret-wrong",
        reader.client_id
    ));
    assert_eq!(none["diagnoses"].as_array().unwrap().len(), 0);
}

/// Returns the trace ids of the refused requests that a query finds.
#[track_caller]
fn found(server: &Server, query: &str) -> Vec<String> {
    let listed = server.get(&format!("/api/v1/diagnoses?{query}"));
    let diagnoses = listed["diagnoses"].as_array().unwrap().iter();
    let trace_ids = diagnoses.map(|diagnosis| diagnosis["trace_id"].as_str().unwrap().to_owned());
    trace_ids.collect()
}

#[test]
fn x20_an_id_that_several_callers_chose_finds_the_requests_of_each() {
    let server = Server::start();
    let [one, two] = ["one", "two"].map(|client_id| {
        server.application(&json!({ "client_id": client_id }));
        let form =
            format!("grant_type=client_credentials&client_id={client_id}&client_secret=wrong");
        let refused = server.post("x-request-id: order/7=a+b@c\r\n", &form);
        refused.member("trace_id")
    });
    let without = server.ask_with("one", "wrong", "").member("trace_id");
    assert_eq!(
        found(&server, "request_id=order/7%3Da%2Bb%40c"),
        [&*two, &*one]
    );
    assert_eq!(
        found(&server, "request_id=order/7%3Da%2Bb%40c&client_id=one"),
        [&*one]
    );
    assert_eq!(found(&server, "request_id=order/7"), [""; 0]);
    // An id that a caller chose is not a trace id, even if it is one of another request.
    let named = format!("x-request-id: {one}\r\n");
    let path = "/api/v1/nothing";
    let last = server.call_with("GET", path, &named, &Value::Null);
    let last = last.member("trace_id");
    assert_eq!(found(&server, &format!("request_id={one}")), [&*last]);
    let shown = server.get(&format!("/api/v1/diagnoses/{one}"));
    assert_eq!(shown["diagnosis"]["client_id"], "one");
    assert_eq!(found(&server, "client_id=one"), [&*without, &*one]);
}

#[test]
fn x24_a_refused_operation_is_found_by_request_id_address_cause_and_time() {
    let server = Server::start();
    let at = |server: &Server| time_text(server.now()).replace(':', "%3A");
    let refuse = |id: &str| {
        server.advance(60);
        let headers = format!("x-request-id: {id}\r\n");
        let answer = server.call_with("GET", "/api/v1/apis/x", &headers, &Value::Null);
        (answer.member("trace_id"), at(&server))
    };
    let (first, first_at) = refuse("req-1");
    let (second, second_at) = refuse("req-2");
    let (third, _) = refuse("req-3");
    for (query, expected) in [
        ("request_id=req-2".to_owned(), vec![&*second]),
        (
            "address=127.0.0.1".to_owned(),
            vec![&third, &second, &first],
        ),
        (
            "address=%3A%3Affff%3A127.0.0.1&page_size=1".to_owned(),
            vec![&third],
        ),
        ("address=127.0.0.2".to_owned(), vec![]),
        (
            "cause=api-not-found&request_id=req-1".to_owned(),
            vec![&first],
        ),
        ("cause=secret-wrong&request_id=req-1".to_owned(), vec![]),
        (format!("until={second_at}"), vec![&second, &first]),
        (format!("since={second_at}"), vec![&third, &second]),
        (format!("since={first_at}&until={first_at}"), vec![&first]),
        (format!("until={first_at}&request_id=req-2"), vec![]),
    ] {
        assert_eq!(found(&server, &query), expected, "{query}");
    }
}

#[test]
fn a_filter_that_no_request_can_match_is_refused_with_what_is_accepted() {
    let server = Server::start();
    let secret = m2m_authority::registry::generate_secret(&[7; 32]);
    for (query, expected) in [
        (
            "request_id=a%20b",
            "request_id: is not a request id: 1 to 128",
        ),
        (&*format!("request_id={}", *secret), "and not a secret"),
        (
            "address=10.0.0.0/8",
            "address: is not an IP address such as 192.0.2.7",
        ),
        (
            "address=localhost",
            "address: is not an IP address such as 192.0.2.7",
        ),
        (
            "until=yesterday",
            "until: is not a time such as 2026-11-20T00:00:00Z",
        ),
    ] {
        let path = format!("/api/v1/diagnoses?{query}");
        let message = server.refused((400, "FIELD_INVALID"), "GET", &path, &Value::Null);
        assert!(message.contains(expected), "{query}: {message}");
        assert!(!message.contains(&*secret), "{message}");
    }
}
