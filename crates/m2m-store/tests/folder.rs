//! Tests that the data directory is the one that it was, with changes to each of its files, before a start and under a running store.

#![cfg(unix)]

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
        Sqlite::open(&self.folder).expect_err("no store")
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

#[tokio::test]
async fn f1_x21_a_registry_without_its_database_is_not_a_first_start() {
    for traces in [
        ["m2m.id", "sealing.key"].as_slice(),
        &["m2m.id"],
        &["sealing.key"],
    ] {
        let place = Place::used().await;
        fs::write(place.file("sealing.key"), "a key\n").unwrap();
        for name in ["m2m.id", "sealing.key"] {
            if !traces.contains(&name) {
                fs::remove_file(place.file(name)).unwrap();
            }
        }
        fs::write(place.file("m2m.db"), "").unwrap();
        lost(&place.error(), traces[0]);
        fs::remove_file(place.file("m2m.db")).unwrap();
        lost(&place.error(), traces[0]);
        assert!(!place.file("m2m.db").exists(), "nothing is created");
        // An empty database counts as a missing one.
        let empty = Connection::open(place.file("m2m.db")).unwrap();
        empty.pragma_update(None, "journal_mode", "wal").unwrap();
        drop(empty);
        lost(&place.error(), traces[0]);
        // The way out is to delete the directory.
        fs::remove_dir_all(&place.folder).unwrap();
        assert_eq!(count(&place.open()).await, 0);
    }
}

#[tokio::test]
async fn f1_x21_a_journal_without_its_database_is_not_deleted() {
    let place = Place::new();
    let store = place.open();
    commit(&store, 1).await;
    let killed = place.beside("killed");
    copy(&place.folder, &killed);
    fs::remove_file(killed.join("m2m.id")).unwrap();
    fs::remove_file(killed.join("m2m.db")).unwrap();
    let journal = fs::read(killed.join("m2m.db-wal")).unwrap();
    assert!(!journal.is_empty());
    lost(&Sqlite::open(&killed).unwrap_err(), "m2m.db-wal");
    assert!(fs::read(killed.join("m2m.db-wal")).unwrap() == journal);
}

#[tokio::test]
async fn x21_the_database_of_another_directory_is_refused() {
    let place = Place::used().await;
    let other = Place::used().await;
    fs::copy(other.file("m2m.db"), place.file("m2m.db")).unwrap();
    let before = fs::read(place.file("m2m.db")).unwrap();
    let error = place.error();
    assert!(
        matches!(&error, StoreError::Foreign { why, .. } if why.contains("m2m.id")),
        "{error:?}"
    );
    assert!(fs::read(place.file("m2m.db")).unwrap() == before);
    // An operator who wants to use the database nevertheless deletes the file.
    fs::remove_file(place.file("m2m.id")).unwrap();
    assert_eq!(count(&place.open()).await, 2);
}

#[tokio::test]
async fn x21_the_journal_of_another_directory_is_refused_and_does_not_get_into_the_database() {
    let place = Place::used().await;
    let other = Place::new();
    let store = other.open();
    for number in 1..20 {
        commit(&store, number).await;
    }
    fs::copy(other.file("m2m.db-wal"), place.file("m2m.db-wal")).unwrap();
    let before = fs::read(place.file("m2m.db")).unwrap();
    let error = place.error();
    assert!(
        matches!(
            error,
            StoreError::Foreign { .. } | StoreError::Damaged { .. }
        ),
        "{error:?}"
    );
    assert!(fs::read(place.file("m2m.db")).unwrap() == before);
    fs::remove_file(place.file("m2m.db-wal")).unwrap();
    assert_eq!(count(&place.open()).await, 2);
}

#[tokio::test]
async fn x21_an_older_copy_is_accepted_and_told() {
    let place = Place::used().await;
    fs::copy(place.file("m2m.db"), place.beside("backup.db")).unwrap();
    let store = place.open();
    assert_eq!(store.rolled_back(), None);
    commit(&store, 3).await;
    commit(&store, 4).await;
    drop(store);
    fs::copy(place.beside("backup.db"), place.file("m2m.db")).unwrap();
    let expected = Some(RolledBack {
        from: Version(4),
        to: Version(2),
    });
    // The rollback is reported until the database is confirmed.
    assert_eq!(place.open().rolled_back(), expected);
    let store = place.open();
    assert_eq!(store.rolled_back(), expected);
    assert_eq!(count(&store).await, 2);
    store.confirm().await.unwrap();
    drop(store);
    assert_eq!(place.open().rolled_back(), None);
}

#[tokio::test]
async fn x21_a_journal_that_is_lost_after_a_crash_is_told() {
    let place = Place::used().await;
    let store = place.open();
    commit(&store, 3).await;
    let killed = place.beside("killed");
    copy(&place.folder, &killed);
    let whole = Sqlite::open(&killed).unwrap();
    assert_eq!(whole.rolled_back(), None, "a crash alone is none");
    assert_eq!(count(&whole).await, 3);
    drop(whole);
    fs::remove_dir_all(&killed).unwrap();
    copy(&place.folder, &killed);
    fs::remove_file(killed.join("m2m.db-wal")).unwrap();
    let store = Sqlite::open(&killed).unwrap();
    let expected = RolledBack {
        from: Version(3),
        to: Version(2),
    };
    assert_eq!(store.rolled_back(), Some(expected));
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn x21_an_identity_that_is_lost_is_written_again() {
    for damage in [
        None,
        Some(""),
        Some("{"),
        Some("long enough to be more than it was ".repeat(9).as_str()),
    ] {
        let place = Place::used().await;
        let before = fs::read(place.file("m2m.id")).unwrap();
        match damage {
            None => fs::remove_file(place.file("m2m.id")).unwrap(),
            Some(content) => fs::write(place.file("m2m.id"), content).unwrap(),
        }
        let store = place.open();
        // The identity is not written before it is confirmed that the database belongs here.
        assert_ne!(fs::read(place.file("m2m.id")).ok(), Some(before.clone()));
        store.confirm().await.unwrap();
        drop(store);
        assert_eq!(fs::read(place.file("m2m.id")).ok(), Some(before));
    }
}

#[tokio::test]
async fn x21_a_change_writes_the_identity_too() {
    let place = Place::used().await;
    fs::remove_file(place.file("m2m.id")).unwrap();
    commit(&place.open(), 3).await;
    let text = fs::read_to_string(place.file("m2m.id")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], 3);
}

/// An observer that keeps the failures it receives.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Told {
    fn take(&self) -> Vec<String> {
        core::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

impl Observer for Told {
    fn failed(&self, access: Access, error: &StoreError) {
        let mut told = self.0.lock().expect("no panic");
        told.push(format!("{access:?} {}", error.kind().as_str()));
    }

    fn succeeded(&self, _: Access) {}

    fn settled(&self, _: &Settled) {}
}

/// Returns a store in use whose files are then tampered with. It acknowledges nothing from then on, and a look for changes fails.
#[track_caller]
fn displaced(tamper: impl FnOnce(&Place)) -> (Place, Sqlite) {
    displaced_after(|_, _| {}, tamper)
}

/// Does the same for a store that is prepared before.
#[track_caller]
fn displaced_after(
    prepare: impl FnOnce(&Place, &Sqlite),
    tamper: impl FnOnce(&Place),
) -> (Place, Sqlite) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let place = Place::new();
    let told = Arc::new(Told::default());
    let store = place.open().observed_by(Arc::clone(&told));
    prepare(&place, &store);
    runtime.block_on(async {
        commit(&store, 1).await;
        assert_eq!(changed(&store).await, 1);
        tamper(&place);
        let is_displaced =
            |error: &StoreError| matches!(error, StoreError::Displaced { what } if what.contains("data"));
        let error = store.changes_since(Version(1)).await.expect_err("nothing is acknowledged");
        assert!(is_displaced(&error), "{error:?}");
        let error = store.commit(Version(1), change(2)).await.expect_err("nothing is acknowledged");
        assert!(
            matches!(&error, CommitError::Store(error) if is_displaced(error)),
            "{error:?}"
        );
        let error = store.revoke("jti", NOW.saturating_add_seconds(9), NOW).await;
        assert!(is_displaced(&error.expect_err("nothing is acknowledged")));
        let error = store.add_usage(UsageBatch::default()).await;
        assert!(is_displaced(&error.expect_err("nothing is acknowledged")));
    });
    let told = told.take();
    assert!(
        told.ends_with(&["Write displaced"; 3].map(str::to_owned)),
        "{told:?}"
    );
    (place, store)
}

#[test]
fn f2_x22_nothing_is_acknowledged_once_a_file_is_gone() {
    for name in ["m2m.db", "m2m.db-wal", "m2m.db-shm", "m2m.lock"] {
        displaced(|place| fs::remove_file(place.file(name)).unwrap());
    }
    displaced(|place| fs::remove_dir_all(&place.folder).unwrap());
    displaced(|place| fs::rename(&place.folder, place.beside("elsewhere")).unwrap());
}

#[test]
fn f2_x22_nothing_is_acknowledged_once_a_file_was_replaced() {
    for name in ["m2m.db", "m2m.db-wal", "m2m.lock"] {
        displaced(|place| {
            let (file, copy) = (place.file(name), place.beside("copy"));
            fs::copy(&file, &copy).unwrap();
            fs::rename(copy, file).unwrap();
        });
    }
    displaced(|place| {
        let moved = place.beside("moved");
        fs::rename(&place.folder, &moved).unwrap();
        copy(&moved, &place.folder);
    });
}

#[test]
fn x22_nothing_is_acknowledged_once_the_sealing_key_is_gone() {
    type Tamper = fn(&Path);
    let tampers: [(&str, Tamper); 4] = [
        ("deleted", |file| fs::remove_file(file).unwrap()),
        ("emptied", |file| fs::write(file, "").unwrap()),
        ("overwritten", |file| fs::write(file, "b").unwrap()),
        ("replaced", |file| {
            let other = file.with_extension("other");
            fs::write(&other, "another").unwrap();
            fs::rename(other, file).unwrap();
        }),
    ];
    for (what, tamper) in tampers {
        let (place, store) = displaced_after(
            |place, store| {
                fs::write(place.file("sealing.key"), "a").unwrap();
                store.watch(&place.file("sealing.key")).unwrap();
            },
            |place| tamper(&place.file("sealing.key")),
        );
        // Another file with the same content is accepted.
        fs::write(place.file("sealing.key"), "a").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let version = runtime.block_on(attempt(&store, 2));
        assert_eq!(version, Ok(Version(2)), "{what}");
    }
}

#[tokio::test]
async fn x22_an_identity_that_disappears_under_a_store_is_written_again() {
    let tampers: [fn(&Path); 3] = [
        |file| fs::remove_file(file).unwrap(),
        |file| fs::write(file, "{").unwrap(),
        |file| {
            let other = file.with_extension("other");
            fs::write(&other, "another").unwrap();
            fs::rename(other, file).unwrap();
        },
    ];
    for tamper in tampers {
        let place = Place::used().await;
        let store = place.open();
        store.confirm().await.unwrap();
        let before = fs::read(place.file("m2m.id")).unwrap();
        tamper(&place.file("m2m.id"));
        // Readiness asks for changes every two seconds.
        assert_eq!(changed(&store).await, 2);
        assert_eq!(fs::read(place.file("m2m.id")).ok(), Some(before));
    }
}

#[tokio::test]
async fn f6_an_identity_that_cannot_be_written_is_reported() {
    let place = Place::used().await;
    let told = Arc::new(Told::default());
    let store = place.open().observed_by(Arc::clone(&told));
    store.confirm().await.unwrap();
    fs::remove_file(place.file("m2m.id")).unwrap();
    fs::create_dir(place.file("m2m.id")).unwrap();
    commit(&store, 3).await;
    assert_eq!(told.take(), ["Identity failed"]);
    fs::remove_dir(place.file("m2m.id")).unwrap();
    commit(&store, 4).await;
    let text = fs::read_to_string(place.file("m2m.id")).unwrap();
    assert!(text.contains("4}"), "{text}");
}

#[tokio::test]
async fn x22_what_was_moved_back_goes_on() {
    let place = Place::new();
    let store = place.open();
    commit(&store, 1).await;
    let moved = place.beside("moved");
    fs::rename(&place.folder, &moved).unwrap();
    assert!(attempt(&store, 2).await.is_err());
    fs::rename(&moved, &place.folder).unwrap();
    commit(&store, 2).await;
    drop(store);
    assert_eq!(count(&place.open()).await, 2);
}

#[test]
fn x22_a_journal_that_was_cut_short_takes_no_change_and_does_not_get_into_the_database() {
    for left in [0, 32, 5_000] {
        let mut whole = Vec::new();
        let (place, store) = displaced(|place| {
            whole = fs::read(place.file("m2m.db")).unwrap();
            let journal = fs::OpenOptions::new()
                .write(true)
                .open(place.file("m2m.db-wal"))
                .unwrap();
            assert!(journal.metadata().unwrap().len() > left);
            journal.set_len(left).unwrap();
        });
        drop(store);
        assert!(fs::read(place.file("m2m.db")).unwrap() == whole, "{left}");
    }
}

#[tokio::test]
async fn x22_a_journal_that_another_program_emptied_in_good_order_is_no_fault() {
    let place = Place::new();
    let store = place.open();
    commit(&store, 1).await;
    let other = Connection::open(place.file("m2m.db")).unwrap();
    let busy: i64 = other
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0);
    assert_eq!(fs::metadata(place.file("m2m.db-wal")).unwrap().len(), 0);
    assert_eq!(store.changes_since(Version(0)).await.unwrap().version.0, 1);
    commit(&store, 2).await;
    drop((store, other));
    assert_eq!(count(&place.open()).await, 2);
}

#[tokio::test]
async fn x22_a_journal_of_many_changes_is_no_fault() {
    let place = Place::new();
    let store = place.open();
    let large = |number: u64| {
        let writes = (0..400).flat_map(|each| change(number * 1_000 + each).writes);
        Change {
            writes: writes.collect(),
            events: change(number).events,
        }
    };
    for number in 0..8 {
        let version = store.frame().await.unwrap().version;
        store.commit(version, large(number)).await.unwrap();
        store.changes_since(version).await.unwrap();
    }
    assert_eq!(count(&store).await, 3_200);
}

#[tokio::test]
async fn f2_x22_a_folder_stays_taken_when_its_lock_file_is_deleted_or_it_is_moved() {
    let place = Place::new();
    let _store = place.open();
    fs::remove_file(place.file("m2m.lock")).unwrap();
    assert_eq!(place.error(), StoreError::InUse);
    let moved = place.beside("moved");
    fs::rename(&place.folder, &moved).unwrap();
    assert_eq!(Sqlite::open(&moved).unwrap_err(), StoreError::InUse);
}

#[tokio::test]
async fn f6_one_damaged_page_is_told_to_the_observer_whoever_met_it() {
    let place = Place::new();
    let store = place.open();
    for number in 1..5 {
        commit(&store, number).await;
    }
    drop(store);
    let connection = Connection::open(place.file("m2m.db")).unwrap();
    let page: i64 = connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_application_2'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    let mut bytes = fs::read(place.file("m2m.db")).unwrap();
    let start = usize::try_from((page - 1) * 4_096).unwrap();
    bytes[start] ^= 0x40;
    fs::write(place.file("m2m.db"), bytes).unwrap();
    let told = Arc::new(Told::default());
    let store = place.open().observed_by(Arc::clone(&told));
    assert!(store.find("client1").await.is_err());
    assert!(store.commit(Version(4), change(9)).await.is_err());
    assert_eq!(told.take(), ["Read damaged", "Write damaged"]);
}

#[tokio::test]
async fn f2_a_database_that_was_cut_short_takes_no_change() {
    for left in [0, 8_192, 20_000] {
        let place = Place::new();
        let store = place.open();
        commit(&store, 1).await;
        let other = Connection::open(place.file("m2m.db")).unwrap();
        let copy = "PRAGMA wal_checkpoint(PASSIVE)";
        other.query_row(copy, [], |_| Ok(())).unwrap();
        commit(&store, 2).await;
        let database = fs::OpenOptions::new()
            .write(true)
            .open(place.file("m2m.db"))
            .unwrap();
        assert!(database.metadata().unwrap().len() > left);
        database.set_len(left).unwrap();
        let is_displaced = |error: &StoreError| matches!(error, StoreError::Displaced { what } if what.ends_with("m2m.db was cut short"));
        let error = store.changes_since(Version(2)).await.unwrap_err();
        assert!(is_displaced(&error), "{error:?}");
        let error = store.commit(Version(2), change(3)).await.unwrap_err();
        assert!(
            matches!(&error, CommitError::Store(error) if is_displaced(error)),
            "{error:?}"
        );
        drop(other);
        drop(store);
        // Nothing was copied over the hole.
        assert_eq!(fs::metadata(place.file("m2m.db")).unwrap().len(), left);
    }
}

#[tokio::test]
async fn x22_a_database_that_another_program_made_shorter_in_good_order_is_no_fault() {
    let place = Place::new();
    let store = place.open();
    for number in 1..=60 {
        commit(&store, number).await;
    }
    let other = Connection::open(place.file("m2m.db")).unwrap();
    let length = || fs::metadata(place.file("m2m.db")).unwrap().len();
    other.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE filler AS SELECT zeroblob(100000) AS filler; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    let before = length();
    commit(&store, 61).await;
    other
        .execute_batch("DROP TABLE filler; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    assert!(length() < before);
    commit(&store, 62).await;
    drop((store, other));
    assert_eq!(count(&place.open()).await, 62);
}

#[tokio::test]
async fn x21_a_first_start_that_was_ended_before_it_made_anything_may_be_tried_again() {
    let place = Place::new();
    drop(place.open());
    for name in ["m2m.db", "m2m.id"] {
        fs::remove_file(place.file(name)).unwrap();
    }
    // The state that a kill between the first pages and the first commit leaves: a database without tables, and the start of a journal.
    let empty = Connection::open(place.file("m2m.db")).unwrap();
    empty.execute_batch("PRAGMA journal_mode = WAL;").unwrap();
    drop(empty);
    fs::write(place.file("m2m.db-wal"), [0; 4096]).unwrap();
    assert_eq!(count(&place.open()).await, 0);
}
