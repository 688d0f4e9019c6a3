//! The keys that are published: those of algorithms that APIs use, each long enough before it signs.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, OPERATOR, OPERATOR_SECRET, Server};

const A: &str = "https://a.example";
const API: &str = "/api/v1/apis/https%3A%2F%2Fa.example";

/// Returns a server on which all keys are in the states that are due, and an application that gets tokens for [`A`].
fn server() -> (Server, Made) {
    let server = Server::start();
    server.settle();
    server.api(A, &[]);
    let job = server.application(&json!({ "client_id": "job" }));
    server.authorize(A, "job", &[]);
    (server, job)
}

/// Lets time pass, and gets a new token for the management API.
fn advance(server: &mut Server, seconds: u64) {
    server.advance(seconds);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    server.settle();
}

/// Returns the algorithms in the JWK set.
fn published(server: &Server) -> Vec<String> {
    let set = server.send("GET", "/.well-known/jwks.json", "", "").json();
    let keys = set["keys"].as_array().unwrap().iter();
    let mut names: Vec<String> = keys
        .map(|key| key["alg"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Returns the state of the only key of an algorithm.
fn state(server: &Server, algorithm: &str) -> String {
    let keys = server.get("/api/v1/keys")["keys"].clone();
    let mut keys = keys.as_array().unwrap().iter();
    let key = keys.find(|key| key["algorithm"] == algorithm).unwrap();
    key["state"].as_str().unwrap().to_owned()
}

/// Returns the algorithm of a new token.
fn signed_with(server: &Server, job: &Made) -> String {
    signed(&server.ask(job, "").json())
}

/// Returns the algorithm of the token in an answer.
fn signed(answer: &Value) -> String {
    let token = answer["access_token"].clone();
    let head = token
        .as_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    let head = m2m_jwt::base64url::decode(head.as_bytes()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    head["alg"].as_str().unwrap().to_owned()
}

fn change(server: &Server, algorithm: &str) {
    server.done("PATCH", API, &json!({ "signing_alg": algorithm }));
}

#[test]
fn f3_only_keys_of_algorithms_that_apis_use_are_published() {
    let (server, job) = server();
    assert_eq!(published(&server), ["ES256"]);
    assert_eq!(state(&server, "EdDSA"), "spare");
    assert_eq!(signed_with(&server, &job), "ES256");
}

#[test]
fn f3_a_server_with_active_keys_of_every_algorithm_publishes_those_in_use() {
    let server = Server::with_all_keys();
    assert!(published(&server).len() > 3);
    server.settle();
    assert_eq!(published(&server), ["ES256"]);
    for algorithm in ["EdDSA", "EdDSA", "RS256", "PS256"] {
        assert_eq!(state(&server, algorithm), "spare");
    }
}

#[test]
fn x11_the_first_key_of_the_algorithm_of_a_new_api_signs_at_once() {
    let server = Server::start();
    server.settle();
    let api = json!({ "name": "A", "audience": A, "signing_alg": "EdDSA" });
    server.done("POST", "/api/v1/apis", &api);
    assert_eq!(published(&server), ["ES256", "EdDSA"]);
    assert_eq!(state(&server, "EdDSA"), "active");
    let job = server.application(&json!({ "client_id": "job" }));
    server.authorize(A, "job", &[]);
    assert_eq!(signed_with(&server, &job), "EdDSA");
}

#[test]
fn x11_the_key_of_a_new_api_does_not_sign_for_another_one_before_it_is_known() {
    let (mut server, job) = server();
    let api = json!({ "name": "B", "audience": "https://b.example", "signing_alg": "EdDSA" });
    server.done("POST", "/api/v1/apis", &api);
    change(&server, "EdDSA");
    assert_eq!(signed_with(&server, &job), "ES256");
    server.authorize("https://b.example", "job", &[]);
    let of_new = "&audience=https://b.example";
    let of_old = format!("&audience={A}");
    assert_eq!(signed(&server.ask(&job, of_new).json()), "EdDSA");
    assert_eq!(signed(&server.ask(&job, &of_old).json()), "ES256");
    advance(&mut server, 600);
    assert_eq!(signed(&server.ask(&job, &of_old).json()), "EdDSA");
}

#[test]
fn x11_an_api_goes_on_with_its_algorithm_until_the_key_of_the_next_one_is_known() {
    let (mut server, job) = server();
    change(&server, "EdDSA");
    assert_eq!(state(&server, "EdDSA"), "next");
    assert_eq!(published(&server), ["ES256", "EdDSA"]);
    assert_eq!(signed_with(&server, &job), "ES256");
    advance(&mut server, 599);
    assert_eq!(signed_with(&server, &job), "ES256");
    advance(&mut server, 1);
    assert_eq!(signed_with(&server, &job), "EdDSA");
    assert_eq!(state(&server, "EdDSA"), "active");
    // Back again: the key of the earlier algorithm still signs for another API, and so is known.
    change(&server, "ES256");
    assert_eq!(signed_with(&server, &job), "ES256");
    assert_eq!(state(&server, "EdDSA"), "retiring");
    advance(&mut server, 3600);
    assert_eq!(
        published(&server),
        ["ES256", "EdDSA"],
        "the last token is in use"
    );
    advance(&mut server, 600);
    assert_eq!(published(&server), ["ES256"]);
    assert_eq!(state(&server, "EdDSA"), "spare");
}

#[test]
fn x11_a_change_of_the_algorithm_that_is_reverted_leaves_nothing_announced() {
    let (mut server, job) = server();
    change(&server, "EdDSA");
    advance(&mut server, 60);
    change(&server, "ES256");
    assert_eq!(state(&server, "EdDSA"), "spare");
    assert_eq!(published(&server), ["ES256"]);
    assert_eq!(signed_with(&server, &job), "ES256");
    // The time starts again with the next announcement.
    advance(&mut server, 600);
    change(&server, "EdDSA");
    advance(&mut server, 599);
    assert_eq!(signed_with(&server, &job), "ES256");
}

#[test]
fn x11_the_key_of_a_deleted_api_does_not_sign_for_another_one_before_it_is_known() {
    let (mut server, job) = server();
    let api = json!({ "name": "B", "audience": "https://b.example", "signing_alg": "EdDSA" });
    server.done("POST", "/api/v1/apis", &api);
    let deleted = "/api/v1/apis/https%3A%2F%2Fb.example";
    server.done("DELETE", deleted, &Value::Null);
    change(&server, "EdDSA");
    assert_eq!(signed_with(&server, &job), "ES256");
    advance(&mut server, 599);
    assert_eq!(signed_with(&server, &job), "ES256");
    advance(&mut server, 1);
    assert_eq!(signed_with(&server, &job), "EdDSA");
}

#[test]
fn x11_a_key_that_was_announced_in_advance_signs_at_once_after_a_change() {
    let (mut server, job) = server();
    let rotated = server.done(
        "POST",
        "/api/v1/keys/rotate",
        &json!({ "algorithm": "EdDSA" }),
    );
    assert_eq!(rotated["key"]["state"], "next");
    assert_eq!(published(&server), ["ES256", "EdDSA"]);
    advance(&mut server, 600);
    assert_eq!(state(&server, "EdDSA"), "next");
    change(&server, "EdDSA");
    assert_eq!(signed_with(&server, &job), "EdDSA");
}

#[test]
fn x11_a_registry_file_changes_an_algorithm_in_the_same_way() {
    let (mut server, job) = server();
    let file = server.get("/api/v1/export")["world"]
        .as_str()
        .unwrap()
        .to_owned();
    let changed = file.replace(
        "audience = \"https://a.example\"\n",
        "audience = \"https://a.example\"\nsigning_alg = \"EdDSA\"\n",
    );
    assert_ne!(file, changed);
    assert_eq!(server.apply("", &changed).status, 200);
    assert_eq!(signed_with(&server, &job), "ES256");
    let exported = server.get("/api/v1/export")["world"].clone();
    assert_eq!(exported, changed);
    assert_eq!(
        server.apply("", &changed).json()["plan"]["steps"],
        json!([])
    );
    advance(&mut server, 600);
    assert_eq!(signed_with(&server, &job), "EdDSA");
    let refused = changed.replace("signing_alg", "earlier_algs = [\"RS256\"]\nsigning_alg");
    assert_eq!(server.apply("", &refused).status, 400);
}
