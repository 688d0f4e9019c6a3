//! The management API over a connection: requests and answers without a body, bodies that are announced, and the paths beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, bearer};
use crate::support::Answer;

/// An operation of the OpenAPI document.
struct Operation {
    method: String,
    path: String,
    has_body: bool,
}

/// Returns the operations in the document of the server, with a plausible value for every name in a path.
fn operations(managed: &Managed) -> Vec<Operation> {
    let document = managed.server.call("GET", "/api/v1/openapi.json", "");
    assert_eq!(document.status, 200, "{document:?}");
    let document = document.json();
    let mut operations = Vec::new();
    for (form, methods) in document["paths"].as_object().unwrap() {
        let part = |part: &str| match part.strip_prefix('{') {
            Some(name) => format!("some-{}", name.trim_end_matches('}').replace('_', "-")),
            None => part.to_owned(),
        };
        let path = form.split('/').map(part).collect::<Vec<_>>().join("/");
        for (method, operation) in methods.as_object().unwrap() {
            operations.push(Operation {
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                has_body: operation["requestBody"].is_object(),
            });
        }
    }
    operations
}

#[test]
fn a_head_request_gets_what_get_would_without_the_body() {
    let managed = Managed::start(&[]);
    let get = managed.call("GET", "/api/v1/apis", &Value::Null);
    let head = managed.call("HEAD", "/api/v1/apis", &Value::Null);
    assert_eq!((head.status, &*head.body), (200, ""));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    // For paths without GET, the refusal has no body either.
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations(&managed) {
        let of_path = methods.entry(operation.path).or_default();
        of_path.insert(operation.method);
    }
    // An application can have the client id "stop", so that this is its path too.
    methods.remove("/api/v1/applications/stop");
    methods.retain(|_, methods| !methods.contains("GET"));
    assert!(methods.len() > 10, "{methods:?}");
    for (path, methods) in methods {
        let allow = methods.into_iter().collect::<Vec<_>>().join(", ");
        let head = managed.call("HEAD", &path, &Value::Null);
        assert_eq!((head.status, &*head.body), (405, ""), "{path}");
        assert_eq!(head.header("allow"), Some(&*allow), "{path}");
    }
}

#[test]
fn a_body_that_is_announced_as_too_much_is_refused_before_it_is_sent() {
    let managed = Managed::start(&[]);
    let mut checked = 0;
    for operation in operations(&managed) {
        if !operation.has_body {
            continue;
        }
        checked += 1;
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{}content-type: application/json\r\ncontent-length: 100000000\r\n\r\n",
            operation.method,
            operation.path,
            bearer(&managed.token),
        );
        let answer: Answer = managed.server.send(head.as_bytes());
        answer.refusal((413, "BODY_TOO_LARGE"));
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn g4_an_unknown_path_beside_the_management_api_is_answered_in_json() {
    let managed = Managed::start(&["--profile", "generic"]);
    for unknown in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/apis",
        "/API/v1/apis",
        "/api/v1/apis/%zz",
        "/api/v1/../v1/apis",
    ] {
        let answer = managed.call("GET", unknown, &Value::Null);
        assert_eq!(answer.status, 404, "{unknown} {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}
