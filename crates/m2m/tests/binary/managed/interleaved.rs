//! Rotations, revocations, requests for tokens, tokens that are used again, and introspection, all at once.
//!
//! Each thread notes what it was told before it asks, so that every answer can be compared with what was acknowledged before its request began.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::managed::ManagementCalls as _;
use crate::managed::{Made, Managed};
use crate::support::Answer;

const AUDIENCE: &str = "https://a.example";
/// The number of tokens that are revoked.
const REVOCATIONS: usize = 300;
/// The number of secrets that are rotated.
const ROTATIONS: usize = 40;

/// Everything that has been acknowledged: revoked tokens, secrets that have ended, and the secret that is in force.
struct History {
    revoked: Mutex<HashSet<String>>,
    ended: Mutex<Vec<String>>,
    secret: Mutex<String>,
    /// Some tokens that were issued, the latest last.
    tokens: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

struct Place {
    managed: Managed,
    application: Made,
    history: History,
}

impl Place {
    fn new() -> Self {
        let managed = Managed::start(&[]);
        let api = managed.api(AUDIENCE, &["read:a"]);
        let window = json!({ "token_reuse_seconds": 600 });
        managed.done("PATCH", &format!("/api/v1/apis/{api}"), &window);
        let application = managed.application(&json!({ "name": "Caller" }));
        managed.authorize(&api, &application.id, &["read:a"]);
        let history = History {
            revoked: Mutex::default(),
            ended: Mutex::default(),
            secret: Mutex::new(application.secret.clone()),
            tokens: Mutex::default(),
            is_over: AtomicBool::new(false),
        };
        Self {
            managed,
            application,
            history,
        }
    }

    fn is_going_on(&self) -> bool {
        !self.history.is_over.load(Ordering::SeqCst)
    }

    /// Sends a form with a secret that may end in the meantime, until one is accepted.
    fn with_secret(&self, path: &str, form: &str) -> Answer {
        loop {
            let secret = self.history.secret.lock().unwrap().clone();
            let client_id = &self.application.client_id;
            let form = format!("client_id={client_id}&client_secret={secret}&{form}");
            let answer = self.managed.server.post(path, "", &form);
            if answer.status == 200 {
                return answer;
            }
            let is_in_force = *self.history.secret.lock().unwrap() == secret;
            assert!(!is_in_force, "a secret in force is refused: {answer:?}");
        }
    }

    /// Requests tokens, none of which was revoked before its request.
    fn ask(&self) {
        while self.is_going_on() {
            let revoked = self.history.revoked.lock().unwrap().clone();
            let form = format!("grant_type=client_credentials&audience={AUDIENCE}");
            let token = self.with_secret("/oauth2/token", &form).access_token();
            assert!(!revoked.contains(&token), "a revoked token is handed out");
            let mut tokens = self.history.tokens.lock().unwrap();
            tokens.push(token);
            let surplus = tokens.len().saturating_sub(100);
            tokens.drain(..surplus);
        }
    }

    /// Revokes the latest token, again and again.
    fn revoke(&self) {
        for _ in 0..REVOCATIONS {
            let token = loop {
                let latest = self.history.tokens.lock().unwrap().last().cloned();
                match latest {
                    Some(token) => break token,
                    // None has been issued yet.
                    None => std::thread::yield_now(),
                }
            };
            self.with_secret("/oauth2/revoke", &format!("token={token}"));
            self.history.revoked.lock().unwrap().insert(token);
        }
        self.history.is_over.store(true, Ordering::SeqCst);
    }

    /// Introspects tokens, none of which is active if it was revoked before.
    fn introspect(&self) {
        while self.is_going_on() {
            let tokens = self.history.tokens.lock().unwrap().clone();
            let revoked = self.history.revoked.lock().unwrap().clone();
            for token in tokens.iter().rev().take(5) {
                let answer = self.with_secret("/oauth2/introspect", &format!("token={token}"));
                let is_active = answer.json()["active"] == true;
                assert!(
                    !(is_active && revoked.contains(token)),
                    "a revoked token is active"
                );
            }
        }
    }

    /// Rotates the secret, and checks that no ended one works.
    fn rotate(&self) {
        let path = format!("/api/v1/applications/{}/secrets", self.application.id);
        for _ in 0..ROTATIONS {
            let mut current = self.history.secret.lock().unwrap();
            let made = self
                .managed
                .call("POST", &path, &json!({ "overlap_seconds": 0 }));
            assert_eq!(made.status, 201, "{made:?}");
            let new = made.json()["secret"]["client_secret"]
                .as_str()
                .unwrap()
                .to_owned();
            let ended = std::mem::replace(&mut *current, new);
            drop(current);
            let old = self
                .managed
                .server
                .token(&self.application.client_id, &ended, "");
            assert!(
                matches!(old.status, 401 | 429),
                "an ended secret works: {old:?}"
            );
            self.history.ended.lock().unwrap().push(ended);
        }
    }
}

#[test]
fn x14_no_interleaving_revives_a_secret_or_a_token() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| place.ask());
            scope.spawn(|| place.introspect());
        }
        scope.spawn(|| place.rotate());
        scope.spawn(|| place.revoke());
    });
    let revoked = place.history.revoked.lock().unwrap();
    assert!(revoked.len() > REVOCATIONS / 10, "{}", revoked.len());
    for token in revoked.iter() {
        let answer = place.with_secret("/oauth2/introspect", &format!("token={token}"));
        assert_eq!(answer.body, r#"{"active":false}"#);
    }
    for ended in place.history.ended.lock().unwrap().iter() {
        let answer = place
            .managed
            .server
            .token(&place.application.client_id, ended, "");
        assert!(matches!(answer.status, 401 | 429), "{answer:?}");
    }
}
