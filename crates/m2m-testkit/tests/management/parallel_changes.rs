//! Changes by several managers at once.

use std::sync::Barrier;

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{OPERATOR, OPERATOR_SECRET, Server};

#[test]
fn concurrent_requests_for_one_name_create_one_record() {
    let server = Server::start();
    for round in 0..8 {
        let barrier = Barrier::new(8);
        // Half of the requests use it as a client id, the others as the name of a system user.
        let ask = |number: usize| {
            let name = format!("wanted-{round}");
            let is_client = number.is_multiple_of(2);
            let member = if is_client {
                "client_id"
            } else {
                "system_user"
            };
            let body = json!({ "name": "A", "type": "m2m", member: name });
            barrier.wait();
            let answer = server.call("POST", "/api/v1/applications", &body);
            assert!(matches!(answer.status, 201 | 409), "{answer:?}");
            (is_client, answer.status)
        };
        let ask = &ask;
        let statuses: Vec<(bool, u16)> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8)
                .map(|number| scope.spawn(move || ask(number)))
                .collect();
            asked
                .into_iter()
                .map(|asked| asked.join().unwrap())
                .collect()
        });
        let made = |is_client: bool| {
            statuses
                .iter()
                .filter(|own| **own == (is_client, 201))
                .count()
        };
        // Either one client has the name and there is no such user, or there are users, which may share it, and there is no such client.
        assert!(
            matches!((made(true), made(false)), (1, 0) | (0, 4)),
            "{statuses:?}"
        );
    }
}

#[test]
fn two_managers_who_delete_each_other_leave_one() {
    for _ in 0..6 {
        let server = Server::start();
        let audience = format!("{}/api", server.issuer());
        let second = server.application(&json!({ "client_id": "second" }));
        let scopes = [
            "delete:applications",
            "create:application_api_scopes",
            "read:applications",
        ];
        server.authorize(&audience, "second", &scopes);
        let token = server.management_token("second", &second.secret);
        let barrier = Barrier::new(2);
        let delete = |token: &str, other: &str| {
            barrier.wait();
            let path = format!("/api/v1/applications/{other}");
            server.call_as(token, "DELETE", &path, &Value::Null).status
        };
        let (first, other) = std::thread::scope(|scope| {
            let first = scope.spawn(|| delete(&server.token, "second"));
            let other = scope.spawn(|| delete(&token, OPERATOR));
            (first.join().unwrap(), other.join().unwrap())
        });
        assert!(
            matches!(
                (first, other),
                (200, 401 | 403 | 409) | (401 | 403 | 409, 200)
            ),
            "{first} {other}"
        );
        let (client_id, secret) = match first {
            200 => (OPERATOR, OPERATOR_SECRET),
            _ => ("second", &*second.secret),
        };
        let token = server.management_token(client_id, secret);
        let answer = server.call_as(&token, "GET", "/api/v1/applications", &Value::Null);
        assert_eq!(answer.json()["applications"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn only_one_of_the_changes_for_the_same_version_is_made() {
    let server = Server::start();
    let application = server.application(&json!({}));
    let path = format!("/api/v1/applications/{}", application.id);
    for _ in 0..6 {
        let shown = server.call("GET", &path, &Value::Null);
        let tag = format!("if-match: {}\r\n", shown.header("etag").unwrap());
        let barrier = Barrier::new(6);
        let made: usize = std::thread::scope(|scope| {
            let (server, tag, path, barrier) = (&server, &tag, &path, &barrier);
            let asked: Vec<_> = (0..6)
                .map(|number| {
                    scope.spawn(move || {
                        let before = server.token.len();
                        let body = json!({ "name": format!("Name {number} of {before}"), "access_token_lifetime": 60 + number });
                        barrier.wait();
                        server.call_with("PATCH", path, tag, &body).status
                    })
                })
                .collect();
            let statuses: Vec<u16> = asked
                .into_iter()
                .map(|asked| asked.join().unwrap())
                .collect();
            assert!(
                statuses.iter().all(|status| matches!(status, 200 | 412)),
                "{statuses:?}"
            );
            statuses.iter().filter(|status| **status == 200).count()
        });
        // A change to a value that another request has just set does nothing; the name distinguishes the two.
        assert_eq!(made, 1);
        server.done("PATCH", &path, &json!({ "name": "Between" }));
    }
    // Changes without a version are not lost either: each adds a scope of its own.
    let api = server.api("https://a.example", &[]);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (server, api) = (&server, &api);
            scope.spawn(move || {
                let body = json!({ "key": format!("scope-{number}") });
                server.done("POST", &format!("/api/v1/apis/{api}/scopes"), &body);
            });
        }
    });
    let scopes = server.get(&format!("/api/v1/apis/{api}/scopes"));
    assert_eq!(scopes["scopes"].as_array().unwrap().len(), 8);
}
