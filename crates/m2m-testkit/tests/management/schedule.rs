//! Signing keys that are replaced by schedule.

use m2m_admin::{Clock, KEY_SCHEDULE_ACTOR};
use m2m_authority::registry::SecretHash;
use m2m_jwt::InvalidToken;
use serde_json::{Value, json};

use m2m_testkit::SECRET;

use crate::managed::keys::ED25519;
use crate::server::ManagementCalls as _;
use crate::server::{Made, OPERATOR, OPERATOR_SECRET, Server, registry_file};
use crate::verifier::{Verifier, kid};

const A: &str = "https://a.example";
const DAY: u64 = 86_400;

/// Returns a server on which all keys are in the states that are due, and an application that gets tokens for [`A`].
fn server() -> (Server, Made) {
    let server = Server::in_folder();
    server.settle();
    server.api(A, &[]);
    let job = server.application(&json!({ "client_id": "job" }));
    server.authorize(A, "job", &[]);
    (server, job)
}

/// Lets time pass without a step, and gets a new token for the management API.
fn wait(server: &mut Server, seconds: u64) {
    server.advance(seconds);
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
}

/// Lets time pass, and takes the steps that are due. Returns the states that keys have entered.
fn advance(server: &mut Server, seconds: u64) -> Vec<&'static str> {
    wait(server, seconds);
    let steps = server.settle();
    steps.iter().map(|step| step.state.as_str()).collect()
}

/// Returns the member of the only key of ES256 in this state.
fn member(server: &Server, state: &str, name: &str) -> Value {
    let listed = server.get("/api/v1/keys");
    let keys = listed["keys"].as_array().unwrap().iter();
    let is_own = |key: &&Value| key["algorithm"] == "ES256" && key["state"] == state;
    let own: Vec<&Value> = keys.filter(is_own).collect();
    assert_eq!(own.len(), 1, "{state}: {listed}");
    own[0][name].clone()
}

fn token(server: &Server, job: &Made) -> String {
    server.ask(job, "").access_token()
}

/// Returns the time after this many seconds, as the management API writes it.
fn time_after(server: &Server, seconds: u64) -> String {
    m2m_authority::registry::time_text(server.now().saturating_add_seconds(seconds))
}

#[test]
fn x11_a_key_is_replaced_by_schedule_and_every_token_is_verifiable_until_it_expires() {
    let (mut server, job) = server();
    let first = kid(&token(&server, &job));
    let rotation = time_after(&server, 90 * DAY);
    assert_eq!(member(&server, "active", "next_rotation_at"), rotation);
    assert_eq!(member(&server, "active", "origin"), "generated");
    assert_eq!(advance(&mut server, 89 * DAY - 1), [""; 0]);
    assert_eq!(advance(&mut server, 1), ["next"]);
    assert_eq!(member(&server, "next", "next_rotation_at"), rotation);
    assert_eq!(member(&server, "active", "next_rotation_at"), rotation);
    let second = member(&server, "next", "kid");

    // For the whole day the next key is announced and does not sign.
    for _ in 0..23 {
        assert_eq!(advance(&mut server, 3600), [""; 0]);
        assert_eq!(kid(&token(&server, &job)), first);
        assert!(
            server
                .announced()
                .contains(&second.as_str().unwrap().into())
        );
    }
    assert_eq!(advance(&mut server, 3599), [""; 0]);
    let last = token(&server, &job);
    assert_eq!(kid(&last), first);
    // An API has fetched the keys before, and does not have to fetch them again for the next one.
    let keys = server.send("GET", "/.well-known/jwks.json", "", "").json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2, "{keys}");
    assert_eq!(advance(&mut server, 1), ["active"]);
    let new = token(&server, &job);
    assert_eq!(kid(&new), second.as_str().unwrap());
    let mut api = Verifier::new(&server, A);
    for token in [&last, &new] {
        assert_eq!(api.verify_offline(token), Ok(()));
    }
    let removal = 30 * DAY + 600;
    let removed_at = time_after(&server, removal);
    assert_eq!(member(&server, "retiring", "retires_at"), removed_at);

    // The last token expires an hour after it was issued, and its key stays for the longest lifetime of a token.
    server.advance(3598);
    assert_eq!(api.verify(&last), Ok(()));
    server.advance(1);
    let expired = api.verify(&last);
    assert!(matches!(expired, Err(InvalidToken::Expired { .. })));
    drop(api);
    assert_eq!(advance(&mut server, removal - 3600), [""; 0]);
    assert!(server.announced().contains(&first));
    assert_eq!(advance(&mut server, 1), ["retired"]);
    assert!(!server.announced().contains(&first));

    // The audit log has every step, and who took it.
    let events = server.get("/api/v1/events?subject=key&page_size=100");
    let events = events["events"].as_array().unwrap().iter();
    let scheduled = events.filter(|event| event["actor"] == KEY_SCHEDULE_ACTOR);
    let mut states: Vec<(&str, &str)> = scheduled
        .filter(|event| event["after"]["algorithm"] == "ES256")
        .map(|event| {
            let text = |value: &'_ Value| value.as_str().unwrap().to_owned();
            (text(&event["name"]), text(&event["after"]["state"]))
        })
        .map(|(name, state)| {
            let name = if name == first { "first" } else { "second" };
            let states = ["next", "active", "retiring", "retired"];
            let state = states.into_iter().find(|own| *own == state);
            (name, state.unwrap())
        })
        .collect();
    states.sort_unstable();
    let expected = [
        ("first", "retired"),
        ("first", "retiring"),
        ("second", "active"),
        ("second", "next"),
    ];
    assert_eq!(states, expected);
}

#[test]
fn a_rotation_by_hand_begins_the_period_anew_and_uses_the_announced_key() {
    let (mut server, job) = server();
    let rotate = json!({ "algorithm": "ES256" });
    wait(&mut server, 60 * DAY);
    server.done("POST", "/api/v1/keys/rotate", &rotate);
    assert_eq!(advance(&mut server, 600), [""; 0]);
    let rotated = server.done("POST", "/api/v1/keys/rotate", &rotate);
    let rotation = time_after(&server, 90 * DAY);
    assert_eq!(rotated["key"]["next_rotation_at"], rotation);
    assert_eq!(member(&server, "active", "next_rotation_at"), rotation);
    assert_eq!(advance(&mut server, 89 * DAY - 1), ["retired"]);
    assert_eq!(advance(&mut server, 1), ["next"]);
    let next = member(&server, "next", "kid");
    // From ten minutes on, an operator may let it sign before the schedule does.
    let path = "/api/v1/keys/rotate";
    server.refused((409, "KEY_TOO_NEW"), "POST", path, &rotate);
    wait(&mut server, 600);
    let rotated = server.done("POST", path, &rotate);
    assert_eq!(rotated["key"]["kid"], next);
    assert_eq!(kid(&token(&server, &job)), next.as_str().unwrap());
    assert_eq!(advance(&mut server, DAY), [""; 0]);
    let rotation = time_after(&server, 89 * DAY);
    assert_eq!(member(&server, "active", "next_rotation_at"), rotation);
}

#[test]
fn a_key_that_was_announced_by_hand_signs_when_the_schedule_says_so() {
    let (mut server, job) = server();
    let rotate = json!({ "algorithm": "ES256" });
    wait(&mut server, 10 * DAY);
    let announced = server.done("POST", "/api/v1/keys/rotate", &rotate);
    assert_eq!(advance(&mut server, 80 * DAY - 1), [""; 0]);
    assert_eq!(advance(&mut server, 1), ["active"]);
    assert_eq!(announced["key"]["kid"], kid(&token(&server, &job)));
}

#[test]
fn an_imported_key_that_signs_is_not_replaced_by_schedule() {
    let (mut server, _) = server();
    let import = json!({ "private_key": ED25519 });
    let api = json!({ "name": "B", "audience": "https://b.example", "signing_alg": "EdDSA" });
    server.done("POST", "/api/v1/apis", &api);
    advance(&mut server, 600);
    let imported = server.done("POST", "/api/v1/keys/import", &import);
    assert_eq!(imported["key"]["origin"], "imported");
    let rotate = json!({ "algorithm": "EdDSA" });
    wait(&mut server, 600);
    server.done("POST", "/api/v1/keys/rotate", &rotate);
    advance(&mut server, 1000 * DAY);
    advance(&mut server, DAY);
    let keys = server.get("/api/v1/keys")["keys"].clone();
    let keys = keys.as_array().unwrap();
    let of = |algorithm: &str| {
        let keys = keys.iter().filter(|key| key["algorithm"] == algorithm);
        keys.cloned().collect::<Vec<_>>()
    };
    let of_imported = of("EdDSA");
    let [imported] = &*of_imported else {
        panic!("{keys:?}")
    };
    assert_eq!(imported["kid"], "rfc8037");
    assert_eq!(imported["state"], "active");
    assert!(imported.get("next_rotation_at").is_none(), "{imported}");
    // The generated key of another algorithm was replaced, once.
    assert_eq!(of("ES256").len(), 2);
}

#[test]
fn a_server_that_was_off_for_years_rotates_once() {
    let (mut server, job) = server();
    let first = kid(&token(&server, &job));
    server.advance(1000 * DAY);
    server = server.restart();
    server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
    // Right after the start it is not known whether the clock is right.
    assert_eq!(server.keep_keys(Clock::Unsettled).steps, []);
    assert_eq!(advance(&mut server, 600), ["next"]);
    let rotation = time_after(&server, DAY);
    assert_eq!(member(&server, "active", "next_rotation_at"), rotation);
    assert_eq!(advance(&mut server, DAY - 1), [""; 0]);
    assert_eq!(kid(&token(&server, &job)), first);
    assert_eq!(advance(&mut server, 1), ["active"]);
    assert_eq!(advance(&mut server, 89 * DAY - 1), ["retired"]);
    assert_eq!(advance(&mut server, 1), ["next"]);
}

#[test]
fn f12_no_step_is_taken_while_the_clock_is_not_trusted() {
    let (mut server, job) = server();
    let first = kid(&token(&server, &job));
    for days in [89, 1, 60] {
        wait(&mut server, days * DAY);
        assert_eq!(server.keep_keys(Clock::Unsettled).steps, []);
    }
    assert_eq!(kid(&token(&server, &job)), first);
    // Nor does a change of an API by an operator end the announcement of a key.
    assert_eq!(advance(&mut server, 0), ["next"]);
    assert_eq!(advance(&mut server, DAY), ["active"]);
    wait(&mut server, 100 * DAY);
    server.api("https://b.example", &[]);
    assert!(server.announced().contains(&first));
}

#[test]
fn a_registry_from_a_file_has_no_schedule() {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let reader = format!(
        "[[api]]\nname = \"Management\"\naudience = \"{{issuer}}/api\"\nscopes = [\"read:keys\"]\n\
         [[application]]\nname = \"Reader\"\nclient_id = \"reader\"\nsecret_sha256 = \"{hash}\"\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = [\"read:keys\"] }}]\n"
    );
    let server = Server::of_file(&(registry_file() + &reader), "reader", SECRET);
    let listed = server.get("/api/v1/keys");
    let keys = listed["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        assert!(key.get("next_rotation_at").is_none(), "{key}");
    }
}
