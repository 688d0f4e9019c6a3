//! The report about a server in a process, and about its data directory after it has stopped.

use serde_json::{Value, json};

use crate::managed::{Managed, ManagementCalls as _};
use crate::support::{m2m, text};

/// Returns the findings of the report in a data directory about an application.
fn report(managed: &crate::data::Data, client_id: &str) -> Value {
    let output = m2m(&["report", "--output", "json", "--days", "1", "--data"])
        .arg(managed.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(report["secrets_included"], true);
    let found = report["applications"].as_array().unwrap();
    let found = found.iter().find(|found| found["client_id"] == client_id);
    found.cloned().unwrap_or_default()
}

#[test]
fn a_use_just_before_a_clean_stop_is_in_the_data_directory() {
    let managed = Managed::start(&[]);
    let api = managed.api("https://a.example", &["read:a", "write:a"]);
    let application = managed.application(&json!({}));
    managed.authorize(&api, &application.id, &["read:a", "write:a"]);
    let rotation = json!({ "overlap_seconds": 3600 });
    let path = format!("/api/v1/applications/{}/secrets", application.id);
    managed.done("POST", &path, &rotation);
    let listed = managed.get("/api/v1/report?kind=expiring&days=1");
    let expiring = &listed["applications"][0]["expiring"][0];
    assert_eq!(expiring["why"], "rotated-out", "{listed}");
    assert_eq!(expiring["last_used_at"], Value::Null, "{listed}");
    let more = "&audience=https://a.example&scope=write:a";
    managed.ask(&application, more).access_token();
    let Managed { server, data, .. } = managed;
    assert!(server.stop().0.success());
    let found = report(&data, &application.client_id);
    assert!(found["last_used_at"].is_string(), "{found}");
    assert_eq!(found["expiring"][0]["last_used_at"], found["last_used_at"]);
    assert_eq!(found.get("dormant"), None, "{found}");
}
