//! The log of a server: one format from its first line to its last.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::support::{PATIENCE, SECRET, Serving, file, m2m, registry_file, run, send_to, text};

/// Returns a registry file in which an application can get no token, so that there is a notice at the start.
fn with_an_application_without_access() -> String {
    registry_file().replacen(
        "client_id = \"frugal\"",
        "client_id = \"frugal\"\ngrant_types = []",
        1,
    )
}

#[test]
fn every_line_is_a_json_event_unless_text_is_requested() {
    let ops = ["--ops-listen", "127.0.0.1:0"];
    let server = Serving::of(&with_an_application_without_access(), &ops);
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
    for event in ["ops_listening", "notice", "refused", "diagnosed", "stopped"] {
        assert!(events.iter().any(|own| own == event), "{event}: {log}");
    }
}

#[test]
fn text_is_for_people_and_has_the_same_events() {
    let server = Serving::of(
        &with_an_application_without_access(),
        &["--log-format", "text"],
    );
    server
        .token("plain-id", "wrong", "")
        .assert_refused(401, "invalid_client");
    server.wait_for_log(" diagnosed ");
    let (_, log) = server.stop();
    let is_json = |line: &str| serde_json::from_str::<Value>(line).is_ok();
    assert!(!log.lines().any(is_json), "{log}");
    assert!(
        log.contains("Z notice: the application \"Frugal\", client_id frugal, cannot get a token"),
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

#[test]
fn f10_x26_a_flood_is_a_few_lines_and_an_exact_count() {
    const REQUESTS: u64 = 3_000;
    let (server, ops) = Serving::with_ops(&[]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answers = 0;
    for sent in 1..=REQUESTS {
        let close = if sent == REQUESTS {
            "connection: close\r\n"
        } else {
            ""
        };
        let request = format!("GET /nothing HTTP/1.1\r\nhost: a\r\n{close}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        if sent < REQUESTS {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            answers += u64::from(text(&buffer[..read]).starts_with("HTTP/1.1 404"));
        }
    }
    let mut last = String::new();
    stream.read_to_string(&mut last).unwrap();
    assert_eq!(answers + 1, REQUESTS);
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {ops}\r\nconnection: close\r\n\r\n");
    let counted = send_to(ops, request.as_bytes()).body;
    let metric = format!("m2m_refusals_total{{cause=\"path-unknown\"}} {REQUESTS}");
    assert!(counted.contains(&metric), "{counted}");
    assert!(counted.contains("m2m_events_dropped_total 0"), "{counted}");

    let (status, log) = server.stop();
    assert!(status.success());
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let refused: Vec<Value> = lines.filter(|line| line["event"] == "refused").collect();
    let sum: u64 = refused
        .iter()
        .map(|line| line["count"].as_u64().unwrap_or(1))
        .sum();
    assert_eq!(sum, REQUESTS);
    let summaries = refused.iter().filter(|line| line.get("count").is_some());
    for summary in summaries {
        assert_eq!(summary["cause"], "path-unknown");
        assert_eq!(summary["addresses"], "127.0.0.0/24");
    }
    // 50 at once, and five a second.
    assert!(refused.len() < 500, "{}", refused.len());
    assert!(log.len() < 500_000, "{}", log.len());
}
