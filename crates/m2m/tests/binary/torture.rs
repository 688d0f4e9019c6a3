//! Faults of disk, files, memory, descriptors and clock in a server that three writers change and callers use: acknowledged changes are
//! present, refused ones are not, no change is half made, and the operator learns the reason.
//!
//! The test run has each fault once, then random ones for `TORTURE_SECONDS`; `cargo xtask torture` runs for longer.
//! `TORTURE_SEED` repeats the choices of a run, though not its timing.

mod faults;
mod history;
pub(crate) mod injector;
mod random;
mod traffic;
mod writers;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::data::Data;
use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, fresh};
use crate::support::m2m;
use faults::{Fault, Place, Told};
use injector::Injector;
use random::Random;
use traffic::Traffic;
use writers::{Kind, Writer};

/// The shortest duration of a fault.
const SHORTEST: Duration = Duration::from_millis(300);

/// The time within which an operator can see a fault: readiness checks the store every two seconds.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// The time within which changes succeed again after a temporary fault.
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);

/// The number of writers.
const WRITERS: u64 = 3;

/// A data directory on which servers are started one after the other, with the expected state of its records.
struct Torture {
    data: Data,
    aside: TempDir,
    injector: Injector,
    writers: Vec<Writer>,
    acknowledged: Arc<AtomicU64>,
    traffic: Traffic,
    random: Random,
    faults: BTreeMap<String, u32>,
    injected: u64,
}

impl Torture {
    fn new(seed: u64) -> Self {
        let managed = Managed::over(fresh(), &[]);
        managed.api("https://a.example", &[]);
        let caller = managed.application(&serde_json::json!({ "client_id": "caller" }));
        managed.authorize("https://a.example", &caller.id, &[]);
        let Managed { server, data, .. } = managed;
        assert!(server.stop().0.success());
        let aside = tempfile::tempdir_in(data.folder.path()).unwrap();
        std::fs::copy(data.path().join("m2m.db"), aside.path().join("older.db")).unwrap();
        let mut random = Random::new(seed);
        let acknowledged = Arc::new(AtomicU64::new(0));
        let writers =
            Kind::ALL.map(|kind| Writer::new(kind, Arc::clone(&acknowledged), random.fork()));
        Self {
            injector: Injector::new(aside.path()),
            data,
            aside,
            writers: writers.into(),
            acknowledged,
            traffic: Traffic::new(caller.secret),
            random,
            faults: BTreeMap::new(),
            injected: 0,
        }
    }

    /// Runs one server with one fault, and checks the data directory afterwards.
    #[expect(
        clippy::disallowed_methods,
        reason = "faults last for a time, while writers run"
    )]
    fn episode(mut self, fault: Fault) -> Self {
        let path = self.data.path();
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(&path).args(["--ops-listen", "127.0.0.1:0"]);
        self.injector.load_into(&mut command, &path);
        let managed = Managed::of_command(command, self.data);
        let server = &managed.server;
        let (address, ops) = (server.address, server.ops());
        let place = Place {
            data: &path,
            aside: self.aside.path(),
            injector: &self.injector,
            process: server.process(),
        };
        let injected = self.injector.injected();
        let (stop, unspared) = (AtomicBool::new(false), AtomicBool::new(false));
        let (random, writers, traffic) = (&mut self.random, &mut self.writers, &mut self.traffic);
        let acknowledged = &self.acknowledged;
        let skip = u32::try_from(random.below(12)).unwrap();
        let ends_within = fault.lasts() || random.below(3) == 0;
        let kills = fault == Fault::None || random.below(2) == 0;
        let undo = std::thread::scope(|scope| {
            // In any case, even on a panic: a scope waits for its threads.
            let _stop = Stop(&stop);
            for writer in writers.iter_mut() {
                scope.spawn(|| writer.run(address, &stop));
            }
            scope.spawn(|| traffic.run(address, &stop, &unspared));
            std::thread::sleep(Duration::from_millis(100 + u64::from(skip) * 10));
            unspared.store(!fault.spares_tokens(), Ordering::Relaxed);
            let before = metrics(ops);
            let undo = place.begin(fault, skip);
            let since = Instant::now();
            // Each writer may have an answer in transit.
            let at_most = acknowledged.load(Ordering::Relaxed) + WRITERS;
            let is_told = || match fault.told() {
                Told::Nothing => true,
                Told::StoreFailure => failures(&metrics(ops)) > failures(&before),
                Told::IdentityRestored => path.join("m2m.id").exists(),
                Told::NotReady => !is_ready(ops),
            };
            while since.elapsed() < SHORTEST || !is_told() {
                assert!(
                    since.elapsed() < TOLD_WITHIN,
                    "{fault:?}: it is not reported: {} {}",
                    readyz(ops),
                    metrics(ops)
                );
                std::thread::sleep(Duration::from_millis(20));
            }
            if fault.told() == Told::NotReady {
                let now = acknowledged.load(Ordering::Relaxed);
                assert!(
                    now <= at_most,
                    "{fault:?}: {} changes were acknowledged into nothing",
                    now - at_most
                );
            }
            if ends_within {
                Some(undo)
            } else {
                place.end(undo);
                None
            }
        });
        let has_ended = fault.may_end_the_process() && !is_alive(ops);
        if undo.is_none() && !has_ended {
            let since = Instant::now();
            while !self.writers.first_mut().unwrap().writes(address) {
                assert!(
                    since.elapsed() < RECOVERS_WITHIN,
                    "{fault:?}: no change is made after it: {}",
                    readyz(ops)
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        managed
            .server
            .signal_if_alive(if kills { "KILL" } else { "TERM" });
        let Managed { server, data, .. } = managed;
        let (_, log) = server.wait();
        if let Some(undo) = undo {
            place.end(undo);
        }
        self.data = data;
        assert!(
            fault.told() != Told::StoreFailure || log.contains("\"event\":\"store_failed\""),
            "{fault:?}: the log does not say why: {log}"
        );
        *self.faults.entry(format!("{fault:?}")).or_default() += 1;
        self.injected += u64::from(self.injector.injected() - injected);
        self.look(fault);
        self
    }

    /// Starts a server while a fault is already present. It may refuse to start with an error. The existing data must be unchanged.
    fn start_under(&mut self, fault: Fault) {
        let path = self.data.path();
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(&path);
        self.injector.load_into(&mut command, &path);
        let place = Place {
            data: &path,
            aside: self.aside.path(),
            injector: &self.injector,
            process: 0,
        };
        let skip = u32::try_from(self.random.below(40)).unwrap();
        let injected = self.injector.injected();
        let undo = place.begin(fault, skip);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut ready).unwrap();
        // The server has ended, or would serve forever.
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        place.end(undo);
        self.injected += u64::from(self.injector.injected() - injected);
        assert!(
            !ready.is_empty() || String::from_utf8_lossy(&output.stderr).contains("error"),
            "{fault:?} at the start, after {skip} calls: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        *self
            .faults
            .entry(format!("{fault:?} at the start"))
            .or_default() += 1;
        self.look(fault);
    }

    /// Compares the content of the data directory with the answers that the writers got.
    fn look(&mut self, fault: Fault) {
        let (snapshot, events) = self.data.look();
        let mut found = BTreeMap::new();
        for stored in &snapshot.applications {
            let spec = &stored.value.spec;
            let text = spec.description.as_deref().unwrap_or_default();
            if let Ok(value) = text.parse::<u64>() {
                let client_id = stored.value.client_id.to_string();
                let name = spec.name.to_string();
                let is_whole = name == text || name == format!("{text} of {client_id}");
                assert!(is_whole, "{fault:?}: half of a change of {client_id}");
                found.insert(client_id, value);
            }
        }
        for (name, value) in &found {
            if let Some(pair) = name.strip_suffix("-a") {
                let other = found.get(&format!("{pair}-b"));
                assert_eq!(other, Some(value), "{fault:?}: half of {pair}");
            }
        }
        for scope in snapshot.apis.iter().flat_map(|api| &api.value.scopes) {
            found.insert(scope.key.to_string(), 0);
        }
        for writer in &mut self.writers {
            for name in writer.history.names() {
                let seen = writer.history.see(&name, found.get(&name).copied());
                assert_eq!(seen, Ok(()), "after {fault:?}");
            }
        }
        let told: BTreeSet<&str> = events.iter().map(|event| &*event.name).collect();
        let is_ours = |name: &str| name.starts_with("single-") || name.starts_with("pair-");
        for name in found.keys().filter(|name| is_ours(name)) {
            assert!(told.contains(&**name), "{fault:?}: {name} has no event");
        }
    }

    fn figures(&self) -> String {
        let count = |of: fn(&Writer) -> u64| -> u64 { self.writers.iter().map(of).sum() };
        format!(
            "{} faults ({} calls failed or delayed): {} changes acknowledged, {} refused, {} of unknown outcome; 0 lost, 0 half; {} tokens, {} refused\n{:?}",
            self.faults.values().sum::<u32>(),
            self.injected,
            count(|writer| writer.history.acknowledged),
            count(|writer| writer.history.refused),
            count(|writer| writer.history.unknown),
            self.traffic.issued,
            self.traffic.refused,
            self.faults,
        )
    }
}

/// Stops writers when it is dropped.
struct Stop<'s>(&'s AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn get(ops: std::net::SocketAddr, path: &str) -> String {
    crate::managed::try_send(ops, "GET", path, "", "")
        .map_or_else(String::new, |answer| answer.body)
}

fn readyz(ops: std::net::SocketAddr) -> String {
    get(ops, "/readyz")
}

fn is_ready(ops: std::net::SocketAddr) -> bool {
    readyz(ops).contains("\"ready\":true")
}

fn is_alive(ops: std::net::SocketAddr) -> bool {
    !get(ops, "/livez").is_empty()
}

fn metrics(ops: std::net::SocketAddr) -> String {
    get(ops, "/metrics")
}

/// Returns the number of failures of the store that were counted, of all kinds.
fn failures(metrics: &str) -> u64 {
    let lines = metrics.lines();
    let counts = lines.filter(|line| line.starts_with("m2m_store_failures_total"));
    counts
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

fn variable(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the time for which the test runs is chosen at its start"
    )]
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number")),
    )
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it runs for as long as requested"
)]
fn x13_x22_whatever_fails_no_acknowledged_change_is_lost_and_the_operator_learns_why() {
    let seed = variable("TORTURE_SEED").unwrap_or(20_261_130);
    let seconds = Duration::from_secs(variable("TORTURE_SECONDS").unwrap_or(0));
    let since = Instant::now();
    let mut torture = Torture::new(seed);
    for fault in Fault::ALL {
        torture = torture.episode(fault);
        if fault.is_of_a_call() {
            torture.start_under(fault);
        }
    }
    while since.elapsed() < seconds {
        let fault = *torture.random.one_of(&Fault::ALL);
        if fault.is_of_a_call() && torture.random.below(3) == 0 {
            torture.start_under(fault);
        }
        torture = torture.episode(fault);
    }
    println!("seed {seed}: {}", torture.figures());
}
