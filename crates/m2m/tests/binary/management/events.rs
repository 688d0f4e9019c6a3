//! `m2m events` and `m2m check`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use m2m_api::operations::{CheckApplication, ListDiagnoses, ListEvents};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok};
use crate::management::samples::{diagnosis, event, with};
use crate::support::text;

fn refusals(numbers: &[(u64, &str)], next: Value) -> Told {
    let diagnoses = numbers.iter().map(|(number, time)| {
        let members = json!({ "number": number, "time": time, "trace_id": format!("t{number}") });
        with(diagnosis(), members)
    });
    ok::<ListDiagnoses>(&json!({ "diagnoses": diagnoses.collect::<Value>(), "next": next }))
}

fn audit(numbers: &[(u64, &str)]) -> Told {
    let events = numbers.iter();
    let events =
        events.map(|(number, time)| with(event(), json!({ "number": number, "time": time })));
    ok::<ListEvents>(&json!({ "events": events.collect::<Value>(), "next": null }))
}

#[test]
fn refusals_and_changes_are_merged_by_time() {
    let answers = || {
        [
            refusals(&[(8, "2026-11-20T10:00:04Z")], json!(8)),
            refusals(&[(7, "2026-11-20T10:00:01Z")], Value::Null),
            audit(&[(3, "2026-11-20T10:00:03Z"), (2, "2026-11-20T10:00:02Z")]),
        ]
    };
    let fake = Fake::new(answers());
    let shown = fake.good(&[
        "events",
        "-n",
        "3",
        "--client-id",
        "billing-job",
        "--since",
        "2026-11-20T00:00:00Z",
    ]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        [
            "2026-11-20T10:00:02Z  updated  application \"billing-job\"  by manager",
            "2026-11-20T10:00:03Z  updated  application \"billing-job\"  by manager",
            "2026-11-20T10:00:04Z  refused  secret-wrong  client billing-job  from 192.0.2.7  trace_id t8",
        ]
    );
    let since = "since=2026-11-20T00%3A00%3A00Z";
    assert_eq!(
        fake.lines(),
        [
            format!("GET /api/v1/diagnoses?client_id=billing-job&page_size=3&{since}"),
            format!("GET /api/v1/diagnoses?before=8&client_id=billing-job&page_size=2&{since}"),
            format!("GET /api/v1/events?name=billing-job&page_size=3&{since}&subject=application"),
        ]
    );

    let json = Fake::new(answers()).good(&["events", "--output", "json"]);
    let types: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone())
        .collect();
    assert_eq!(types, ["refusal", "audit", "audit", "refusal"]);

    let one = Fake::new([audit(&[])]);
    let shown = one.good(&["events", "tail", "--audit"]);
    assert_eq!(shown, "no matching entries\n");
    assert_eq!(one.lines(), ["GET /api/v1/events?page_size=50"]);
    let one = Fake::new([refusals(&[], Value::Null)]);
    one.good(&["events", "--refusals"]);
    assert_eq!(one.lines(), ["GET /api/v1/diagnoses?page_size=50"]);
}

#[test]
fn filters_that_changes_do_not_have_select_refusals_only() {
    let fake = Fake::new([refusals(&[], Value::Null), refusals(&[], Value::Null)]);
    let shown = fake.good(&[
        "events",
        "--cause",
        "secret-wrong",
        "--address",
        "2001:db8::1",
        "--request-id",
        "order/7",
        "--until",
        "2026-11-20T00:00:00Z",
    ]);
    assert_eq!(shown, "no matching entries\n");
    fake.good(&["events", "tail", "--address", "192.0.2.7"]);
    assert_eq!(
        fake.lines(),
        [
            "GET /api/v1/diagnoses?address=2001%3Adb8%3A%3A1&cause=secret-wrong&page_size=50&request_id=order%2F7\
             &until=2026-11-20T00%3A00%3A00Z",
            "GET /api/v1/diagnoses?address=192.0.2.7&page_size=50",
        ]
    );
    let time = Fake::new([refusals(&[], Value::Null), audit(&[])]);
    time.good(&["events", "--until", "2026-11-20T00:00:00Z"]);
    let until = "page_size=50&until=2026-11-20T00%3A00%3A00Z";
    let [refusals, events] = &*time.lines() else {
        panic!("{:?}", time.lines());
    };
    assert_eq!(*refusals, format!("GET /api/v1/diagnoses?{until}"));
    assert_eq!(*events, format!("GET /api/v1/events?{until}"));
    for wrong in [
        &["--audit", "--cause", "secret-wrong"][..],
        &["--address", "10.0.0.0/8"],
        &["--request-id", "a b"],
        &["-f", "--until", "1h"],
    ] {
        fake.bad(2, &[&["events"], wrong].concat());
    }
}

#[test]
fn new_entries_are_printed_as_they_arrive() {
    let fake = Fake::new([
        refusals(&[(7, "2026-11-20T10:00:01Z")], Value::Null),
        refusals(&[], Value::Null),
        refusals(&[(8, "2026-11-20T10:00:02Z")], Value::Null),
    ]);
    let mut child = fake
        .command(&["events", "tail", "-f", "--refusals", "--output", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let numbers: Vec<Value> = lines
        .take(2)
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["number"].clone())
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(numbers, [7, 8]);
    let polled = fake.lines();
    assert_eq!(polled[1], "GET /api/v1/diagnoses?after=7&page_size=100");
    assert_eq!(polled[2], polled[1]);
}

#[test]
fn a_check_reports_what_would_be_granted_or_why_nothing_is() {
    let granted = json!({ "check": {
        "granted": true, "audiences": ["https://a.example"], "scope": "x y", "expires_in": 600,
    } });
    let denied = json!({ "check": {
        "granted": false, "cause": "scope-not-assigned",
        "error": "invalid_scope", "description": "The scope is not assigned", "fixes": [{ "kind": "assign_scope", "text": "assign it", "command": "m2m application authorize a" }],
    } });
    let fake = Fake::new([
        ok::<CheckApplication>(&granted),
        ok::<CheckApplication>(&denied),
        ok::<CheckApplication>(&denied),
    ]);
    let check = [
        "check",
        "--client",
        "b",
        "--audience",
        "https://a.example",
        "--scope",
        "x",
        "--scope",
        "y",
    ];
    let shown = fake.good(&check);
    assert!(shown.contains("scope           x y\n"), "{shown}");
    assert_eq!(
        fake.lines(),
        ["GET /api/v1/applications/b/check?audience=https%3A%2F%2Fa.example&scope=x+y"]
    );
    let said = fake.bad(1, &check);
    for expected in [
        "a token would be refused: scope-not-assigned",
        "The scope is not assigned",
        "invalid_scope",
        "help: assign it",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let output = fake.run(&[&check[..], &["--output", "json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(json, denied["check"]);
}
