//! The rows G7 and G16: the server cannot answer at the moment, or not this caller.

use super::support::{Answers, ORDERS, Refused, Rows, Sent, token, token_with};
use crate::connections::{counted, slow_body, wait_for_count};

const MAINTENANCE: Refused = (
    503,
    "temporarily_unavailable",
    "The server is in maintenance. Wait for the time in Retry-After, then try again",
);

fn rows() -> Rows {
    Rows::of("generic")
}

/// Returns a request that gets a token.
fn good() -> Sent {
    token("orders-job", &format!("&audience={ORDERS}"))
}

/// Asserts that both callers are told to wait for at most this time. Unit: seconds.
#[track_caller]
fn assert_wait(answers: &Answers<'_>, most: u32) {
    for answer in answers.each() {
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=most).contains(&wait), "{answer:?}");
    }
}

#[track_caller]
fn assert_served(answers: &Answers<'_>) {
    for answer in answers.each() {
        answer.access_token();
    }
}

#[test]
fn g7_an_overloaded_server() {
    let arguments = ["--max-requests", "2", "--ops-listen", "127.0.0.1:0"];
    let rows = Rows::with("generic", &arguments);
    let ops = rows
        .servers()
        .each_ref()
        .map(|managed| managed.server.ops());
    let slow: Vec<_> = rows
        .servers()
        .iter()
        .flat_map(|managed| [managed, managed])
        .map(|managed| slow_body(managed.server.address))
        .collect();
    for ops in ops {
        wait_for_count(ops, "m2m_requests_in_flight", 2);
    }
    let refused = rows.send(&good());
    drop(slow);
    for ops in ops {
        while counted(ops, "m2m_requests_in_flight") > 0 {}
    }
    refused.are_refused(
        [(
            503,
            "temporarily_unavailable",
            "The server is at capacity. Wait for the time in Retry-After, then try again",
        ); 2],
    );
    assert_wait(&refused, 5);
    refused.are_diagnosed("overloaded", &[], "general");
    assert_served(&rows.send(&good()));
}

#[test]
fn g7_g16_maintenance() {
    let rows = rows();
    rows.run(&["maintenance", "on"]);
    let refused = rows.send(&good());
    refused.are_refused([MAINTENANCE; 2]);
    assert_wait(&refused, 30);
    for other in [
        token("orders-job", "&scope=nothing"),
        token_with("orders-job", "a-wrong-secret", ""),
        token("unknown", ""),
        Sent::untyped("no form"),
    ] {
        rows.send(&other).are_the_bytes_of(&refused);
    }
    refused.are_diagnosed("maintenance", &[], "end_maintenance");
    rows.run(&["maintenance", "off"]);
    assert_served(&rows.send(&good()));
}

#[test]
fn g7_g16_a_store_that_is_away_for_too_long() {
    let rows = Rows::with("generic", &["--max-store-outage-seconds", "0"]);
    assert_served(&rows.send(&good()));
    let move_files = |is_away: bool| {
        for managed in rows.servers() {
            let mut places = [managed.data.path(), managed.data.file("elsewhere")];
            if !is_away {
                places.reverse();
            }
            let [from, to] = places;
            std::fs::rename(from, to).unwrap();
        }
    };
    move_files(true);
    for managed in rows.servers() {
        managed.server.wait_for_log("store_failed");
    }
    let refused = rows.until(&good(), |answer| answer.status == 503);
    refused.are_refused([(
        503,
        "temporarily_unavailable",
        "The server cannot answer at the moment. Wait for the time in Retry-After, then try again",
    ); 2]);
    assert_wait(&refused, 5);
    move_files(false);
    assert_served(&rows.until(&good(), |answer| answer.status == 200));
    refused.are_diagnosed("store-unavailable", &[], "general");
}

#[test]
fn g7_throttled_authentications() {
    let rows = rows();
    let guess = token_with("orders-job", "a-wrong-secret", "");
    let refused = rows.until(&guess, |answer| answer.status != 401);
    let description = "Too many failed authentications. Correct client_id and client_secret, and wait for the time in Retry-After";
    refused.are_refused([
        (503, "temporarily_unavailable", description),
        (429, "temporarily_unavailable", description),
    ]);
    assert_wait(&refused, 60);
    refused.are_diagnosed("authentication-throttled", &[], "general");
    assert_served(&rows.send(&good()));
}

#[test]
fn g7_a_quota_that_is_used_up() {
    let rows = rows();
    let request = token("frugal", &format!("&audience={ORDERS}"));
    assert_served(&rows.send(&request));
    let refused = rows.send(&request);
    let description = "The application has used up its token quota. Reuse tokens until they expire, and wait for the time in Retry-After";
    refused.are_refused([
        (503, "temporarily_unavailable", description),
        (429, "temporarily_unavailable", description),
    ]);
    assert_wait(&refused, 3600);
    refused.are_diagnosed("quota-exceeded", &[], "general");
    assert_served(&rows.send(&good()));
}
