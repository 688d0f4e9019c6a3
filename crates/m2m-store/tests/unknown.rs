//! Tests of a disk that fails at the moment of a commit: the outcome is reported as unknown, found out, and reported again.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use m2m_authority::TraceId;
use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{
    Access, Action, Actor, AuditEvent, Backend as _, Change, CommitError, Observer, RecordId,
    Revocation, RevokedToken, Settled, Sqlite, StoreError, Stored, Subject, UsageBatch, Version,
    Write,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
/// The variable that names the folder of a test in a process of its own.
const FOLDER: &str = "M2M_TEST_FOLDER";

fn revocation() -> Revocation {
    let [event] = change(9).events.try_into().expect("one event");
    Revocation {
        token: RevokedToken::of("jti"),
        expires_at: NOW.saturating_add_seconds(9),
        is_by_operator: false,
        event: Some(event),
    }
}

fn change(number: u64) -> Change {
    let id = RecordId::from_bytes(u128::from(number).to_be_bytes());
    let client_id = format!("client{number}");
    let application = Application::new("Application", &client_id);
    let actor = Actor {
        trace_id: Some(TraceId::from_random(u128::from(number).to_be_bytes())),
        ..Actor::command("test")
    };
    Change {
        writes: vec![Write::PutApplication(Box::new(Stored::new(
            id,
            application,
            NOW,
        )))],
        events: vec![AuditEvent {
            time: NOW,
            actor,
            action: Action::Created,
            subject: Subject::Application,
            name: client_id.into(),
            before: None,
            after: None,
        }],
    }
}

/// An observer that keeps the settled changes, and the accesses that fail at present.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<Settled>>, Mutex<BTreeMap<&'static str, String>>);

impl Told {
    /// Returns the accesses that failed when they were last tried, each with the reason.
    fn failing(&self) -> BTreeMap<&'static str, String> {
        self.1.lock().expect("no panic").clone()
    }
}

impl Observer for Told {
    fn failed(&self, access: Access, error: &StoreError) {
        let mut failing = self.1.lock().expect("no panic");
        failing.insert(access.as_str(), error.to_string());
    }

    fn succeeded(&self, access: Access) {
        let mut failing = self.1.lock().expect("no panic");
        failing.remove(access.as_str());
    }

    fn settled(&self, settled: &Settled) {
        let mut told = self.0.lock().expect("no panic");
        told.push(settled.clone());
    }
}

/// The disk of a process that is run under `faults.c`.
struct Disk(PathBuf);

impl Disk {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test runs in a process of its own"
    )]
    fn of_process() -> Option<(PathBuf, Self)> {
        let folder = PathBuf::from(std::env::var_os(FOLDER)?);
        let faults = Self(folder.join("faults"));
        Some((folder.join("data"), faults))
    }

    fn fails(&self, call: &str) {
        fs::write(self.0.join(call), "").expect("room");
    }

    fn works(&self, call: &str) {
        fs::remove_file(self.0.join(call)).expect("the file exists");
    }
}

/// Runs a test of this file in a process with a disk that fails on demand.
fn run(test: &str, folder: &Path) -> Output {
    run_on_file(test, folder, "")
}

/// Does the same, with an `fsync` that fails only for files whose paths end like this.
fn run_on_file(test: &str, folder: &Path, file: &str) -> Output {
    let library = folder.join("faults.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/faults.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .args([source, "-ldl"])
        .status();
    assert!(
        compiled
            .expect("a C compiler, as SQLite needs one")
            .success()
    );
    let faults = folder.join("faults");
    fs::create_dir_all(&faults).expect("room");
    Command::new(std::env::current_exe().expect("the path of the test"))
        .args(["--ignored", "--exact", test])
        .env("LD_PRELOAD", library)
        .env("M2M_FAULTS", faults)
        .env("M2M_FAULTS_FILE", file)
        .env(FOLDER, folder)
        .output()
        .expect("a process")
}

fn is_unknown(outcome: &Result<Version, CommitError>) -> bool {
    matches!(outcome, Err(CommitError::Store(StoreError::Unknown { .. })))
}

#[tokio::test]
#[ignore = "f11_an_error_at_the_moment_of_commit_is_unknown_until_the_disk_works starts it"]
async fn commits_while_the_disk_fails() {
    let Some((folder, disk)) = Disk::of_process() else {
        return;
    };
    let told = Arc::new(Told::default());
    let store = Sqlite::open(&folder)
        .unwrap()
        .observed_by(Arc::clone(&told));
    let mut version = store.commit(Version(0), change(1)).await.unwrap();
    disk.fails("fsync");
    let outcome = store.commit(version, change(2)).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    // The outcome of the next change is known: it was not begun.
    for number in [3, 4] {
        let outcome = store.commit(version, change(number)).await;
        assert!(
            matches!(&outcome, Err(CommitError::Store(StoreError::Failed { .. }))),
            "{outcome:?}"
        );
        assert_eq!(
            outcome.map_err(|error| error.cause()),
            Err(m2m_errors::Cause::DiskFailed)
        );
    }
    assert!(store.settle().await.is_err());
    let usage = store.add_usage(UsageBatch::default()).await;
    let revoked = store.revoke(vec![revocation()], NOW).await;
    assert!(
        matches!(revoked, Err(StoreError::Unknown { .. })),
        "{usage:?} {revoked:?}"
    );
    assert!(told.0.lock().unwrap().is_empty());
    disk.works("fsync");
    store.settle().await.unwrap();
    let settled = Settled {
        trace_id: Some(TraceId::from_random(2_u128.to_be_bytes())),
        name: "client2".into(),
        made: false,
    };
    assert_eq!(*told.0.lock().unwrap(), [settled]);
    // The outcome that was reported is the state of the registry.
    assert_eq!(store.frame().await.unwrap().version, version);
    version = store.commit(version, change(2)).await.unwrap();
    // A change settles the previous one as well.
    disk.fails("fsync");
    assert!(is_unknown(&store.commit(version, change(5)).await));
    disk.works("fsync");
    store.commit(version, change(6)).await.unwrap();
    assert_eq!(told.0.lock().unwrap().len(), 2);
    // The outcome of a change that could not be written at all is certain.
    disk.fails("write");
    let outcome = store.commit(Version(version.0 + 1), change(7)).await;
    assert!(
        matches!(&outcome, Err(CommitError::Store(StoreError::Full { .. }))),
        "{outcome:?}"
    );
    disk.works("write");
    store
        .commit(Version(version.0 + 1), change(7))
        .await
        .unwrap();
}

#[tokio::test]
async fn f11_an_error_at_the_moment_of_commit_is_unknown_until_the_disk_works() {
    let above = tempfile::tempdir().unwrap();
    let output = run("commits_while_the_disk_fails", above.path());
    assert!(output.status.success(), "{output:?}");
    let store = Sqlite::open(&above.path().join("data")).unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let there = snapshot.applications.iter();
    let there: Vec<&str> = there.map(|stored| &*stored.value.client_id).collect();
    assert_eq!(there, ["client1", "client2", "client6", "client7"]);
    assert_eq!(store.rolled_back(), None);
}

#[tokio::test]
#[ignore = "f11_a_change_that_was_unknown_may_be_there_after_a_crash starts it"]
async fn crashes_while_the_disk_fails() {
    let Some((folder, disk)) = Disk::of_process() else {
        return;
    };
    let store = Sqlite::open(&folder).unwrap();
    let version = store.commit(Version(0), change(1)).await.unwrap();
    disk.fails("fsync");
    assert!(is_unknown(&store.commit(version, change(2)).await));
    std::process::abort();
}

#[tokio::test]
async fn f11_a_change_that_was_unknown_may_be_there_after_a_crash() {
    let above = tempfile::tempdir().unwrap();
    let output = run("crashes_while_the_disk_fails", above.path());
    assert!(!output.status.success());
    let store = Sqlite::open(&above.path().join("data")).unwrap();
    // The change is whole or absent, and it is not reported as a rollback.
    let frame = store.frame().await.unwrap();
    assert_eq!(frame.applications, frame.version.0);
    assert!((1..=2).contains(&frame.version.0), "{:?}", frame.version);
    assert_eq!(store.rolled_back(), None);
}

/// Makes enough changes for the journal to be copied into the database.
async fn fill_the_journal(store: &Sqlite, from: u64) {
    for number in from..from + 300 {
        let version = store.frame().await.expect("a frame").version;
        let made = store.commit(version, change(number)).await;
        made.expect("the file of the process works");
    }
}

#[tokio::test]
#[ignore = "f6_a_journal_that_cannot_be_copied_is_reported_each_time starts it"]
async fn copies_the_journal_while_the_disk_fails() {
    let Some((folder, disk)) = Disk::of_process() else {
        return;
    };
    let told = Arc::new(Told::default());
    let store = Sqlite::open(&folder)
        .unwrap()
        .observed_by(Arc::clone(&told));
    disk.fails("fsync");
    // Every change is acknowledged, since its own file works.
    fill_the_journal(&store, 1).await;
    let failing = told.failing();
    assert_eq!(failing.keys().collect::<Vec<_>>(), [&"checkpoint"]);
    let why = &failing["checkpoint"];
    assert!(
        why.contains("m2m.db") && why.contains("disk I/O error"),
        "{why}"
    );
    disk.works("fsync");
    fill_the_journal(&store, 301).await;
    assert_eq!(told.failing(), BTreeMap::new());
}

#[tokio::test]
async fn f6_a_journal_that_cannot_be_copied_is_reported_each_time() {
    let above = tempfile::tempdir().unwrap();
    let test = "copies_the_journal_while_the_disk_fails";
    let output = run_on_file(test, above.path(), "/m2m.db");
    assert!(output.status.success(), "{output:?}");
    let store = Sqlite::open(&above.path().join("data")).unwrap();
    assert_eq!(store.frame().await.unwrap().applications, 600);
}
