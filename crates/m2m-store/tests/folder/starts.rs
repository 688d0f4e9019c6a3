//! Changes to the files of a data directory between two starts.

use super::*;

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
    assert_eq!(error.cause(), m2m_errors::Cause::DatabaseForeign);
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
async fn x21_an_older_copy_is_accepted_and_reported() {
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
async fn x21_a_journal_that_is_lost_after_a_crash_is_reported() {
    let place = Place::used().await;
    let store = place.open();
    commit(&store, 3).await;
    let killed = place.beside("killed");
    copy(&place.folder, &killed);
    let whole = Sqlite::open(&killed).unwrap();
    assert_eq!(whole.rolled_back(), None, "a crash is not a rollback");
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

#[tokio::test]
async fn x21_an_interrupted_first_start_can_be_repeated() {
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
