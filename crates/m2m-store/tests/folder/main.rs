//! Tests that the data directory is the one that it was, with changes to each of its files, before a start and under a running store.

#![cfg(unix)]

mod running;
mod starts;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{
    Access, Action, Actor, AuditEvent, Backend as _, Change, CommitError, Observer, RecordId,
    RolledBack, Settled, Sqlite, StoreError, Stored, Subject, UsageBatch, Version, Write,
};
use rusqlite::Connection;
use tempfile::TempDir;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// A data directory in a folder of its own.
struct Place {
    above: TempDir,
    folder: PathBuf,
}

impl Place {
    fn new() -> Self {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        Self { above, folder }
    }

    /// Returns a directory with a registry, which was closed in good order.
    async fn used() -> Self {
        let place = Self::new();
        let store = place.open();
        commit(&store, 1).await;
        commit(&store, 2).await;
        store.confirm().await.expect("room");
        place
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.folder).expect("a store")
    }

    fn error(&self) -> StoreError {
        Sqlite::open(&self.folder).expect_err("the store cannot be opened")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.above.path().join(name)
    }
}

fn change(number: u64) -> Change {
    let id = RecordId::from_bytes(u128::from(number).to_be_bytes());
    let client_id = format!("client{number}");
    let application = Application::new("Application", &client_id);
    Change {
        writes: vec![Write::PutApplication(Box::new(Stored::new(
            id,
            application,
            NOW,
        )))],
        events: vec![AuditEvent {
            time: NOW,
            actor: Actor::command("test"),
            action: Action::Created,
            subject: Subject::Application,
            name: client_id.into(),
            before: None,
            after: None,
        }],
    }
}

async fn attempt(store: &Sqlite, number: u64) -> Result<Version, CommitError> {
    let version = store.frame().await?.version;
    store.commit(version, change(number)).await
}

async fn commit(store: &Sqlite, number: u64) {
    attempt(store, number).await.expect("room");
}

async fn count(store: &Sqlite) -> u64 {
    store.frame().await.expect("a frame").applications
}

/// Returns the version that a look for changes finds.
async fn changed(store: &Sqlite) -> u64 {
    let changes = store.changes_since(Version(0)).await;
    changes.expect("the files are in place").version.0
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("room");
    for entry in fs::read_dir(from).expect("room") {
        let entry = entry.expect("room");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("room");
    }
}

#[track_caller]
fn lost(error: &StoreError, trace: &str) {
    let StoreError::Lost { file, trace: found } = error else {
        panic!("{error:?}");
    };
    assert!(file.ends_with("m2m.db"), "{file}");
    assert_eq!(&**found, trace);
}
