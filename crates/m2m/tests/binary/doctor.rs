//! `m2m doctor` against a running server. The faults of servers are tested in the crate of the command.

use serde_json::Value;

use crate::support::{SECRET, Serving, m2m, text};

const API: &str = "https://orders.example/api";

/// Runs `m2m doctor` as the application `plain-id`, and returns the exit code and the document.
fn examined(server: &Serving, secret: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = m2m(&[&["doctor", "--output", "json"], arguments].concat())
        .env("M2M_ISSUER", server.issuer())
        .env("M2M_CLIENT_ID", "plain-id")
        .env("M2M_CLIENT_SECRET", secret)
        .output()
        .unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(
        !format!("{stdout}{stderr}").contains(secret),
        "{stdout}{stderr}"
    );
    (output.status.code(), serde_json::from_str(&stdout).unwrap())
}

/// Returns the names of the steps with this result.
fn steps<'d>(document: &'d Value, result: &str) -> Vec<&'d str> {
    let steps = document["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["result"] == result)
        .map(|step| step["step"].as_str().unwrap())
        .collect()
}

#[test]
fn a_working_server_and_application_pass_each_step() {
    let server = Serving::start(&[]);
    let (code, document) = examined(&server, SECRET, &["--audience", API]);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(steps(&document, "passed").len(), 11, "{document:#}");
    assert_eq!(document["result"], "passed");
}

#[test]
fn k33_a_fault_is_named_with_its_cause_and_what_to_do() {
    let server = Serving::start(&[]);
    let (code, document) = examined(&server, "wrong", &[]);
    assert_eq!(
        (code, steps(&document, "failed")),
        (Some(1), vec!["token_request"])
    );
    let found = document["steps"][3].to_string();
    assert!(
        found.contains("invalid_client") && found.contains("m2m diagnose "),
        "{found}"
    );
    let (code, document) = examined(&server, SECRET, &["--organization", "org_acme"]);
    assert_eq!(
        (code, steps(&document, "failed")),
        (Some(1), vec!["organization"])
    );
    let problem = &document["steps"][9]["problems"][0];
    assert_eq!(problem["cause"], "organization-missing");
}

#[test]
fn without_json_each_step_is_printed_for_people() {
    let server = Serving::start(&[]);
    let output = m2m(&["doctor", "--issuer", &server.issuer()])
        .output()
        .unwrap();
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    for line in [
        "discovery: passed\n  tried  GET http://",
        "token request: not tried, because no client id and secret are given",
        "clock: passed",
    ] {
        assert!(stdout.contains(line), "{line}: {stdout}");
    }
}
