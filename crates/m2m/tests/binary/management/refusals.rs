//! The failures of commands when a server refuses, or cannot be reached.

use m2m_api::operations::GetApplication;
use serde_json::json;

use crate::fake::{Fake, ok, refused, told};
use crate::management::samples::application;
use crate::support::{SECRET, m2m, text};

/// Asserts that `m2m application show` fails on this answer with these texts.
#[track_caller]
fn check(answer: crate::fake::Told, code: i32, expected: &[&str]) {
    let said =
        Fake::new([answer.clone(), answer]).bad(code, &["application", "show", "billing-job"]);
    for expected in expected {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_refusal_is_shown_with_the_reason_and_a_fix() {
    let challenge =
        "www-authenticate: Bearer error=\"insufficient_scope\", scope=\"read:applications\"\r\n";
    check(
        refused(403, challenge, "FORBIDDEN", "The token lacks a scope"),
        1,
        &[
            "error: The token lacks a scope\n",
            "answers 403 FORBIDDEN",
            "trace_id trace-1",
            "m2m application authorize manager --audience http://127.0.0.1:",
            "/api --scope read:applications",
        ],
    );
    check(
        refused(404, "", "NOT_FOUND", "There is no such application"),
        1,
        &[
            "error: There is no such application\n",
            "help: list those that exist: m2m application list",
        ],
    );
    check(
        refused(409, "", "CONFLICT", "It is the last one"),
        1,
        &["error: It is the last one\n", "m2m application list"],
    );
    check(
        refused(412, "", "STALE", "It was changed"),
        1,
        &["read it again"],
    );
    for (after, expected) in [
        ("retry-after: 7\r\n", "wait 7 seconds"),
        (
            "retry-after: Fri, 20 Nov 2026 00:00:00 GMT\r\n",
            "wait until Fri, 20 Nov 2026",
        ),
        ("", "try again later"),
    ] {
        check(refused(429, after, "SLOW", "Too many"), 1, &[expected]);
        check(refused(503, after, "AWAY", "Not now"), 1, &[expected]);
    }
}

#[test]
fn all_messages_are_printed_and_none_steers_the_terminal() {
    let body = json!({ "errors": [
        { "code": "ONE", "message": "first\u{1b}[2J" },
        { "code": "TWO", "message": "second" },
        { "code": "THREE" },
        "four",
    ], "trace_id": 12, "mistake": { "line": 3 } });
    check(
        told(400, "", &body.to_string()),
        1,
        &[
            "error: first\\u{1b}[2J\n",
            "why: second",
            "why: THREE",
            "why: four",
        ],
    );
}

#[test]
fn a_token_that_the_server_has_forgotten_is_renewed_once() {
    let unknown = refused(401, "", "UNAUTHORIZED", "The token is not known");
    let fake = Fake::new([
        unknown.clone(),
        ok::<GetApplication>(&json!({ "application": application() })),
    ]);
    fake.good(&["application", "show", "billing-job"]);
    assert_eq!(fake.lines().len(), 2);
    check(unknown, 1, &["error: The token is not known\n"]);
}

#[test]
fn another_api_is_not_a_reachable_management_api() {
    for answer in [
        told(404, "", "<html>not found</html>"),
        told(200, "", "<html>welcome</html>"),
        told(200, "", "[]"),
        told(502, "", ""),
        told(302, "location: https://elsewhere.example\r\n", ""),
        told(404, "", r#"{"error":"not_found"}"#),
    ] {
        check(
            answer,
            3,
            &["does not come from the management API of http://127.0.0.1:"],
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_not_reachable_and_what_is_missing_is_named() {
    let list = |environment: &[(&str, &str)]| {
        let output = m2m(&["application", "list"])
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        (output.status.code(), text(&output.stderr))
    };
    let all = [
        ("M2M_ISSUER", "http://127.0.0.1:1"),
        ("M2M_CLIENT_ID", "manager"),
        ("M2M_CLIENT_SECRET", SECRET),
    ];
    let (code, stderr) = list(&all);
    assert_eq!(code, Some(3), "{stderr}");
    for (number, (name, _)) in all.iter().enumerate() {
        let mut rest = all.to_vec();
        rest.remove(number);
        let (code, stderr) = list(&rest);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(name), "{name}: {stderr}");
    }
    let plain = [("M2M_ISSUER", "http://id.example"), all[1], all[2]];
    let (code, stderr) = list(&plain);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("--allow-plain-http"), "{stderr}");
}

#[test]
fn an_application_without_authorization_for_management_is_refused_with_the_command() {
    let server = crate::support::Serving::start(&[]);
    let output = m2m(&["application", "list", "--as", "plain-id"])
        .env("M2M_ISSUER", server.issuer())
        .env("M2M_CLIENT_SECRET", SECRET)
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("unauthorized_client"), "{stderr}");
    assert!(
        stderr.contains("m2m application authorize plain-id"),
        "{stderr}"
    );
}
