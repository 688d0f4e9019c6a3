//! K1 to K4: the client is not authenticated.

use super::{audience, rows};
use crate::managed::ManagementCalls as _;
use crate::managed::OPERATOR;
use crate::rows::support::{ORDERS, Refused, diagnosis, token, token_with};
use crate::support::SECRET;

const INVALID_CLIENT: Refused = (401, "invalid_client", "Invalid client_id or client_secret");

#[test]
fn k1_an_unknown_client_id() {
    let rows = rows();
    let ask = |client_id: &str| rows.send(&token_with(client_id, "a-secret", &audience(ORDERS)));
    let (unknown, misspelled) = (ask("9c1f6d0b7e2a"), ask("order-job"));
    unknown.are_refused([INVALID_CLIENT; 2]);
    misspelled
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&unknown);
    unknown.are_diagnosed("client-unknown", &[], "general");
    misspelled.are_diagnosed(
        "client-unknown",
        &[(
            "similar_client_id",
            "the most similar client id is \"orders-job\"",
        )],
        "send_client_id",
    );
}

#[test]
fn k2_a20_a_wrong_secret() {
    let rows = rows();
    let wrong = token_with("orders-job", "a-wrong-secret", &audience(ORDERS));
    let with_newline = token_with("orders-job", &format!("{SECRET}%0A"), &audience(ORDERS));
    let (wrong, with_newline) = (rows.send(&wrong), rows.send(&with_newline));
    wrong.are_refused([INVALID_CLIENT; 2]);
    with_newline
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&wrong);
    wrong.are_diagnosed("secret-wrong", &[], "general");
    with_newline.are_diagnosed(
        "secret-wrong",
        &[("secret_differs", "except for a line break at the end")],
        "send_secret_without",
    );
}

#[test]
fn k3_a_deleted_application() {
    let rows = rows();
    let request = token("orders-job", &audience(ORDERS));
    for answer in rows.send(&request).each() {
        answer.access_token();
    }
    rows.run(&["application", "delete", "orders-job", "--yes"]);
    let refused = rows.send(&request);
    refused.are_refused([INVALID_CLIENT; 2]);
    let since = "the application was deleted at ";
    refused.are_diagnosed("application-deleted", &[("deleted", since)], "general");
    // The time and the actor are those of the audit log.
    for (managed, trace_id) in rows.servers().iter().zip(refused.trace_ids()) {
        let events = managed.get("/api/v1/events?subject=application");
        let event = &events["events"][0];
        assert_eq!(
            (&event["action"], &event["actor"]),
            (&"deleted".into(), &OPERATOR.into())
        );
        let expected = format!(
            "{since}{} by \"{OPERATOR}\"",
            event["time"].as_str().unwrap()
        );
        assert_eq!(
            diagnosis(managed, &trace_id)["evidence"][0]["text"],
            expected
        );
    }
}

#[test]
fn k4_a_secret_that_was_rotated_out() {
    let rows = rows();
    let request = token("orders-job", &audience(ORDERS));
    for answer in rows.send(&request).each() {
        answer.access_token();
    }
    rows.run(&["secret", "rotate", "--overlap", "0", "orders-job"]);
    let refused = rows.send(&request);
    refused.are_refused([INVALID_CLIENT; 2]);
    refused.are_diagnosed(
        "secret-rotated-out",
        &[("secret_rotated_out", "which was rotated out at ")],
        "deploy_secret",
    );
    // The time and the actor are those of the audit log.
    for (managed, trace_id) in rows.servers().iter().zip(refused.trace_ids()) {
        let events = managed.get("/api/v1/events?subject=application");
        let event = &events["events"][0];
        let time = event["time"].as_str().unwrap();
        let shown = diagnosis(managed, &trace_id)["evidence"][0]["text"].to_string();
        assert!(
            shown.contains(&format!("at {time} by \\\"{OPERATOR}\\\"")),
            "{shown}: {events}"
        );
    }
}
