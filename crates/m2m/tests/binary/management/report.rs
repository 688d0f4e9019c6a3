//! `m2m report`: its tables for people, the commands in them, and its JSON.

#![expect(
    clippy::indexing_slicing,
    reason = "an answer without what a test looks for fails the test"
)]

use m2m_api::operations::GetReport;
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok};
use crate::management::samples::with;

/// Returns an application without findings.
fn application(client_id: &str) -> Value {
    json!({
        "id": "1", "name": "Billing job", "client_id": client_id, "is_enabled": true, "created_on": "2026-01-01T00:00:00Z",
        "last_used_at": "2026-11-19T00:00:00Z",
    })
}

fn answer(applications: &[Value], next: Option<&str>) -> Value {
    let mut answer = json!({
        "time": "2026-11-20T00:00:00Z", "days": 90, "scopes_recorded_since": "2026-11-10T00:00:00Z", "secrets_included": true,
        "applications": applications,
    });
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    answer
}

/// Returns the two pages of a report with every kind of findings.
fn pages() -> [Told; 2] {
    let scopes = json!([{
        "audience": "https://orders.example/api",
        "scopes": [{ "scope": "write:orders" }, { "scope": "list:orders", "last_requested_at": "2026-02-02T00:00:00Z" }],
        "last_token_with_all_scopes_at": "2026-11-18T00:00:00Z",
    }]);
    let dormant = with(
        application("sleeper"),
        json!({ "last_used_at": null, "dormant": true, "unused_scopes": scopes }),
    );
    let used = with(
        application("-job"),
        json!({
            "unused_scopes": scopes,
            "unused_secrets": [{ "id": "s2", "created_at": "2026-01-02T00:00:00Z", "last_used_at": null }],
            "expiring": [
                { "kind": "secret", "id": "s4", "expires_at": "2026-12-02T00:00:00Z", "why": "expires", "last_used_at": null },
                { "kind": "secret", "id": "s3", "expires_at": "2026-12-01T00:00:00Z", "why": "rotated-out",
                  "last_used_at": "2026-11-19T00:00:00Z" },
            ],
        }),
    );
    let token = format!("{}61", "0".repeat(32));
    [answer(&[dormant], Some(&token)), answer(&[used], None)].map(|page| ok::<GetReport>(&page))
}

#[test]
fn a_report_is_a_table_for_each_part_with_the_command_to_use() {
    let fake = Fake::new(pages());
    let shown = fake.good(&["report"]);
    let issuer = format!("--issuer {}", fake.issuer);
    for expected in [
        "Applications that got no token for 90 days:",
        &format!("m2m application update sleeper --disable {issuer}"),
        &format!("m2m application delete sleeper {issuer}"),
        "Assigned scopes that were not requested for 90 days:",
        "write:orders",
        &format!(
            "m2m application deauthorize --audience https://orders.example/api --scope write:orders {issuer} -- -job"
        ),
        "Uses of scopes are recorded since 2026-11-10T00:00:00Z",
        "m2m report --days 10",
        "A request without scope gets all assigned scopes.",
        "Valid secrets that were not used for 90 days:",
        &format!("m2m secret revoke {issuer} -- -job s2"),
        "Secrets and applications that expire within 90 days:",
        &format!("m2m secret rotate {issuer} -- -job"),
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    // What a dormant application has is unused, and is not listed again; the next expiration comes first.
    assert_eq!(shown.matches("sleeper").count(), 3, "{shown}");
    let at = |text: &str| shown.find(text).unwrap();
    assert!(at("2026-12-01T") < at("2026-12-02T"), "{shown}");
    let lines = fake.lines();
    assert_eq!(lines[0], "GET /api/v1/report?days=90&page_size=500");
    assert!(lines[1].contains("next_token=0000"), "{lines:?}");
}

#[test]
fn one_part_of_a_report_is_printed_alone_and_json_has_all_pages() {
    let fake = Fake::new(pages().into_iter().chain(pages()));
    let shown = fake.good(&["report", "--only", "scopes", "--days", "30d"]);
    assert!(shown.contains("Assigned scopes"), "{shown}");
    for other in ["got no token", "Valid secrets", "expire within"] {
        assert!(!shown.contains(other), "{shown}");
    }
    assert_eq!(
        fake.lines()[0],
        "GET /api/v1/report?days=30&kind=scopes&page_size=500"
    );
    let json = fake.good(&["report", "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["applications"].as_array().unwrap().len(), 2);
    assert_eq!(json.get("next_token"), None);
    assert_eq!(json["applications"][0]["dormant"], true);
}

#[test]
fn a_report_without_findings_says_so_and_a_missing_scope_is_named() {
    let mut nothing = answer(&[], None);
    nothing["secrets_included"] = false.into();
    let shown = Fake::new([ok::<GetReport>(&nothing)]).good(&["report"]);
    assert_eq!(shown.matches("there are none").count(), 2, "{shown}");
    assert_eq!(
        shown
            .matches("the scope read:application_secrets is missing")
            .count(),
        2,
        "{shown}"
    );
    let fake = Fake::new([]);
    for days in ["0", "3651", "week"] {
        let said = fake.bad(2, &["report", "--days", days]);
        assert!(
            said.contains("write a number of days from 1 to 3650"),
            "{said}"
        );
    }
}
