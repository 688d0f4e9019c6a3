//! Tests that acknowledged changes are there after `kill -9`, and no change is there by half.

#![cfg(unix)]

use core::hash::{BuildHasher as _, Hasher as _};
use std::collections::hash_map::RandomState;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, EventQuery, RecordId, Revocation,
    RevokedToken, Sqlite, Stored, Subject, Version, Write,
};

/// The number of times that the process is killed.
const ROUNDS: usize = 20;
/// The text that the process writes before the number of a change that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const LATER: UnixTime = UnixTime::from_seconds(1_800_003_600);

fn put(id: u64, client_id: &str, name: &str) -> Write {
    let id = RecordId::from_bytes(u128::from(id).to_be_bytes());
    let application = Application::new(name, client_id);
    Write::PutApplication(Box::new(Stored::new(id, application, NOW)))
}

/// Returns the change that leads to this version: two applications, and a third that counts.
fn change(version: u64) -> Change {
    let number = version.to_string();
    Change {
        writes: vec![
            put(version * 2, &format!("a{number}"), &number),
            put(1, "counter", &number),
            put(version * 2 + 1, &format!("b{number}"), &number),
        ],
        events: vec![event(Action::Created, &number)],
    }
}

fn event(action: Action, name: &str) -> AuditEvent {
    AuditEvent {
        time: NOW,
        actor: Actor::command("crash"),
        action,
        subject: Subject::Application,
        name: name.into(),
        before: None,
        after: None,
    }
}

/// Runs as the process that is killed, and is not a test. It reads the path of the store from its standard input.
#[tokio::test]
#[ignore = "the process that x13_nothing_acknowledged_is_lost_and_nothing_is_half_done starts"]
async fn commits_until_it_is_killed() {
    let mut folder = String::new();
    std::io::stdin().read_line(&mut folder).unwrap();
    if folder.is_empty() {
        return;
    }
    let store = Sqlite::open(Path::new(folder.trim_end())).unwrap();
    let Version(mut version) = store.frame().await.unwrap().version;
    loop {
        let next = store.commit(Version(version), change(version + 1)).await;
        version = next.unwrap().0;
        let revocation = Revocation {
            token: RevokedToken::of(&version.to_string()),
            expires_at: LATER,
            is_by_operator: false,
            event: Some(event(Action::Revoked, "token")),
        };
        let made = store.revoke(vec![revocation], NOW).await;
        assert_eq!(made, Ok(1));
        println!("{ACKNOWLEDGED}{version}");
    }
}

fn start(folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("the path of the test"))
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "commits_until_it_is_killed",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let mut input = child.stdin.take().expect("a pipe");
    writeln!(input, "{}", folder.display()).expect("the child reads");
    child
}

/// Kills the process some time after this number of acknowledgements, and returns the changes that it acknowledged.
fn kill_after(mut child: Child, acknowledgements: usize, then: u64) -> Vec<u64> {
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let acknowledged = |line: std::io::Result<String>| {
        let line = line.expect("text");
        let (_, number) = line.split_once(ACKNOWLEDGED)?;
        Some(number.parse::<u64>().expect("a number"))
    };
    let mut seen = Vec::new();
    for number in output.lines().filter_map(acknowledged) {
        seen.push(number);
        if seen.len() == acknowledgements {
            for _ in 0..then {
                core::hint::spin_loop();
            }
            child.kill().expect("the child is running");
        }
    }
    child.wait().expect("the child can be waited for");
    assert!(seen.len() >= acknowledgements, "the child exited by itself");
    seen
}

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

#[tokio::test]
async fn x13_nothing_acknowledged_is_lost_and_nothing_is_half_done() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("data");
    let mut acknowledged = Vec::new();
    let mut beyond = 0;
    for round in 0..ROUNDS {
        let after = 1 + usize::try_from(random(12)).unwrap();
        acknowledged.extend(kill_after(start(&folder), after, random(2_000_000)));
        let last = acknowledged.last().copied().unwrap_or(0);
        let store = Sqlite::open(&folder).unwrap();
        let snapshot = store.snapshot().await.unwrap();
        let version = snapshot.version.0;
        assert!(version >= last, "round {round}: {last} was lost");
        assert!(version <= last + 1, "round {round}");
        beyond += version - last;

        let mut expected: Vec<String> = (1..=version)
            .flat_map(|number| [format!("a{number}"), format!("b{number}")])
            .collect();
        expected.push("counter".to_owned());
        expected.sort_unstable();
        let mut there: Vec<&str> = Vec::new();
        for stored in &snapshot.applications {
            there.push(&stored.value.client_id);
            if &*stored.value.client_id == "counter" {
                assert_eq!(
                    *stored.value.spec.name,
                    *version.to_string(),
                    "round {round}"
                );
            }
        }
        there.sort_unstable();
        assert_eq!(there, expected, "round {round}");

        let all = EventQuery {
            most: usize::MAX,
            ..EventQuery::default()
        };
        let events = store.events(all).await.unwrap().entries;
        let told: Vec<u64> = events
            .iter()
            .filter(|event| event.entry.action == Action::Created)
            .map(|event| event.entry.name.parse().expect("a number"))
            .collect();
        assert!(
            told.iter().copied().eq((1..=version).rev()),
            "round {round}"
        );
        for number in &acknowledged {
            let revoked = store
                .is_revoked(RevokedToken::of(&number.to_string()))
                .await;
            assert_eq!(revoked, Ok(true), "round {round}: {number}");
        }
    }
    // Not an assertion, but information for a reader of the output: the number of times that the end came between the disk and the answer.
    println!("{beyond} of {ROUNDS} changes were durable and not yet acknowledged");
}
