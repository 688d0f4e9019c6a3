//! Servers that are killed while their registry is changed: acknowledged changes are present, and no change is half made.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use m2m_authority::registry::SecretHash;
use m2m_store::Action;
use serde_json::{Value, json};

use crate::data::Data;
use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, bearer, fresh, try_call};
use crate::support::Answer;

/// The number of servers that are killed.
const RUNS: u32 = 200;
/// The number of runs after which the data directory is replaced, so that looking into it does not take longer and longer.
const RUNS_OF_A_DIRECTORY: u32 = 40;

/// The acknowledged changes of a data directory: client ids with their secrets, and scopes.
#[derive(Default)]
struct Acknowledged {
    secrets: BTreeMap<String, String>,
    scopes: BTreeSet<String>,
    /// The number of changes that were requested but not acknowledged.
    open: usize,
}

/// Requests changes one after the other until the server is gone. The answer to each goes to `note`; the last has none.
fn until_it_is_gone(
    address: SocketAddr,
    token: &str,
    ask: impl Fn(u32) -> (&'static str, Value),
    mut note: impl FnMut(u32, Option<Answer>),
) {
    for number in 0.. {
        let (path, body) = ask(number);
        let answer = try_call(address, "POST", path, &bearer(token), &body);
        let is_gone = answer.is_none();
        note(number, answer);
        if is_gone {
            return;
        }
    }
}

/// Starts three writers on a server, and kills it after `kill_after`.
#[expect(
    clippy::disallowed_methods,
    reason = "the moments to kill at are spread over some milliseconds"
)]
fn run(data: Data, run: u32, kill_after: Duration, acknowledged: &mut Acknowledged) -> Data {
    let managed = Managed::over(data, &[]);
    let (address, token) = (managed.server.address, &*managed.token);
    let applications = std::thread::scope(|scope| {
        let single = scope.spawn(|| {
            let mut made = BTreeMap::new();
            let ask = |number| {
                let body = json!({ "name": "One", "type": "m2m", "client_id": format!("one-{run}-{number}") });
                ("/api/v1/applications", body)
            };
            until_it_is_gone(address, token, ask, |_, answer| {
                let Some(answer) = answer else { return };
                assert_eq!(answer.status, 201, "{answer:?}");
                let application = answer.json()["application"].clone();
                let text = |name: &str| application[name].as_str().unwrap().to_owned();
                made.insert(text("client_id"), text("client_secret"));
            });
            made
        });
        let pairs = scope.spawn(|| {
            let mut made = BTreeMap::new();
            let ask = |number| {
                let one = |half| json!({ "name": "Half", "client_id": format!("pair-{run}-{number}-{half}") });
                ("/api/v1/apply", json!({ "application": [one("a"), one("b")] }))
            };
            until_it_is_gone(address, token, ask, |_, answer| {
                let Some(answer) = answer else { return };
                assert_eq!(answer.status, 200, "{answer:?}");
                let credentials = answer.json()["credentials"].clone();
                for own in credentials.as_array().unwrap() {
                    let text = |name: &str| own[name].as_str().unwrap().to_owned();
                    made.insert(text("client_id"), text("client_secret"));
                }
            });
            made
        });
        let scopes = scope.spawn(|| {
            let mut made = BTreeSet::new();
            let ask = |number| {
                let body = json!({ "key": format!("scope:{run}:{number}") });
                ("/api/v1/apis/https%3A%2F%2Fa.example/scopes", body)
            };
            until_it_is_gone(address, token, ask, |number, answer| {
                let Some(answer) = answer else { return };
                assert_eq!(answer.status, 201, "{answer:?}");
                made.insert(format!("scope:{run}:{number}"));
            });
            made
        });
        let since = Instant::now();
        while since.elapsed() < kill_after {
            std::thread::sleep(Duration::from_micros(200));
        }
        managed.server.signal("KILL");
        let mut applications = single.join().unwrap();
        applications.append(&mut pairs.join().unwrap());
        acknowledged.scopes.append(&mut scopes.join().unwrap());
        applications
    });
    acknowledged.secrets.extend(applications);
    acknowledged.open += 3;
    let Managed { server, data, .. } = managed;
    server.wait();
    data
}

/// Asserts that all acknowledged changes are present, and that no change is half made.
fn look(data: &Data, run: u32, acknowledged: &Acknowledged) -> usize {
    let (snapshot, events) = data.look();
    let mut applications = BTreeMap::new();
    for stored in &snapshot.applications {
        applications.insert(stored.value.client_id.to_string(), &stored.value);
    }
    for (client_id, secret) in &acknowledged.secrets {
        let Some(application) = applications.get(client_id) else {
            panic!("run {run}: {client_id} is lost")
        };
        let hash = SecretHash::of(secret.as_bytes());
        assert!(bool::from(
            hash.constant_time_eq(&application.secrets[0].hash)
        ));
    }
    let api = &snapshot.apis[1].value;
    let scopes: BTreeSet<String> = api
        .scopes
        .iter()
        .map(|scope| scope.key.to_string())
        .collect();
    let lost: Vec<_> = acknowledged.scopes.difference(&scopes).collect();
    assert!(lost.is_empty(), "run {run}: {lost:?} are lost");
    // A change that was not acknowledged is present as a whole, or not at all.
    for client_id in applications.keys() {
        if let Some(pair) = client_id.strip_suffix("-a") {
            assert!(
                applications.contains_key(&format!("{pair}-b")),
                "run {run}: half of {pair}"
            );
        }
    }
    let seconds = applications
        .keys()
        .filter(|client_id| client_id.ends_with("-b"))
        .count();
    let firsts = applications
        .keys()
        .filter(|client_id| client_id.ends_with("-a"))
        .count();
    assert_eq!(firsts, seconds);
    // Each created record has its event, each event its record, and so has each change of the API.
    let told: BTreeSet<String> = events
        .iter()
        .filter(|event| {
            event.action == Action::Created && event.subject == m2m_store::Subject::Application
        })
        .map(|event| event.name.to_string())
        .collect();
    let there: BTreeSet<String> = applications.keys().cloned().collect();
    assert_eq!(told, there, "run {run}");
    let changes = events
        .iter()
        .filter(|event| event.action == Action::Updated && *event.name == *"https://a.example")
        .count();
    assert_eq!(changes, scopes.len(), "run {run}");
    let known = acknowledged.secrets.len() + acknowledged.scopes.len();
    let made = applications.len() - 1 + scopes.len();
    // Each run has three changes in progress when it ends, of two records at most.
    assert!(
        (known..=known + acknowledged.open * 2).contains(&made),
        "run {run}: {known} {made}"
    );
    made
}

#[test]
fn x13_a_killed_server_has_made_every_change_that_it_acknowledged_and_none_by_half() {
    let mut made = 0;
    let mut without_any = 0;
    let mut directory: Option<(Data, Acknowledged)> = None;
    for number in 0..RUNS {
        let (data, mut acknowledged) = match directory.take() {
            Some(directory) if number % RUNS_OF_A_DIRECTORY != 0 => directory,
            _ => {
                let managed = Managed::over(fresh(), &[]);
                managed.api("https://a.example", &[]);
                let Managed { server, data, .. } = managed;
                server.stop();
                (data, Acknowledged::default())
            }
        };
        // Spread evenly in an order that has no period.
        let part = f64::from(number) * 0.618_033_988_749_895 % 1.0;
        let before = acknowledged.secrets.len() + acknowledged.scopes.len();
        let data = run(
            data,
            number,
            Duration::from_millis(100).mul_f64(part),
            &mut acknowledged,
        );
        let after = acknowledged.secrets.len() + acknowledged.scopes.len();
        without_any += u32::from(before == after);
        made += after - before;
        look(&data, number, &acknowledged);
        directory = Some((data, acknowledged));
    }
    println!("{RUNS} servers killed, {made} records acknowledged, in {without_any} runs none");
    assert!(made > usize::try_from(RUNS).unwrap(), "{made}");
}
