//! Maintenance, switched while the server serves.

use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, OPERATOR, OPERATOR_SECRET, PROFILES, management_token, shape};
use crate::support::Answer;

const AUDIENCE: &str = "https://a.example";

/// Returns the answer without its trace id, which differs each time.
fn without_trace_id(answer: &Answer) -> String {
    answer.body.replace(&answer.member("trace_id"), "")
}

#[test]
fn g7_g16_in_maintenance_callers_are_asked_to_retry_and_management_keeps_working() {
    for profile in PROFILES {
        let managed = Managed::start(&["--profile", profile]);
        let api = managed.api(AUDIENCE, &["read:a", "write:a"]);
        let application = managed.application(&shape(profile));
        managed.authorize(&api, &application.id, &["read:a"]);
        let asking = format!("&audience={AUDIENCE}");
        let switch = |on: bool| {
            let answer = managed.done("PUT", "/api/v1/maintenance", &json!({ "on": on }));
            assert_eq!(answer["maintenance"]["on"], on);
        };
        let before = managed.ask(&application, &asking).access_token();
        switch(true);
        let management = format!("{}/api", managed.server.issuer());
        let form = format!(
            "client_id={}&client_secret={}",
            application.client_id, application.secret
        );
        let mut said = Vec::new();
        for answer in [
            managed.ask(&application, &asking),
            managed.ask(&application, ""),
            managed.ask(&application, &format!("{asking}&scope=nothing")),
            managed.ask(&application, &format!("{asking}&audience={management}")),
            managed.ask(&application, &format!("&audience={management}")),
            managed
                .server
                .token(&application.client_id, "wrong", &asking),
            managed.server.token("unknown", "wrong", &asking),
            managed
                .server
                .token(OPERATOR, "wrong", &format!("&audience={management}")),
            managed.server.post("/connect/token", "", &form),
            managed
                .server
                .post("/oauth2/token", "", "grant_type=password"),
        ] {
            answer.assert_refused(503, "temporarily_unavailable");
            assert_eq!(answer.header("retry-after"), Some("30"));
            assert_eq!(answer.header("www-authenticate"), None);
            said.push(without_trace_id(&answer));
        }
        said.dedup();
        assert_eq!(said.len(), 1, "the same to all: {said:?}");
        let tested = managed.call(
            "POST",
            &format!("/api/v1/applications/{}/test_token", application.id),
            &json!({ "audience": AUDIENCE }),
        );
        assert_eq!(tested.status, 503, "{tested:?}");

        // Management continues, with earlier tokens and with new ones, and its changes are kept.
        management_token(&managed.server, OPERATOR, OPERATOR_SECRET);
        managed.get("/api/v1/applications");
        managed.authorize(&api, &application.id, &["write:a"]);
        // Maintenance outlasts the process.
        let Managed { server, data, .. } = managed;
        server.stop();
        let managed = Managed::over(data, &["--profile", profile]);
        assert_eq!(managed.ask(&application, &asking).status, 503);
        let off = json!({ "on": false });
        managed.done("PUT", "/api/v1/maintenance", &off);
        let claims = managed.claims(&application, &asking);
        assert_eq!(claims["scope"], "read:a write:a");
        assert_ne!(before, "");
        // The audit log contains the actor and the time of the switch.
        let events = managed.get("/api/v1/events?subject=maintenance");
        let events = events["events"].as_array().unwrap();
        let told: Vec<_> = events
            .iter()
            .map(|event| (&event["before"]["on"], &event["after"]["on"]))
            .collect();
        assert_eq!(
            told,
            [
                (&Value::from(true), &Value::from(false)),
                (&Value::from(false), &Value::from(true))
            ]
        );
        assert_eq!(events[0]["actor"], OPERATOR);
    }
}
