//! Writers that change records one after the other until they are stopped, and read back what they wrote.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::history::{History, Outcome, Value};
use super::random::Random;
use crate::managed::{OPERATOR, OPERATOR_SECRET, bearer, try_call, try_send};
use crate::support::Answer;

/// The number of records of a writer.
const RECORDS: u64 = 6;

/// The way in which a writer changes its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One application at a time: created, changed in two fields, deleted.
    Single,
    /// Two applications in one `apply`.
    Pair,
    /// The scopes of an API: created and deleted.
    Scope,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Single, Self::Pair, Self::Scope];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Pair => "pair",
            Self::Scope => "scope",
        }
    }
}

/// A writer, and the outcomes of its changes over all servers of one data directory.
#[derive(Debug)]
pub(crate) struct Writer {
    kind: Kind,
    pub(crate) history: History,
    /// The number of acknowledged changes of all writers.
    acknowledged: Arc<AtomicU64>,
    random: Random,
    last: u64,
    token: String,
}

impl Writer {
    pub(crate) fn new(kind: Kind, acknowledged: Arc<AtomicU64>, random: Random) -> Self {
        Self {
            kind,
            history: History::default(),
            acknowledged,
            random,
            last: 0,
            token: String::new(),
        }
    }

    /// Changes records until `stop` is set, or the server is gone.
    pub(crate) fn run(&mut self, address: SocketAddr, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if self.token.is_empty() {
                let Some(token) = management_token(address) else {
                    pause();
                    continue;
                };
                self.token = token;
            }
            match self.kind {
                Kind::Single => self.change_one(address),
                Kind::Pair => self.change_pair(address),
                Kind::Scope => self.change_scope(address),
            }
        }
    }

    /// Returns true if a change is acknowledged now.
    pub(crate) fn writes(&mut self, address: SocketAddr) -> bool {
        let before = self.history.acknowledged;
        if let Some(token) = management_token(address) {
            self.token = token;
            self.change_one_of(address, &self.name(RECORDS));
        }
        self.history.acknowledged > before
    }

    fn name(&self, number: u64) -> String {
        format!("{}-{number}", self.kind.prefix())
    }

    fn any_name(&mut self) -> String {
        let number = self.random.below(RECORDS);
        self.name(number)
    }

    fn change_one(&mut self, address: SocketAddr) {
        let name = self.any_name();
        self.change_one_of(address, &name);
    }

    fn change_one_of(&mut self, address: SocketAddr, name: &str) {
        self.last += 1;
        let (text, path) = (
            self.last.to_string(),
            format!("/api/v1/applications/{name}"),
        );
        let fields = json!({ "name": text, "description": text });
        let there = self.history.likeliest(name).is_some();
        let (value, answer) = if !there {
            let body = json!({
                "name": text, "description": text, "type": "m2m", "client_id": name,
            });
            let path = "/api/v1/applications";
            (Some(self.last), self.call(address, "POST", path, &body))
        } else if self.random.below(5) == 0 {
            (None, self.call(address, "DELETE", &path, &json!({})))
        } else {
            (Some(self.last), self.call(address, "PATCH", &path, &fields))
        };
        let outcome = self.outcome(answer.as_ref());
        self.history.note(&[name.to_owned()], value, outcome);
        let contradicts = answer.is_some_and(|answer| matches!(answer.status, 404 | 409));
        if contradicts || outcome == Outcome::Done && self.random.below(4) == 0 {
            self.look_at(address, name, &path);
        }
        self.rest_if(outcome);
    }

    /// Reads a record back, and asserts that it has an acknowledged value.
    fn look_at(&mut self, address: SocketAddr, name: &str, path: &str) {
        let Some(answer) = self.call(address, "GET", path, &json!({})) else {
            return;
        };
        let value: Value = match answer.status {
            200 => {
                let json = answer.json();
                let application = json.get("application").unwrap();
                let text = |field: &str| Some(application.get(field)?.as_str()?.to_owned());
                assert_eq!(
                    text("name"),
                    text("description"),
                    "half of a change: {json}"
                );
                text("name").and_then(|text| text.parse().ok())
            }
            404 => None,
            _ => return,
        };
        let seen = self.history.see(name, value);
        assert_eq!(seen, Ok(()), "read back: {answer:?}");
    }

    fn change_pair(&mut self, address: SocketAddr) {
        self.last += 1;
        let (pair, text) = (self.any_name(), self.last.to_string());
        let names = ["a", "b"].map(|half| format!("{pair}-{half}"));
        let applications = names.each_ref().map(|name| {
            json!({ "name": format!("{text} of {name}"), "client_id": name, "description": text })
        });
        let body = json!({ "application": applications });
        let answer = self.call(address, "POST", "/api/v1/apply", &body);
        let outcome = self.outcome(answer.as_ref());
        self.history.note(&names, Some(self.last), outcome);
        self.rest_if(outcome);
    }

    fn change_scope(&mut self, address: SocketAddr) {
        let name = self.any_name();
        let path = "/api/v1/apis/https%3A%2F%2Fa.example/scopes";
        let there = self.history.likeliest(&name).is_some();
        let (value, answer) = if there {
            let path = format!("{path}/{name}");
            (None, self.call(address, "DELETE", &path, &json!({})))
        } else {
            let body = json!({ "key": name });
            (Some(0), self.call(address, "POST", path, &body))
        };
        let outcome = self.outcome(answer.as_ref());
        self.history
            .note(core::slice::from_ref(&name), value, outcome);
        // An answer that contradicts the likeliest value settles an earlier change whose outcome was unknown.
        let seen = match answer.map(|answer| answer.status) {
            Some(404) => self.history.see(&name, None),
            Some(409) if !there => self.history.see(&name, Some(0)),
            _ => Ok(()),
        };
        assert_eq!(seen, Ok(()));
        self.rest_if(outcome);
    }

    fn call(
        &self,
        address: SocketAddr,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Option<Answer> {
        try_call(address, method, path, &bearer(&self.token), body)
    }

    /// Returns the outcome of the change from its answer.
    fn outcome(&mut self, answer: Option<&Answer>) -> Outcome {
        let Some(answer) = answer else {
            return Outcome::Unknown;
        };
        match answer.status {
            200 | 201 => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                Outcome::Done
            }
            401 => {
                self.token.clear();
                Outcome::Refused
            }
            404 | 409 | 412 => Outcome::Refused,
            503 if answer.body.contains("CHANGE_UNKNOWN") => Outcome::Unknown,
            503 => Outcome::Refused,
            _ => panic!("no answer to a change: {answer:?}"),
        }
    }

    /// Waits a little after a change that was not made, as a client would.
    fn rest_if(&self, outcome: Outcome) {
        if outcome != Outcome::Done {
            pause();
        }
    }
}

/// Requests a token for the management API. Returns nothing if the request fails.
fn management_token(address: SocketAddr) -> Option<String> {
    let answer = ask(
        address,
        OPERATOR,
        OPERATOR_SECRET,
        &format!("&audience=http://{address}/api"),
    )?;
    (answer.status == 200).then(|| answer.access_token())
}

/// Requests a token. Returns nothing if the answer is incomplete.
pub(crate) fn ask(
    address: SocketAddr,
    client_id: &str,
    secret: &str,
    more: &str,
) -> Option<Answer> {
    let form =
        format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}");
    let headers = "content-type: application/x-www-form-urlencoded\r\n";
    try_send(address, "POST", "/oauth2/token", headers, &form)
}

fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}
