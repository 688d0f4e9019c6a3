//! Changes to the files of a data directory under a running store.

use super::*;

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
        assert_eq!(error.cause(), m2m_errors::Cause::DataDirectoryDisplaced);
        let error = store.commit(Version(1), change(2)).await.expect_err("nothing is acknowledged");
        assert!(
            matches!(&error, CommitError::Store(error) if is_displaced(error)),
            "{error:?}"
        );
        let error = store.revoke(Vec::new(), NOW).await;
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
async fn x22_a_folder_that_was_moved_back_works_again() {
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
fn x22_a_truncated_journal_takes_no_change_and_is_not_copied_into_the_database() {
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
async fn x22_a_journal_that_another_program_copied_properly_is_not_an_error() {
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
async fn x22_a_long_journal_is_not_an_error() {
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
async fn f2_x22_a_folder_stays_locked_when_its_lock_file_is_deleted_or_it_is_moved() {
    let place = Place::new();
    let _store = place.open();
    fs::remove_file(place.file("m2m.lock")).unwrap();
    assert_eq!(place.error(), StoreError::InUse);
    let moved = place.beside("moved");
    fs::rename(&place.folder, &moved).unwrap();
    assert_eq!(Sqlite::open(&moved).unwrap_err(), StoreError::InUse);
}

#[tokio::test]
async fn f6_a_damaged_page_is_reported_to_the_observer_by_reads_and_writes() {
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
async fn f2_a_truncated_database_takes_no_change() {
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
        let is_displaced = |error: &StoreError| matches!(error, StoreError::Displaced { what } if what.ends_with("m2m.db was truncated"));
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
async fn x22_a_database_that_another_program_shortened_properly_is_not_an_error() {
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
