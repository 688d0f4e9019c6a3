//! Rotation, revocation, other changes and token requests at once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, Server};

/// The number of secrets that are created and revoked.
const ROTATIONS: usize = 120;

/// The progress of a secret as the test knows it, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// Its creation has been acknowledged.
    Made,
    /// Its end has been requested.
    Ending,
    /// Its end has been acknowledged.
    Ended,
}

/// The secrets of an application by their ids, with their progress.
type Secrets = Mutex<BTreeMap<String, (String, Known)>>;

fn of_known(secrets: &Secrets, known: Known) -> Vec<(String, String)> {
    let secrets = secrets.lock().unwrap();
    let of = secrets.iter().filter(|(_, (_, own))| *own == known);
    of.map(|(id, (secret, _))| (id.clone(), secret.clone()))
        .collect()
}

#[test]
fn x14_no_interleaving_revives_a_secret_whose_end_was_acknowledged() {
    let server = Server::in_folder();
    let api = server.api("https://a.example", &["read:a"]);
    let application = server.application(&json!({ "client_id": "raced" }));
    server.authorize(&api, &application.id, &["read:a"]);
    let path = "/api/v1/applications/raced/secrets";
    let with = |secret: &str| Made {
        secret: secret.to_owned(),
        ..application.clone()
    };
    let granted = |secret: &str| server.ask(&with(secret), "").status == 200;
    let secrets: Secrets = Mutex::default();
    let is_done = AtomicBool::new(false);
    let (granted_in_all, refused_in_all) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let know = |id: &str, known: Known| secrets.lock().unwrap().get_mut(id).unwrap().1 = known;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROTATIONS {
                let answer = server.call("POST", path, &json!({ "overlap_seconds": 3600 }));
                if answer.status == 409 {
                    // The application has the maximum number of secrets: some have to end first.
                    assert!(answer.body.contains("TOO_MANY_SECRETS"), "{answer:?}");
                    continue;
                }
                let made = answer.json();
                let text = |name: &str| made["secret"][name].as_str().unwrap().to_owned();
                let (id, secret) = (text("id"), text("client_secret"));
                secrets.lock().unwrap().insert(id, (secret, Known::Made));
            }
            is_done.store(true, Ordering::SeqCst);
        });
        scope.spawn(|| {
            while !is_done.load(Ordering::SeqCst) {
                let Some((id, secret)) = of_known(&secrets, Known::Made).into_iter().next() else {
                    continue;
                };
                know(&id, Known::Ending);
                server.done("DELETE", &format!("{path}/{id}"), &Value::Null);
                know(&id, Known::Ended);
                assert!(!granted(&secret), "the secret had ended before");
            }
        });
        // Other threads change the same record: they must not write back secrets that they read earlier.
        scope.spawn(|| {
            for number in 0.. {
                if is_done.load(Ordering::SeqCst) {
                    break;
                }
                let change = json!({ "name": format!("Name {number}") });
                server.done("PATCH", "/api/v1/applications/raced", &change);
                let body = json!({ "application": [{
                    "name": "Applied", "client_id": "raced", "token_lifetime": 60 + number % 2,
                    "authorize": [{ "audience": "https://a.example", "scopes": ["read:a"] }],
                }] });
                let answer = server.call("POST", "/api/v1/apply", &body);
                assert!(matches!(answer.status, 200 | 409), "{answer:?}");
            }
        });
        for asker in 0..2 {
            let (secrets, is_done, know_of) = (&secrets, &is_done, &granted);
            let (granted_in_all, refused_in_all) = (&granted_in_all, &refused_in_all);
            scope.spawn(move || {
                for number in asker.. {
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                    let all: Vec<_> = secrets.lock().unwrap().clone().into_iter().collect();
                    if all.is_empty() {
                        continue;
                    }
                    // The youngest secret is used most often, where it matters most, and the others in turn.
                    let index = if number % 2 == 0 {
                        all.len() - 1
                    } else {
                        number % all.len()
                    };
                    let (id, (secret, before)) = &all[index];
                    let is_granted = know_of(secret);
                    let after = secrets.lock().unwrap()[id].1;
                    if *before == Known::Ended {
                        assert!(!is_granted, "{id} had ended, and got a token");
                    }
                    if after == Known::Made {
                        assert!(is_granted, "{id} works, and got no token");
                    }
                    let count = if is_granted {
                        granted_in_all
                    } else {
                        refused_in_all
                    };
                    count.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    let (granted_in_all, refused_in_all) =
        (granted_in_all.into_inner(), refused_in_all.into_inner());
    println!("{granted_in_all} granted, {refused_in_all} refused");
    assert!(
        granted_in_all > 20 && refused_in_all > 20,
        "{granted_in_all} {refused_in_all}"
    );
    let ended = of_known(&secrets, Known::Ended);
    assert!(ended.len() > ROTATIONS / 4, "{}", ended.len());
    for (_, secret) in of_known(&secrets, Known::Made) {
        assert!(granted(&secret));
    }
    // A restart does not revive an ended secret either.
    let server = server.restart();
    for (id, secret) in ended {
        assert_ne!(server.ask(&with(&secret), "").status, 200, "{id}");
    }
}
