//! Diagnoses of refused requests, as operators look them up.

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
