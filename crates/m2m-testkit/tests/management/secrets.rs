//! Secrets of applications: rotation, overlap, revocation.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, Server};

fn server() -> (Server, Made, String) {
    let server = Server::start();
    let api = server.api("https://a.example", &["read:a"]);
    let application = server.application(&json!({}));
    server.authorize(&api, &application.id, &["read:a"]);
    let path = format!("/api/v1/applications/{}/secrets", application.client_id);
    (server, application, path)
}

/// Rotates the secret of an application, and returns the application with the new one.
fn rotated(server: &Server, application: &Made, path: &str, body: &Value) -> (Made, String, Value) {
    let made = server.done("POST", path, body);
    let secret = &made["secret"];
    let application = Made {
        secret: secret["client_secret"].as_str().unwrap().to_owned(),
        ..application.clone()
    };
    (
        application,
        secret["id"].as_str().unwrap().to_owned(),
        secret["expires_at_of_previous"].clone(),
    )
}

#[test]
fn g9_old_and_new_secrets_work_in_the_overlap_and_one_that_is_ended_is_refused_at_once() {
    let (server, first, path) = server();
    let works = |application: &Made| server.ask(application, "").access_token();
    let refused = |application: &Made| {
        server
            .ask(application, "")
            .assert_refused(401, "invalid_client")
    };
    works(&first);
    let listed = server.get(&path);
    let [own] = listed["secrets"].as_array().unwrap().as_slice() else {
        panic!("expected one secret: {listed}")
    };
    assert_eq!(
        (&own["state"], &own["ends_at"], &own["why"]),
        (&json!("active"), &Value::Null, &Value::Null)
    );
    let first_id = own["id"].as_str().unwrap().to_owned();

    let (second, second_id, ends) =
        rotated(&server, &first, &path, &json!({ "overlap_seconds": 3600 }));
    works(&first);
    works(&second);
    let listed = server.get(&path);
    let states: Vec<_> = listed["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["id"].as_str().unwrap(), own["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [(&*first_id, "ending"), (&*second_id, "active")]);
    assert_eq!(listed["secrets"][0]["ends_at"], ends);
    assert_eq!(
        (&listed["secrets"][0]["why"], &listed["secrets"][0]["by"]),
        (&json!("rotated-out"), &json!("operator"))
    );
    assert!(!listed.to_string().contains(&second.secret));

    server.done("DELETE", &format!("{path}/{first_id}"), &Value::Null);
    refused(&first);
    works(&second);
    let again = server.done("DELETE", &format!("{path}/{first_id}"), &Value::Null);
    assert_eq!(again.get("warning"), None, "{again}");
    refused(&first);

    // Without an overlap, and without a body at all, the previous secret ends now.
    let (third, third_id, _) = rotated(&server, &second, &path, &Value::Null);
    refused(&second);
    works(&third);
    // An application without a secret in force gets no token, and the next secret does not revive an earlier one.
    server.done("DELETE", &format!("{path}/{third_id}"), &Value::Null);
    refused(&third);
    let (fourth, _, previous) =
        rotated(&server, &third, &path, &json!({ "overlap_seconds": 3600 }));
    assert_eq!(previous, Value::Null);
    works(&fourth);
    for ended in [&first, &second, &third] {
        refused(ended);
    }
    let states = server.get(&path);
    let ended = states["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|own| own["state"] == "ended")
        .count();
    assert_eq!(ended, 3, "{states}");
}

#[test]
fn the_number_of_secrets_is_limited_and_a_public_application_has_none() {
    let (server, application, path) = server();
    let overlap = json!({ "overlap_seconds": 3600 });
    let made = (0..100)
        .map(|_| server.call("POST", &path, &overlap))
        .find(|answer| answer.status != 201);
    let message = made.expect("a limit").refusal((409, "TOO_MANY_SECRETS"));
    assert!(
        message.contains("revoke one of these secrets first"),
        "{message}"
    );
    server.ask(&application, "").access_token();
    let listed = server.get(&path);
    let oldest = listed["secrets"][0]["id"].as_str().unwrap();
    server.done("DELETE", &format!("{path}/{oldest}"), &Value::Null);
    server.done("POST", &path, &overlap);

    let public = server.application(&json!({ "client_type": "public" }));
    assert_eq!(public.secret, "");
    let path = format!("/api/v1/applications/{}/secrets", public.id);
    server.refused((409, "APPLICATION_PUBLIC"), "POST", &path, &json!({}));
}

#[test]
fn revoking_a_secret_in_use_returns_a_warning() {
    let (server, application, path) = server();
    let unused = server.done("POST", &path, &json!({ "overlap_seconds": 3600 }));
    server.ask(&application, "").access_token();
    // The time of the last use is written every minute, and when the server stops.
    server.write_counts();
    let listed = server.get(&path);
    let used = &listed["secrets"][0];
    assert!(used["last_used_at"].is_string(), "{listed}");
    assert_eq!(listed["secrets"][1]["last_used_at"], Value::Null);
    let unused = unused["secret"]["id"].as_str().unwrap();
    let ended = server.done("DELETE", &format!("{path}/{unused}"), &Value::Null);
    assert_eq!(ended.get("warning"), None, "{ended}");
    let path = format!("{path}/{}", used["id"].as_str().unwrap());
    let ended = server.done("DELETE", &path, &Value::Null);
    let warning = ended["warning"].as_str().unwrap();
    assert!(warning.contains("within the last hour"), "{warning}");
    // It has already ended, so that there is no warning.
    let again = server.done("DELETE", &path, &Value::Null);
    assert_eq!(again.get("warning"), None, "{again}");
}
