//! The rows G6 and G15: a fault inside the server. The feature `fault-injection`, which no release has, causes it.

use m2m_errors::Cause;
use serde_json::Value;

use super::support::{Answers, ORDERS, Refused, Rows, run, token};
use crate::support::SECRET;

const UNEXPECTED: Refused = (
    500,
    "server_error",
    "The server encountered an unexpected condition. Try again later, and report the trace_id if the error persists",
);

/// Starts two servers in which this fault is for the application `billing-job`.
fn with_fault(option: &str) -> Rows {
    let rows = Rows::with("generic", &[option, "billing-job"]);
    // The fault is for one application only.
    for answer in rows.send(&token("orders-job", "")).each() {
        answer.access_token();
    }
    rows
}

/// Sends the request that meets the fault. Its caller learns nothing about it.
fn refused(rows: &Rows) -> Answers<'_> {
    let refused = rows.send(&token("billing-job", &format!("&audience={ORDERS}")));
    refused.are_refused([UNEXPECTED; 2]);
    refused
}

/// Asserts that the log names this cause for the trace id of each of the answers, and not the secret.
fn assert_logged(rows: &Rows, answers: &Answers<'_>, cause: Cause) {
    for (managed, trace_id) in rows.servers().iter().zip(answers.trace_ids()) {
        let line = managed.server.wait_for_log(&trace_id);
        assert!(!line.contains(SECRET), "{line}");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["event"], "refused", "{line}");
        assert_eq!(line["cause"], cause.id(), "{line}");
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release has no faults to ask for")]
fn g6_a_panic_is_hidden_from_the_caller_and_in_the_log() {
    let rows = with_fault("--fault-panic");
    let refused = refused(&rows);
    for managed in rows.servers() {
        let line = managed.server.wait_for_log("\"panicked\"");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["message"], "a fault that a test asked for", "{line}");
        assert!(
            line["place"].as_str().unwrap().contains("fault.rs:"),
            "{line}"
        );
    }
    assert_logged(&rows, &refused, Cause::InternalError);
    refused.are_diagnosed("internal-error", &[], "general");
    // The next request is served as before.
    for answer in rows.send(&token("orders-job", "")).each() {
        answer.access_token();
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release has no faults to ask for")]
fn g15_a_token_that_cannot_be_signed_is_a_server_error() {
    let rows = with_fault("--fault-signing");
    let refused = refused(&rows);
    assert_logged(&rows, &refused, Cause::SigningFailed);
    refused.are_diagnosed("signing-failed", &[], "general");
    for managed in rows.servers() {
        let shown = run(
            managed,
            &["events", "--refusals", "--client-id", "billing-job"],
        );
        assert!(shown.contains("signing-failed"), "{shown}");
    }
}
