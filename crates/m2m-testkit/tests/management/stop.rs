//! The switch that stops an application, or all applications of an owner, at once.

use m2m_admin::management::SCOPES;
use m2m_authority::registry::time_text;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, OPERATOR, Server};

const STOP: &str = "/api/v1/applications/stop";

fn owner(owner: &str) -> Value {
    json!({ "owner": owner })
}

/// Creates an application of an owner that gets tokens for an API.
fn job(server: &Server, api: &str, client_id: &str, owner: &str) -> Made {
    let made = server.application(&json!({ "client_id": client_id, "owner": owner }));
    server.authorize(api, &made.id, &["read"]);
    made
}

/// Returns the client ids in a list of the answer.
fn names(answer: &Value, list: &str) -> Vec<String> {
    let list = answer[list].as_array().unwrap().iter();
    let names = list.map(|own| own["client_id"].as_str().unwrap().to_owned());
    let mut names: Vec<String> = names.collect();
    // Records that were created in the same second have any order.
    names.sort();
    names
}

/// Returns the number of events of the audit log.
fn events(server: &Server) -> usize {
    let events = server.get("/api/v1/events?page_size=500");
    events["events"].as_array().unwrap().len()
}

#[test]
fn one_application_is_stopped_and_its_tokens_are_revoked() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    let first = job(&server, &api, "first", "Team A");
    server.ask(&first, "").access_token();
    server.write_counts();
    let used = time_text(server.now());
    server.advance(10);
    let path = "/api/v1/applications/first/stop";
    let answer = server.done("POST", path, &Value::Null);
    assert_eq!(
        answer["stopped"],
        json!([{ "id": first.id, "client_id": "first", "name": "An application", "last_used_at": used }])
    );
    assert_eq!(answer["already_stopped"], json!([]));
    assert_eq!(answer["not_stopped"], json!([]));
    let shown = server.get("/api/v1/applications/first")["application"].clone();
    assert_eq!(shown["is_enabled"], false);
    assert_eq!(
        shown["not_before"],
        time_text(server.now().saturating_add_seconds(1))
    );
    let refused = server.ask(&first, "");
    assert_eq!(server.cause(&refused).0, "application-disabled");
    // Another call changes nothing, now and later.
    let before = events(&server);
    for _ in 0..2 {
        let answer = server.done("POST", path, &Value::Null);
        assert_eq!(names(&answer, "already_stopped"), ["first"]);
        assert_eq!(answer["stopped"], json!([]));
        server.advance(60);
    }
    assert_eq!(events(&server), before);
    // The tokens of an application that was only disabled are not revoked yet.
    server.done(
        "PATCH",
        "/api/v1/applications/first",
        &json!({ "is_enabled": true }),
    );
    server.advance(60);
    server.done(
        "PATCH",
        "/api/v1/applications/first",
        &json!({ "is_enabled": false }),
    );
    let answer = server.done("POST", path, &Value::Null);
    assert_eq!(names(&answer, "stopped"), ["first"]);
    let shown = server.get("/api/v1/applications/first")["application"].clone();
    assert_eq!(
        shown["not_before"],
        time_text(server.now().saturating_add_seconds(1))
    );
    server.refused(
        (404, "APPLICATION_NOT_FOUND"),
        "POST",
        "/api/v1/applications/none/stop",
        &Value::Null,
    );
}

#[test]
fn a_token_that_was_issued_in_the_second_of_an_earlier_revocation_is_revoked() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    let first = job(&server, &api, "first", "Team A");
    let path = "/api/v1/applications/first";
    server.done("POST", &format!("{path}/revoke_tokens"), &Value::Null);
    let token = server.ask(&first, "").access_token();
    let issued_at = m2m_testkit::claims(&token)["iat"].as_u64().unwrap();
    assert_eq!(issued_at, server.now().as_seconds() + 1);
    server.done("PATCH", path, &json!({ "is_enabled": false }));
    let answer = server.done("POST", &format!("{path}/stop"), &Value::Null);
    assert_eq!(names(&answer, "stopped"), ["first"]);
    let shown = server.get(path)["application"].clone();
    assert_eq!(
        shown["not_before"],
        time_text(server.now().saturating_add_seconds(1))
    );
}

#[test]
fn all_applications_of_an_owner_are_stopped_in_one_change() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    let mine: Vec<Made> = ["a1", "a2", "a3"]
        .map(|client_id| job(&server, &api, client_id, "Team A"))
        .into();
    let other = job(&server, &api, "b1", "Team A ä");
    let listed = server.get("/api/v1/applications?owner=Team%20A");
    assert_eq!(names(&listed, "applications"), ["a1", "a2", "a3"]);
    server.done("POST", "/api/v1/applications/a2/stop", &Value::Null);
    let before = events(&server);
    let answer = server.done("POST", STOP, &owner("Team A"));
    assert_eq!(names(&answer, "stopped"), ["a1", "a3"]);
    assert_eq!(names(&answer, "already_stopped"), ["a2"]);
    assert_eq!(events(&server), before + 2);
    for own in &mine {
        server.ask(own, "").assert_refused(401, "invalid_client");
    }
    server.ask(&other, "").access_token();
    let again = server.done("POST", STOP, &owner("Team A"));
    assert_eq!(names(&again, "already_stopped"), ["a1", "a2", "a3"]);
    assert_eq!(events(&server), before + 2);
    // Owners are compared character by character.
    for none in ["team a", "Team", "Team A  ä"] {
        let answer = server.done("POST", STOP, &owner(none));
        for list in ["stopped", "already_stopped", "not_stopped"] {
            assert_eq!(answer[list], json!([]), "{none}");
        }
    }
    for wrong in [
        json!({}),
        owner(""),
        owner(" Team A"),
        json!({ "owner": null }),
    ] {
        let answer = server.call("POST", STOP, &wrong);
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    server.refused(
        (409, "FILTERS_CONFLICT"),
        "GET",
        "/api/v1/applications?owner=Team%20A&search=a",
        &Value::Null,
    );
}

#[test]
fn f4_the_caller_and_the_last_manager_are_not_stopped() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    job(&server, &api, "job", "Operations");
    let operator = "/api/v1/applications/operator";
    server.done("PATCH", operator, &owner("Operations"));
    let refused =
        |path: &str| server.refused((409, "MANAGEMENT_PROTECTED"), "POST", path, &Value::Null);
    refused(&format!("{operator}/stop"));
    let answer = server.done("POST", STOP, &owner("Operations"));
    assert_eq!(names(&answer, "stopped"), ["job"]);
    assert_eq!(names(&answer, "not_stopped"), [OPERATOR]);
    let reason = answer["not_stopped"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("your token belongs to this application"),
        "{reason}"
    );

    // Of two managers, one is stopped, and the other one is the last.
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let apis = server.get("/api/v1/apis");
    let apis = apis["apis"].as_array().unwrap();
    let own = apis
        .iter()
        .find(|api| api["is_management_api"] == true)
        .unwrap();
    let management = own["id"].as_str().unwrap();
    let second = server.application(&json!({ "client_id": "second", "owner": "Operations" }));
    server.authorize(management, &second.id, &scopes);
    let deputy = server.application(&json!({ "client_id": "deputy" }));
    server.authorize(management, &deputy.id, &["update:applications"]);
    let token = server.management_token(&deputy.client_id, &deputy.secret);
    let answer = server.call_as(&token, "POST", STOP, &owner("Operations"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    assert_eq!(names(&answer, "stopped"), [OPERATOR]);
    assert_eq!(names(&answer, "not_stopped"), ["second"]);
    let reason = answer["not_stopped"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("last application that manages"), "{reason}");
    server.management_token(&second.client_id, &second.secret);
}

#[test]
fn an_application_may_be_called_stop() {
    let server = Server::start();
    let api = server.api("https://a.example", &["read"]);
    let made = job(&server, &api, "stop", "Team A");
    assert_eq!(server.get(STOP)["application"]["client_id"], "stop");
    server.done("PATCH", STOP, &json!({ "name": "Renamed" }));
    server.ask(&made, "").access_token();
    let answer = server.done("POST", "/api/v1/applications/stop/stop", &Value::Null);
    assert_eq!(names(&answer, "stopped"), ["stop"]);
    server.done("DELETE", STOP, &Value::Null);
}
