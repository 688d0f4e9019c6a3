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

/// Returns the secret with this id in the list.
fn listed(server: &Server, path: &str, id: &str) -> Value {
    let list = server.get(path);
    let secrets = list["secrets"].as_array().unwrap();
    let own = secrets.iter().find(|own| own["id"] == id);
    own.unwrap_or_else(|| panic!("no {id} in {list}")).clone()
}

#[test]
fn a_secret_with_an_expiry_works_until_its_second() {
    let (server, first, path) = server();
    let end = server.now().saturating_add_seconds(600);
    let end = m2m_authority::registry::time_text(end);
    let body = json!({ "overlap_seconds": 60, "expires_at": end });
    let made = server.done("POST", &path, &body);
    assert_eq!(made["secret"]["expires_at"], end);
    let id = made["secret"]["id"].as_str().unwrap();
    let own = listed(&server, &path, id);
    assert_eq!(
        (&own["state"], &own["ends_at"], &own["why"], &own["by"]),
        (
            &json!("ending"),
            &json!(end),
            &json!("expires"),
            &Value::Null
        )
    );
    let second = Made {
        secret: made["secret"]["client_secret"].as_str().unwrap().to_owned(),
        ..first
    };
    server.advance(599);
    server.ask(&second, "").access_token();
    server.advance(1);
    let refused = server.ask(&second, "");
    refused.assert_refused(401, "invalid_client");
    assert_eq!(server.cause(&refused).0, "secret-expired");
    assert_eq!(listed(&server, &path, id)["state"], "ended");
    for past in ["2020-01-01T00:00:00Z", &end] {
        let body = json!({ "expires_at": past });
        let message = server.refused((400, "FIELD_INVALID"), "POST", &path, &body);
        assert!(message.contains("expires_at"), "{message}");
    }
}

#[test]
fn a_hash_is_imported_with_an_overlap_and_takes_the_place_of_the_same_hash() {
    let (server, first, path) = server();
    let secret = "imported-secret-0123456789abcdef-0123456789";
    let hash = m2m_authority::registry::SecretHash::of(secret.as_bytes()).to_base64();
    let body = json!({ "overlap_seconds": 60, "secret_sha256": hash });
    let made = server.done("POST", &path, &body);
    assert_eq!(made["secret"].get("client_secret"), None, "{made}");
    assert_eq!(made["secret"].get("expires_at"), None, "{made}");
    assert!(
        made["secret"]["expires_at_of_previous"].is_string(),
        "{made}"
    );
    let imported = Made {
        secret: secret.to_owned(),
        ..first.clone()
    };
    server.ask(&first, "").access_token();
    server.ask(&imported, "").access_token();
    // The same request again, as after a lost answer: there is one secret with the hash, and it works.
    let again = server.done("POST", &path, &body);
    assert_ne!(again["secret"]["id"], made["secret"]["id"]);
    assert_eq!(server.get(&path)["secrets"].as_array().unwrap().len(), 2);
    server.ask(&imported, "").access_token();
    server.advance(60);
    server.ask(&first, "").assert_refused(401, "invalid_client");
    server.ask(&imported, "").access_token();
    for wrong in ["", "x", "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk"] {
        let body = json!({ "secret_sha256": wrong });
        server.refused((400, "FIELD_INVALID"), "POST", &path, &body);
    }
}

#[test]
fn f4_the_secrets_of_the_last_manager_cannot_all_expire() {
    let server = Server::start();
    let path = "/api/v1/applications/operator/secrets";
    let expiring = json!({ "expires_at": "2100-01-01T00:00:00Z" });
    server.refused((409, "MANAGEMENT_PROTECTED"), "POST", path, &expiring);
    let overlapping = json!({ "overlap_seconds": 60, "expires_at": "2100-01-01T00:00:00Z" });
    server.refused((409, "MANAGEMENT_PROTECTED"), "POST", path, &overlapping);
    server.done("POST", path, &json!({ "overlap_seconds": 60 }));
}
