//! Rotations of secrets and keys while clients ask for tokens and APIs verify them without pause.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, RwLock};

use m2m_admin::Clock;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, OPERATOR, OPERATOR_SECRET, Server};
use crate::verifier::{Verifier, kid};

/// The number of clients, each of which has a thread.
const CLIENTS: usize = 16;

/// The number of applications, each of which some of the clients run.
const APPLICATIONS: usize = 4;

/// The number of times that everything is rotated.
const ROUNDS: usize = 2;

/// The number of earlier tokens that each client verifies again.
const KEPT: usize = 3;

const DAY: u64 = 86_400;

/// The APIs that clients get tokens for, each with another algorithm.
const APIS: [(&str, &str); 2] = [
    ("https://a.example", "ES256"),
    ("https://b.example", "EdDSA"),
];

/// The state that all threads share.
struct Shared<'s> {
    server: &'s Server,
    /// Each client reads it while it asks and verifies; time passes only in between.
    time: RwLock<()>,
    /// The current secret of each application.
    secrets: Vec<RwLock<String>>,
    /// The number of requests of each client.
    requests: Mutex<[usize; CLIENTS]>,
    /// A client has made a request, or has failed.
    progress: Condvar,
    /// The keys that the emergency removes.
    doomed: Mutex<BTreeSet<String>>,
    is_done: AtomicBool,
}

/// Ends the other threads when a thread ends or fails.
struct Ending<'s>(&'s Shared<'s>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        // Locked, so that a thread which waits does not miss it.
        let _requests = self.0.requests.lock();
        self.0.is_done.store(true, Ordering::SeqCst);
        self.0.progress.notify_all();
    }
}

impl Shared<'_> {
    fn is_doomed(&self, token: &str) -> bool {
        self.doomed.lock().unwrap().contains(&kid(token))
    }

    fn application(&self, index: usize) -> Made {
        let client_id = format!("app-{index}");
        Made {
            id: client_id.clone(),
            client_id,
            secret: self.secrets[index].read().unwrap().clone(),
        }
    }

    /// Asks for tokens and verifies them until everything is done. Returns the tokens that are still valid, with their API.
    fn client(&self, number: usize) -> Vec<(usize, String)> {
        let _ending = Ending(self);
        let api = number % APIS.len();
        let (audience, _) = APIS[api];
        let mut verifier = Verifier::new(self.server, audience);
        let mut tokens: Vec<String> = Vec::new();
        while !self.is_done.load(Ordering::SeqCst) {
            let _now = self.time.read().unwrap();
            let application = self.application(number / APIS.len() % APPLICATIONS);
            let answer = self
                .server
                .ask(&application, &format!("&audience={audience}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            tokens.push(answer.access_token());
            if tokens.len() > KEPT {
                tokens.remove(0);
            }
            tokens.retain(|token| !is_expired(self.server, token));
            // A removed key is unknown when the verifier has fetched the keys after the emergency.
            tokens.retain(|token| match verifier.verify(token) {
                Ok(()) => true,
                Err(error) => {
                    assert!(self.is_doomed(token), "{error}: {token}");
                    false
                }
            });
            self.requests.lock().unwrap()[number] += 1;
            self.progress.notify_one();
        }
        tokens.into_iter().map(|token| (api, token)).collect()
    }

    /// Waits until every client has begun and ended a request.
    fn wait(&self) {
        let mut requests = self.requests.lock().unwrap();
        // The first may have begun before.
        let wanted = requests.map(|count| count + 2);
        while requests
            .iter()
            .zip(wanted)
            .any(|(count, wanted)| *count < wanted)
        {
            assert!(!self.is_done.load(Ordering::SeqCst), "a client has failed");
            requests = self.progress.wait(requests).unwrap();
        }
    }

    fn advance(&self, seconds: u64) {
        {
            let _no_client = self.time.write().unwrap();
            self.server.advance(seconds);
        }
        self.wait();
    }

    fn manage(&self, path: &str, body: &Value) -> Value {
        let token = self.server.management_token(OPERATOR, OPERATOR_SECRET);
        let method = if body.is_null() { "GET" } else { "POST" };
        let answer = self.server.call_as(&token, method, path, body);
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.json()
    }

    /// Rotates the secrets of all applications. Clients use the previous ones for a while.
    fn rotate_secrets(&self) {
        let rotated = (0..APPLICATIONS).map(|index| {
            let path = format!("/api/v1/applications/app-{index}/secrets");
            let made = self.manage(&path, &json!({ "overlap_seconds": 3600 }));
            made["secret"]["client_secret"].as_str().unwrap().to_owned()
        });
        let rotated: Vec<String> = rotated.collect();
        self.wait();
        for (secret, rotated) in self.secrets.iter().zip(rotated) {
            *secret.write().unwrap() = rotated;
        }
        self.wait();
    }

    /// Takes the steps of the schedule, and returns the states that keys of both algorithms have entered.
    fn keep_keys(&self) -> Vec<&'static str> {
        let kept = self.server.keep_keys(Clock::Steady);
        assert_eq!(kept.refused, []);
        self.wait();
        kept.steps.iter().map(|step| step.state.as_str()).collect()
    }

    fn rotate(&self, algorithm: &str, emergency: bool) -> Value {
        let rotate = json!({ "algorithm": algorithm, "emergency": emergency });
        self.manage("/api/v1/keys/rotate", &rotate)
    }
}

fn is_expired(server: &Server, token: &str) -> bool {
    let expires_at = m2m_testkit::claims(token)["exp"].as_u64().unwrap();
    server.now().as_seconds() >= expires_at
}

/// Returns a server with the APIs, the applications and the shared state.
fn start(server: &Server) -> Shared<'_> {
    for (audience, algorithm) in APIS {
        let api = json!({ "name": audience, "audience": audience, "signing_alg": algorithm });
        server.done("POST", "/api/v1/apis", &api);
    }
    server.advance(600);
    server.settle();
    let secrets = (0..APPLICATIONS).map(|index| {
        let application = server.application(&json!({ "client_id": format!("app-{index}") }));
        for (audience, _) in APIS {
            server.authorize(audience, &application.client_id, &[]);
        }
        RwLock::new(application.secret)
    });
    Shared {
        server,
        time: RwLock::new(()),
        secrets: secrets.collect(),
        requests: Mutex::new([0; CLIENTS]),
        progress: Condvar::new(),
        doomed: Mutex::default(),
        is_done: AtomicBool::new(false),
    }
}

#[test]
fn x11_rotations_refuse_no_request_and_leave_every_token_verifiable() {
    let server = Server::start();
    server.settle();
    let shared = start(&server);
    let first_keys = server.announced();
    let tokens = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let shared = &shared;
                scope.spawn(move || shared.client(number))
            })
            .collect();
        let _ending = Ending(&shared);
        shared.wait();
        for _ in 0..ROUNDS {
            shared.rotate_secrets();
            shared.advance(3600);

            // By schedule: both algorithms in the same way.
            shared.advance(89 * DAY);
            let mut steps = shared.keep_keys();
            steps.retain(|state| *state != "retired");
            assert_eq!(steps, ["next", "next"]);
            shared.advance(DAY);
            assert_eq!(shared.keep_keys(), ["active", "active"]);

            // By hand, with secrets in between.
            for algorithm in ["ES256", "EdDSA"] {
                shared.rotate(algorithm, false);
                shared.wait();
                shared.rotate_secrets();
                shared.advance(600);
                let rotated = shared.rotate(algorithm, false);
                assert_eq!(rotated["key"]["state"], "active");
                shared.wait();
            }
        }
        emergency(&shared);
        drop(Ending(&shared));
        let clients = clients.into_iter().map(|client| client.join().unwrap());
        clients.flatten().collect::<Vec<_>>()
    });
    // What is valid at last is verified by an API that has just started.
    let verifiers = APIS.map(|(audience, _)| Verifier::new(&server, audience));
    assert!(tokens.len() >= CLIENTS);
    for (api, token) in tokens {
        if !shared.is_doomed(&token) {
            assert_eq!(verifiers[api].verify_offline(&token), Ok(()));
        }
    }
    for kid in first_keys {
        assert!(!server.announced().contains(&kid));
    }
    println!("{:?}", shared.requests);
}

/// Removes the keys of an algorithm at once: no request is refused, and exactly the tokens of these keys stop verifying.
fn emergency(shared: &Shared<'_>) {
    let server = shared.server;
    let management = server.management_token(OPERATOR, OPERATOR_SECRET);
    let listed = shared.manage("/api/v1/keys", &Value::Null);
    let keys = listed["keys"].as_array().unwrap().iter();
    let of_algorithm = keys.filter(|key| key["algorithm"] == "ES256");
    let kids = of_algorithm.map(|key| key["kid"].as_str().unwrap().to_owned());
    let doomed: BTreeSet<String> = kids.collect();
    assert!(doomed.contains(&kid(&management)));
    // Tokens of both kinds from before.
    let of_api = |(audience, _): (&str, &str)| {
        let application = shared.application(0);
        let answer = server.ask(&application, &format!("&audience={audience}"));
        answer.access_token()
    };
    let before = APIS.map(of_api);
    shared.doomed.lock().unwrap().clone_from(&doomed);
    let rotated = shared.rotate("ES256", true);
    let removed = rotated["removed"].as_array().unwrap().iter();
    let removed: BTreeSet<String> = removed
        .map(|kid| kid.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(removed, doomed);
    shared.wait();
    let after = APIS.map(of_api);
    assert_eq!(kid(&after[0]), rotated["key"]["kid"].as_str().unwrap());
    for (index, (audience, _)) in APIS.into_iter().enumerate() {
        let verifier = Verifier::new(server, audience);
        let is_valid = verifier.verify_offline(&before[index]).is_ok();
        assert_eq!(is_valid, !doomed.contains(&kid(&before[index])));
        assert_eq!(is_valid, index == 1);
        assert_eq!(verifier.verify_offline(&after[index]), Ok(()));
    }
    // The management API verifies its own tokens with the same keys.
    let answer = server.call_as(&management, "GET", "/api/v1/keys", &Value::Null);
    assert_eq!(answer.status, 401, "{answer:?}");
    shared.manage("/api/v1/keys", &Value::Null);
}
