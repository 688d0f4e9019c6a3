//! Refused requests as their callers, the log, the metrics and the diagnoses show them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Managed, OPERATOR, OPERATOR_SECRET, assigned, bearer, call, management_token};
use crate::managed::ManagementCalls as _;
use crate::support::{m2m, send_to, text};

/// Creates an application with this scope of the management API, and requests a token for it.
fn narrow(managed: &Managed, scope: &str) -> (String, String) {
    let application = managed.application(&json!({ "client_id": "narrow" }));
    let api = format!("{}/api", managed.server.issuer());
    managed.authorize(&api, &application.id, &[scope]);
    let token = management_token(&managed.server, &application.client_id, &application.secret);
    (application.id, token)
}

fn command(managed: &Managed, arguments: &[&str]) -> String {
    let output = m2m(arguments)
        .env("M2M_ISSUER", managed.server.issuer())
        .env("M2M_CLIENT_ID", OPERATOR)
        .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    text(&output.stdout)
}

fn metrics(ops: std::net::SocketAddr) -> String {
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {ops}\r\nconnection: close\r\n\r\n");
    send_to(ops, request.as_bytes()).body
}

#[test]
fn f7_x24_an_attempt_to_gain_power_is_in_log_metrics_events_and_diagnosis() {
    let managed = Managed::start(&["--ops-listen", "127.0.0.1:0"]);
    let ops = managed.server.ops();
    let (id, token) = narrow(&managed, "create:application_api_scopes");
    let api = format!("{}/api", managed.server.issuer());
    let path = assigned(&api, &id, "apply:registry");
    let address = managed.server.address;
    let refused = call(address, "POST", &path, &bearer(&token), &Value::Null);
    assert_eq!(refused.status, 403, "{refused:?}");
    let trace_id = refused.member("trace_id");

    let line = managed.server.wait_for_log(&trace_id);
    let line: Value = serde_json::from_str(&line).unwrap();
    let expected = json!({
        "event": "refused", "cause": "scope-beyond-token", "client_id": "narrow", "status": 403,
        "operation": "addApiApplicationScope", "code": "SCOPE_BEYOND_TOKEN", "address": "127.0.0.1",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&line[name], value, "{line}");
    }
    assert!(
        line["why"].as_str().unwrap().contains("apply:registry"),
        "{line}"
    );
    let counted = metrics(ops);
    for metric in [
        "m2m_refusals_total{cause=\"scope-beyond-token\"} 1",
        "m2m_management_refusals_total{code=\"SCOPE_BEYOND_TOKEN\"} 1",
    ] {
        assert!(counted.contains(metric), "{metric} in {counted}");
    }

    // All events are written when the server stops, at the latest.
    let Managed { server, data, .. } = managed;
    server.stop();
    let managed = Managed::over(data, &[]);
    let diagnosis = command(&managed, &["diagnose", &trace_id]);
    let events = command(&managed, &["events", "--refusals", "--client-id", "narrow"]);
    for shown in [diagnosis, events] {
        for part in [
            "scope-beyond-token",
            "SCOPE_BEYOND_TOKEN",
            "addApiApplicationScope",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}

#[test]
fn x20_a_refusal_is_found_by_the_request_id_of_its_caller_and_by_what_else_is_known() {
    let managed = Managed::start(&[]);
    managed.application(&json!({ "client_id": "billing-job" }));
    let form = |client_id: &str| {
        format!("grant_type=client_credentials&client_id={client_id}&client_secret=wrong")
    };
    let header = "x-request-id: order/7\r\n";
    managed
        .server
        .post("/oauth2/token", header, &form("stranger"));
    let refused = managed
        .server
        .post("/oauth2/token", header, &form("billing-job"));
    let trace_id = refused.member("trace_id");
    managed.server.post("/oauth2/token", "", &form("stranger"));

    // The command waits until the refusal is stored and its diagnosis is complete.
    for filters in [
        &["--client-id", "billing-job"][..],
        &["--request-id", "order/7", "--cause", "secret-wrong"],
        &[
            "--address",
            "127.0.0.1",
            "--cause",
            "secret-wrong",
            "--since",
            "1h",
        ],
    ] {
        let shown = command(&managed, &[&["diagnose"], filters].concat());
        for part in [
            "secret-wrong\n",
            &trace_id,
            "billing-job",
            "order/7",
            "fixes\n",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    // The command that lists the others, as it is printed.
    let output = m2m(&["diagnose", "--request-id", "order/7"])
        .env("M2M_ISSUER", managed.server.issuer())
        .env("M2M_CLIENT_ID", OPERATOR)
        .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
        .output()
        .unwrap();
    let notice = text(&output.stderr);
    let (others, listing) = notice.trim_end().split_once(": m2m ").unwrap();
    assert_eq!(others, "1 more request matches");
    let listed = command(&managed, &listing.split(' ').collect::<Vec<_>>());
    let mut causes: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split("  ").nth(2))
        .collect();
    // Of refusals that follow each other at once, those of known clients are stored first.
    causes.sort_unstable();
    assert_eq!(causes, ["client-unknown", "secret-wrong"], "{listed}");
}

#[test]
fn x29_text_of_strangers_and_callers_is_in_no_log_event_diagnosis_or_metric() {
    let managed = Managed::start(&["--ops-listen", "127.0.0.1:0"]);
    let ops = managed.server.ops();
    let address = managed.server.address;
    let jwt = format!("eyJhbGciOiJub25lIn0.{}.c2ln", "c2VjcmV0".repeat(3));
    for planted in ["hunter2-CorrectHorse", &jwt] {
        let header = format!("x-request-id: {planted}\r\nx-other: {planted}\r\n");
        // Any text may be the name of a request, so only one that looks like a credential is recognized there.
        let header = if planted == jwt {
            header
        } else {
            String::new()
        };
        for authorization in [bearer(&managed.token), bearer(planted), String::new()] {
            let headers = format!("{authorization}{header}");
            for path in [
                format!("/api/v1/applications/{planted}"),
                format!("/api/v1/{planted}?{planted}={planted}"),
                format!("/api/v1/applications?{planted}={planted}"),
                format!("/{planted}?client_secret={planted}"),
            ] {
                call(address, "GET", &path, &headers, &Value::Null);
            }
            let body = json!({ "name": "a", "client_secret": planted });
            call(address, "POST", "/api/v1/applications", &headers, &body);
        }
        let form = format!(
            "grant_type={planted}&client_id={planted}&client_secret={planted}&scope={planted}&audience={planted}"
        );
        managed.server.post("/oauth2/token", &header, &form);
        let wrong = format!("&scope={planted}&audience={planted}");
        managed.server.token(OPERATOR, planted, &wrong);
        managed.server.token(OPERATOR, OPERATOR_SECRET, &wrong);
        let encoded = STANDARD.encode(format!("{planted}:{planted}"));
        for authorization in [
            format!("Basic {encoded}"),
            format!("Basic {planted}:{planted}"),
            format!("Bearer {planted}"),
            planted.to_owned(),
        ] {
            let headers = format!("{header}authorization: {authorization}\r\n");
            let json = json!({ "client_id": planted, planted: planted }).to_string();
            for body in ["grant_type=client_credentials", &json, planted] {
                managed.server.post("/oauth2/token", &headers, body);
            }
            let headers = format!("{headers}content-type: text/{planted}; charset={planted}\r\n");
            managed.server.post("/oauth2/token", &headers, &json);
        }
    }
    let metrics = metrics(ops);
    let Managed { server, data, .. } = managed;
    let (_, log) = server.stop();
    let managed = Managed::over(data, &[]);
    let diagnoses = managed.get("/api/v1/diagnoses?page_size=100");
    assert!(
        diagnoses["diagnoses"].as_array().unwrap().len() > 20,
        "{diagnoses}"
    );
    let events = managed.get("/api/v1/events");
    for planted in ["hunter2-CorrectHorse", &jwt] {
        for kept in [&log, &metrics, &diagnoses.to_string(), &events.to_string()] {
            let line = kept.lines().find(|line| line.contains(planted));
            assert_eq!(line, None, "{planted}");
        }
    }
}

#[test]
fn x29_a_request_id_is_kept_unless_it_contains_the_secret_of_an_application() {
    let managed = Managed::start(&[]);
    let basic = STANDARD.encode(format!("{OPERATOR}:{OPERATOR_SECRET}"));
    let in_path = format!("job/{OPERATOR_SECRET}");
    for request_id in [OPERATOR_SECRET, &basic, &in_path, "job/7"] {
        let header = format!("x-request-id: {request_id}\r\n");
        let answer = managed
            .server
            .post("/oauth2/token", &header, "grant_type=client_credentials");
        assert_eq!(answer.status, 401);
    }
    let Managed { server, data, .. } = managed;
    let (_, log) = server.stop();
    let managed = Managed::over(data, &[]);
    let diagnoses = managed.get("/api/v1/diagnoses").to_string();
    for kept in [&log, &diagnoses] {
        assert!(kept.contains("job/7"), "{kept}");
        assert!(!kept.contains(OPERATOR_SECRET) && !kept.contains(&basic));
    }
}

#[test]
fn a_change_of_the_registry_is_in_the_log() {
    let managed = Managed::start(&[]);
    managed.application(&json!({ "client_id": "new-job" }));
    let line = managed.server.wait_for_log("new-job");
    let line: Value = serde_json::from_str(&line).unwrap();
    for (name, value) in [
        ("event", "changed"),
        ("action", "created"),
        ("subject", "application"),
        ("name", "new-job"),
        ("actor", OPERATOR),
        ("address", "127.0.0.1"),
    ] {
        assert_eq!(line[name], value, "{line}");
    }
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
}
