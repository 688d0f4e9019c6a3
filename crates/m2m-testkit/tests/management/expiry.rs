//! The warnings before secrets and applications expire: each is given once, and is in the audit log.

use m2m_admin::{ExpiryReport, ExpiryWatch, Horizon, Recording};
use m2m_authority::registry::time_text;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{OPERATOR, OPERATOR_SECRET, Server, registry_file};

const DAY: u64 = 86_400;

fn watch() -> ExpiryWatch {
    ExpiryWatch::new(Recording::AuditLog)
}

/// Returns a time from now on.
fn after(server: &Server, seconds: u64) -> String {
    time_text(server.now().saturating_add_seconds(seconds))
}

/// Lets time pass, in which the token of the operator expires.
fn pass(server: &mut Server, seconds: u64) {
    server.advance(seconds);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
}

/// Returns the warnings in short.
fn short(report: &ExpiryReport) -> Vec<String> {
    let warnings = report.warnings.iter();
    warnings
        .map(|own| {
            let (client_id, kind) = (&own.client_id, own.what.kind());
            format!("{client_id} {kind} {}", own.within.as_str())
        })
        .collect()
}

/// Returns the warnings in the audit log, the first one first.
fn recorded(server: &Server) -> Vec<Value> {
    let events = server.get("/api/v1/events?actor=m2m%20serve%20(expiry)&page_size=500");
    let mut events = events["events"].as_array().unwrap().clone();
    events.reverse();
    events
}

#[test]
fn each_warning_is_given_once_whatever_restarts() {
    let mut server = Server::in_folder();
    let expires = after(&server, 20 * DAY);
    server.application(&json!({
        "client_id": "job", "owner": "Team A", "contact": "a@example.com", "expires_at": expires,
    }));
    let mut first = watch();
    assert!(server.expiring(&mut first).warnings.is_empty());
    pass(&mut server, 6 * DAY);
    let report = server.expiring(&mut first);
    assert_eq!(short(&report), ["job application 14d"]);
    assert_eq!(report.warnings[0].owner.as_deref(), Some("Team A"));
    assert_eq!(report.warnings[0].contact.as_deref(), Some("a@example.com"));
    let lines = report.log_lines(server.now());
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["event"], "expiring");
    assert_eq!(lines[0]["message"], "the application expires soon");
    assert_eq!(lines[0]["expires_at"], expires);
    assert!(server.expiring(&mut first).warnings.is_empty());
    // Another node, and another process.
    assert!(server.expiring(&mut watch()).warnings.is_empty());
    let mut server = server.restart();
    let mut second = watch();
    assert!(server.expiring(&mut second).warnings.is_empty());
    pass(&mut server, 11 * DAY);
    assert_eq!(short(&server.expiring(&mut second)), ["job application 3d"]);
    pass(&mut server, 2 * DAY);
    assert_eq!(
        short(&server.expiring(&mut watch())),
        ["job application 1d"]
    );
    let events = recorded(&server);
    let within: Vec<_> = events.iter().map(|own| &own["after"]["within"]).collect();
    assert_eq!(within, ["14d", "3d", "1d"]);
    for event in &events {
        assert_eq!(event["action"], "expiring");
        assert_eq!(
            (&event["subject"], &event["name"]),
            (&json!("application"), &json!("job"))
        );
        assert_eq!(event["after"]["expires_at"], expires);
    }
    // A later expiry is another one, and an application that has expired is not warned of.
    let later = json!({ "expires_at": after(&server, 2 * DAY) });
    server.done("PATCH", "/api/v1/applications/job", &later);
    assert_eq!(short(&server.expiring(&mut second)), ["job application 3d"]);
    pass(&mut server, 2 * DAY);
    let report = server.expiring(&mut second);
    assert!(report.warnings.is_empty());
    assert!(report.counts.iter().all(|count| count.number == 0));
}

#[test]
fn secrets_are_warned_of_and_replaced_ones_only_if_they_are_still_used() {
    let mut server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    let made = server.application(&json!({ "client_id": "job" }));
    server.authorize(&api, &made.id, &["read"]);
    let path = "/api/v1/applications/job/secrets";
    let body = json!({ "overlap_seconds": 2 * DAY, "expires_at": after(&server, 10 * DAY) });
    let rotated = server.done("POST", path, &body);
    let mut watch = watch();
    let report = server.expiring(&mut watch);
    assert_eq!(short(&report), ["job secret 14d"]);
    let id = rotated["secret"]["id"].as_str();
    assert_eq!(report.warnings[0].what.secret_id(), id);
    let numbers: Vec<_> = report
        .counts
        .iter()
        .map(|own| (own.kind, own.within, own.number))
        .collect();
    assert!(
        numbers.contains(&("secret", Horizon::TwoWeeks, 1)),
        "{numbers:?}"
    );
    assert!(
        numbers.contains(&("secret", Horizon::ThreeDays, 0)),
        "{numbers:?}"
    );
    assert!(
        numbers.contains(&("application", Horizon::TwoWeeks, 0)),
        "{numbers:?}"
    );
    // The caller goes on with the old secret.
    pass(&mut server, DAY);
    assert!(server.expiring(&mut watch).warnings.is_empty());
    server.ask(&made, "").access_token();
    server.write_counts();
    let report = server.expiring(&mut watch);
    assert_eq!(short(&report), ["job secret 1d"]);
    assert_ne!(report.warnings[0].what.secret_id(), id);
    let events = recorded(&server);
    assert_eq!(events[1]["after"]["is_still_used"], true, "{events:?}");
    assert_eq!(events[0]["after"].get("is_still_used"), None, "{events:?}");
    // A disabled application is not warned of.
    pass(&mut server, 7 * DAY);
    server.done(
        "PATCH",
        "/api/v1/applications/job",
        &json!({ "is_enabled": false }),
    );
    assert!(server.expiring(&mut watch).warnings.is_empty());
    server.done(
        "PATCH",
        "/api/v1/applications/job",
        &json!({ "is_enabled": true }),
    );
    assert_eq!(short(&server.expiring(&mut watch)), ["job secret 3d"]);
}

#[test]
fn a_look_gives_at_most_a_hundred_warnings_the_most_urgent_first() {
    let server = Server::start();
    let applications = (0..130).map(|number| {
        let at = after(&server, DAY + 130 - number);
        format!("[[application]]\nname = \"A\"\nclient_id = \"a{number}\"\nclient_type = \"public\"\nexpires_at = {at}\n")
    });
    let applied = server.apply("", &applications.collect::<String>());
    assert_eq!(applied.status, 200, "{applied:?}");
    let mut watch = watch();
    let report = server.expiring(&mut watch);
    assert_eq!((report.warnings.len(), report.more), (100, 30));
    assert_eq!(&*report.warnings[0].client_id, "a129");
    let lines = report.log_lines(server.now());
    assert_eq!((lines.len(), &lines[100]["more"]), (101, &json!(30)));
    let total = report
        .counts
        .iter()
        .find(|own| own.within == Horizon::ThreeDays);
    assert_eq!(total.unwrap().number, 130);
    // Also if the process was restarted in the meantime.
    let mut watch = self::watch();
    let report = server.expiring(&mut watch);
    assert_eq!((report.warnings.len(), report.more), (30, 0));
    assert_eq!(&*report.warnings[29].client_id, "a0");
    assert!(server.expiring(&mut watch).warnings.is_empty());
}

#[test]
fn a_registry_from_a_file_is_watched_without_an_audit_log() {
    let server = Server::start();
    let applied = server.apply("", &registry_file());
    assert_eq!(applied.status, 200, "{applied:?}");
    server.application(&json!({ "client_id": "job", "expires_at": after(&server, DAY) }));
    let mut watch = ExpiryWatch::new(Recording::Memory);
    assert_eq!(short(&server.expiring(&mut watch)), ["job application 1d"]);
    assert!(server.expiring(&mut watch).warnings.is_empty());
    assert!(recorded(&server).is_empty());
}
