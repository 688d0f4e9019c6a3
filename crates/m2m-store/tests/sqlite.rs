//! The embedded store: the suite that every back-end passes, and what is its own.

use m2m_store::{Sqlite, contract};
use tempfile::TempDir;

/// A store in a folder that goes with it.
fn on_disk() -> (TempDir, Sqlite) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(&folder.path().join("data")).expect("a store");
    (folder, store)
}

#[tokio::test]
async fn memory_keeps_to_the_contract() {
    contract::run(async || Sqlite::in_memory().expect("memory")).await;
}

#[tokio::test]
async fn a_file_keeps_to_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let next = core::cell::Cell::new(0);
    contract::run(async || {
        next.set(next.get() + 1);
        let folder = folder.path().join(next.get().to_string());
        Sqlite::open(&folder).expect("a store")
    })
    .await;
}

#[tokio::test]
async fn t() {
    on_disk();
}
