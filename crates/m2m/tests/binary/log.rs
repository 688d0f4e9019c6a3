//! The log of a server: one format from its first line to its last.

use serde_json::Value;

use crate::support::{SECRET, Serving, file, m2m, run, text, world};

/// A world in which an application is a dead end, so that there is something to say at the start.
fn with_a_dead_end() -> String {
    world().replacen(
        "client_id = \"frugal\"",
        "client_id = \"frugal\"\ngrant_types = []",
        1,
    )
}

#[test]
fn every_line_is_an_event_where_nobody_asks_for_text() {
    let ops = ["--ops-listen", "127.0.0.1:0"];
    let server = Serving::of(&with_a_dead_end(), &ops);
    server.token("plain-id", SECRET, "").access_token();
    server
        .token("plain-id", "wrong", "")
        .assert_refused(401, "invalid_client");
    server.wait_for_log("\"diagnosed\"");
    let (_, log) = server.stop();
    let events: Vec<String> = log
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect(line);
            assert!(line.get("time").is_some_and(Value::is_string), "{line}");
            let event = line.get("event").and_then(Value::as_str);
            event.unwrap().to_owned()
        })
        .collect();
    for event in ["ops-listening", "notice", "refused", "diagnosed", "stopped"] {
        assert!(events.iter().any(|own| own == event), "{event}: {log}");
    }
}

#[test]
fn text_is_for_people_and_has_the_same_events() {
    let server = Serving::of(&with_a_dead_end(), &["--log-format", "text"]);
    server
        .token("plain-id", "wrong", "")
        .assert_refused(401, "invalid_client");
    server.wait_for_log(" diagnosed ");
    let (_, log) = server.stop();
    let is_json = |line: &str| serde_json::from_str::<Value>(line).is_ok();
    assert!(!log.lines().any(is_json), "{log}");
    assert!(
        log.contains("Z notice: \"Frugal\", client_id frugal, can get no token"),
        "{log}"
    );
    assert!(
        log.contains("Z refused address=127.0.0.1 cause=secret-wrong"),
        "{log}"
    );
}

#[test]
fn a_refused_start_is_text_unless_json_is_asked_for() {
    let refused = |arguments: &[&str]| {
        let output = run(&[&["serve", "--world", "no-such.toml"], arguments].concat());
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let said = refused(&[]);
    assert!(
        said.starts_with("error: cannot read no-such.toml"),
        "{said}"
    );
    let said = refused(&["--log-format", "json"]);
    let line: Value = serde_json::from_str(&said).expect(&said);
    let member = |name: &str| line.get(name).cloned().unwrap_or_default();
    assert_eq!(member("event"), "failed");
    assert_eq!(member("message"), "cannot read no-such.toml");
    assert!(member("help").is_array(), "{line}");
}

#[test]
fn a_mistake_in_the_settings_is_json_as_well_where_json_is_asked_for() {
    let (_folder, path) = file("m2m.toml", "profile = \"kind\"\n");
    let output = m2m(&["serve", "--config", &path])
        .env("M2M_LOG_FORMAT", "json")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    let line: Value = serde_json::from_str(&said).expect(&said);
    assert_eq!(line.get("line").and_then(Value::as_u64), Some(1), "{line}");
}
