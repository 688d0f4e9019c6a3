//! Tests of the embedded store: the suite that every backend passes, and the properties of the file.

mod refusals;

use std::path::{Path, PathBuf};

use m2m_authority::TraceId;
use m2m_authority::registry::{Api, Application, Deletion};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, CommitError, EventQuery, IssuedCount,
    RecordId, Refused, Revocation, RevokedToken, Sqlite, Stale, StoreError, StoreLimits, Stored,
    Subject, UsageBatch, Version, Write, contract,
};
use rusqlite::Connection;
use tempfile::TempDir;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// A folder for a store, which is not created yet.
struct Place {
    _above: TempDir,
    folder: PathBuf,
}

impl Place {
    fn new() -> Self {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        Self {
            _above: above,
            folder,
        }
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.folder).expect("a store")
    }

    fn error(&self) -> StoreError {
        Sqlite::open(&self.folder).expect_err("the store cannot be opened")
    }

    fn database(&self) -> PathBuf {
        self.folder.join("m2m.db")
    }

    /// Opens the database as another program does.
    fn connection(&self) -> Connection {
        Connection::open(self.database()).expect("a database")
    }
}

fn in_memory_with(limits: StoreLimits) -> Sqlite {
    Sqlite::in_memory_with(limits).expect("memory")
}

fn event(name: &str) -> AuditEvent {
    AuditEvent {
        time: NOW,
        actor: Actor::command("test"),
        action: Action::Created,
        subject: Subject::Application,
        name: name.into(),
        before: None,
        after: None,
    }
}

fn revocation(jti: &str, expires_at: UnixTime) -> Revocation {
    Revocation {
        token: RevokedToken::of(jti),
        expires_at,
        is_by_operator: false,
        event: Some(event(jti)),
    }
}

async fn revoke(
    store: &Sqlite,
    jti: &str,
    expires_at: UnixTime,
    now: UnixTime,
) -> Result<usize, StoreError> {
    store.revoke(vec![revocation(jti, expires_at)], now).await
}

async fn is_revoked(store: &Sqlite, jti: &str) -> bool {
    let answer = store.is_revoked(RevokedToken::of(jti)).await;
    answer.expect("an answer")
}

fn put(number: u64, client_id: &str) -> Write {
    let id = RecordId::from_bytes(u128::from(number).to_be_bytes());
    let application = Application::new("Application", client_id);
    Write::PutApplication(Box::new(Stored::new(id, application, NOW)))
}

fn change(writes: Vec<Write>) -> Change {
    Change {
        writes,
        events: vec![event("test")],
    }
}

async fn commit(store: &Sqlite, writes: Vec<Write>) -> Version {
    let version = store.frame().await.expect("a frame").version;
    let next = store.commit(version, change(writes)).await;
    next.expect("a change at the current version")
}

async fn said(store: &Sqlite) -> String {
    format!("{:?}", store.snapshot().await.expect("a snapshot"))
}

fn refused(number: u32, client_id: Option<&str>, time: UnixTime) -> Refused {
    Refused {
        trace_id: TraceId::from_random(u128::from(number).to_be_bytes()),
        request_id: None,
        time,
        cause: Cause::SecretWrong,
        client_id: client_id.map(Into::into),
        authenticated: false,
        address: None,
        diagnosis: None,
    }
}

async fn add_refused(store: &Sqlite, refused: Vec<Refused>) {
    let batch = UsageBatch {
        refused,
        ..UsageBatch::default()
    };
    store.add_usage(batch).await.expect("room");
}

/// Reads the latest audit events, the latest first.
async fn told(store: &Sqlite, most: usize) -> Vec<AuditEvent> {
    let query = EventQuery {
        most,
        ..EventQuery::default()
    };
    let events = store.events(query).await.expect("events").entries;
    events.into_iter().map(|numbered| numbered.entry).collect()
}

async fn is_there(store: &Sqlite, number: u32) -> bool {
    let trace_id = TraceId::from_random(u128::from(number).to_be_bytes());
    store.refused(trace_id).await.expect("an answer").is_some()
}

#[tokio::test]
async fn the_store_in_memory_fulfills_the_contract() {
    contract::run(async || in_memory_with(StoreLimits::default())).await;
}

#[tokio::test]
async fn the_store_in_a_file_fulfills_the_contract() {
    let above = tempfile::tempdir().unwrap();
    let next = core::cell::Cell::new(0);
    contract::run(async || {
        next.set(next.get() + 1);
        Sqlite::open(&above.path().join(next.get().to_string())).expect("a store")
    })
    .await;
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let place = Place::new();
    let store = place.open();
    let id = RecordId::from_bytes([7; 16]);
    let api = Write::PutApi(Stored::new(id, Api::new("API", "https://api.example"), NOW));
    commit(&store, vec![api, put(1, "one")]).await;
    let expires_at = NOW.saturating_add_seconds(60);
    assert_eq!(revoke(&store, "jti", expires_at, NOW).await, Ok(1));
    let issued = IssuedCount {
        reused: 0,
        beyond_quota: 0,
        ignored: None,
        minute: NOW.as_seconds() / 60,
        client_id: "one".into(),
        audience: "https://api.example".into(),
        tokens: 5,
    };
    let batch = UsageBatch {
        issued: vec![issued],
        refused: vec![refused(1, Some("one"), NOW)],
        ..UsageBatch::default()
    };
    store.add_usage(batch).await.unwrap();
    let before = said(&store).await;
    drop(store);

    let store = place.open();
    assert_eq!(said(&store).await, before);
    assert!(is_revoked(&store, "jti").await);
    assert_eq!(store.tokens_since("one", NOW).await, Ok(5));
    assert_eq!(told(&store, 9).await, [event("jti"), event("test")]);
    assert!(is_there(&store, 1).await);
    assert_eq!(
        store.changes_since(Version(0)).await.unwrap().stale,
        Stale::Everything
    );
}

#[tokio::test]
async fn a_directory_is_locked_until_the_store_is_dropped() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(place.error(), StoreError::InUse);
    commit(&store, vec![put(1, "one")]).await;
    drop(store);
    // The journal has been copied into the file, so that a copy of the file is a copy of all.
    let mut names: Vec<_> = std::fs::read_dir(&place.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["m2m.db", "m2m.id", "m2m.lock"]);
    place.open();
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_created_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let store = place.open();
    commit(&store, vec![put(1, "one")]).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.folder), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&place.folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "the journal included");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_not_changed() {
    let place = Place::new();
    commit(&place.open(), vec![put(1, "one")]).await;
    let connection = place.connection();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(place.database()).unwrap();
    let StoreError::NewerSchema { found, known } = place.error() else {
        panic!("a newer schema has its own error");
    };
    assert!(found == 99 && known < 99, "{known}");
    assert!(std::fs::read(place.database()).unwrap() == before);
    assert_ne!(place.error(), StoreError::InUse, "the lock is released");
}

#[track_caller]
fn names_the_file(error: &StoreError, file: &Path) {
    let text = error.to_string();
    assert!(text.contains(&file.display().to_string()), "{text}");
}

#[tokio::test]
async fn a_file_that_is_not_a_store_is_refused_with_its_name() {
    let place = Place::new();
    std::fs::create_dir(&place.folder).unwrap();
    let database = place.database();

    std::fs::write(
        &database,
        "not a database, but long enough to be taken for one".repeat(99),
    )
    .unwrap();
    let error = place.error();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert_eq!(error.cause(), Cause::StoreDamaged);
    names_the_file(&error, &database);

    std::fs::remove_file(&database).unwrap();
    let foreign = place.connection();
    foreign.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(foreign);
    let error = place.error();
    assert!(matches!(error, StoreError::Unopened { .. }), "{error:?}");
    names_the_file(&error, &database);

    std::fs::remove_file(&database).unwrap();
    std::fs::create_dir(&database).unwrap();
    let error = place.error();
    assert!(matches!(error, StoreError::Unopened { .. }), "{error:?}");
    names_the_file(&error, &database);

    let file = place.folder.join("file");
    std::fs::write(&file, "").unwrap();
    let error = Sqlite::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Unopened { .. }), "{error:?}");
    assert_eq!(error.cause(), Cause::DataDirectoryUnreadable);
    names_the_file(&error, &file);
}

#[tokio::test]
async fn damage_is_reported_and_does_not_stop_the_store() {
    let place = Place::new();
    let store = place.open();
    let writes = (1..200).map(|number| put(number, &format!("client{number}")));
    commit(&store, writes.collect()).await;
    drop(store);
    // Opening and reading return an answer, whichever page is overwritten.
    let whole = std::fs::read(place.database()).unwrap();
    let mut told = 0;
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096 + 8..][..600].fill(0xa5);
        std::fs::write(place.database(), &damaged).unwrap();
        let answer = match Sqlite::open(&place.folder) {
            Ok(store) => store.snapshot().await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = answer {
            names_the_file(&error, &place.database());
            assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
            told += 1;
        }
    }
    assert!(told > 10, "{told}");
    // A damaged record in an undamaged file.
    std::fs::write(place.database(), &whole).unwrap();
    let connection = place.connection();
    connection
        .execute_batch("UPDATE application SET document = '{' WHERE client_id = 'client7'")
        .unwrap();
    drop(connection);
    let store = place.open();
    let error = store.find("client7").await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(store.find("client8").await.unwrap().is_some());
}

#[tokio::test]
async fn x13_a_change_that_does_not_fit_on_the_disk_is_not_acknowledged() {
    let place = Place::new();
    let limits = StoreLimits {
        file_bytes: Some(400_000),
        ..StoreLimits::default()
    };
    let store = Sqlite::open_with(&place.folder, limits).unwrap();
    let mut acknowledged = said(&store).await;
    let mut version = Version(0);
    let mut refused_at = None;
    for number in 1..1_000 {
        let writes = vec![
            put(number, &format!("a{number}")),
            put(number + 5_000, &format!("b{number}")),
        ];
        match store.commit(version, change(writes)).await {
            Ok(next) => version = next,
            Err(CommitError::Store(StoreError::Full { why })) => {
                assert!(why.contains("m2m.db") && why.contains("full"), "{why}");
                refused_at = Some(number);
                break;
            }
            Err(error) => panic!("{error}"),
        }
        acknowledged = said(&store).await;
    }
    assert!(refused_at > Some(10), "{refused_at:?}");
    assert_eq!(said(&store).await, acknowledged, "no part of it is stored");
    let events = told(&store, 9_999).await.len();
    assert_eq!(events, usize::try_from(version.0).unwrap());
    // A revocation is refused too, in the end.
    let expires_at = NOW.saturating_add_seconds(60);
    let mut failed = None;
    for number in 0..100_000 {
        let jti = format!("{number:0>200}");
        if let Err(error) = revoke(&store, &jti, expires_at, NOW).await {
            failed = Some((jti, error));
            break;
        }
    }
    let (jti, error) = failed.expect("the disk is full");
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert_eq!(error.cause(), Cause::DiskFull);
    assert!(!is_revoked(&store, &jti).await);
    drop(store);
    // With room again, the store works again.
    let store = place.open();
    assert_eq!(said(&store).await, acknowledged);
    assert_eq!(
        commit(&store, vec![put(9_999, "more")]).await.0,
        version.0 + 1
    );
}

#[tokio::test]
async fn a_revocation_is_refused_rather_than_another_forgotten() {
    let store = in_memory_with(StoreLimits {
        revocations: 3,
        revocations_by_operators: 1,
        ..StoreLimits::default()
    });
    let at = |seconds| NOW.saturating_add_seconds(seconds);
    for (jti, seconds) in [("a", 10), ("b", 20), ("c", 20)] {
        assert_eq!(revoke(&store, jti, at(seconds), NOW).await, Ok(1));
    }
    assert_eq!(revoke(&store, "d", at(20), at(9)).await, Ok(0));
    assert!(!is_revoked(&store, "d").await);
    assert_eq!(told(&store, 9).await.len(), 3, "nothing happened");
    // An operator has some more room.
    for (jti, made) in [("e", 1), ("f", 0)] {
        let by_operator = Revocation {
            is_by_operator: true,
            ..revocation(jti, at(10))
        };
        assert_eq!(store.revoke(vec![by_operator], at(9)).await, Ok(made));
    }
    // A token that is revoked already takes no room, and the others of the same write are revoked.
    let both = ["b", "d"].map(|jti| revocation(jti, at(20))).into();
    assert_eq!(store.revoke(both, at(9)).await, Ok(1));
    // A revocation of a token that has expired is replaced.
    assert_eq!(revoke(&store, "d", at(20), at(10)).await, Ok(1));
    for (jti, expected) in [("a", false), ("b", true), ("c", true), ("d", true)] {
        assert_eq!(is_revoked(&store, jti).await, expected, "{jti}");
    }
}

#[tokio::test]
async fn a_revocation_takes_at_most_120_bytes_of_the_file() {
    const TOKENS: u64 = 100_000;
    let place = Place::new();
    let limits = StoreLimits {
        audit_events: 1,
        ..StoreLimits::default()
    };
    let store = Sqlite::open_with(&place.folder, limits).expect("a store");
    let expires_at = |number: u64| NOW.saturating_add_seconds(1 + number % 3600);
    for from in (0..TOKENS).step_by(10_000) {
        let numbers = from..from + 10_000;
        let revocations = numbers.map(|number| revocation(&number.to_string(), expires_at(number)));
        let made = store.revoke(revocations.collect(), NOW).await;
        assert_eq!(made, Ok(10_000));
    }
    drop(store);
    let pages = |what: &str| -> u64 {
        let connection = place.connection();
        let all: i64 = connection.query_row(what, [], |row| row.get(0)).unwrap();
        u64::try_from(all).unwrap()
    };
    let bytes = pages("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%revocation%'");
    assert!(bytes / TOKENS <= 120, "{}", bytes / TOKENS);
}

#[tokio::test]
async fn logs_counts_and_deletions_are_bounded() {
    let store = in_memory_with(StoreLimits {
        audit_events: 3,
        changes: 3,
        deletions: 2,
        issued_counts: 3,
        issued_days: 1,
        ..StoreLimits::default()
    });
    for number in 1..=5 {
        commit(&store, vec![put(number, &format!("client{number}"))]).await;
    }
    assert_eq!(told(&store, 9).await.len(), 3);
    let stale = async |version| store.changes_since(Version(version)).await.unwrap().stale;
    assert_eq!(stale(1).await, Stale::Everything);
    let three = ["client3", "client4", "client5"].map(Box::from);
    assert_eq!(stale(2).await, Stale::Applications(three.to_vec()));

    for number in 1..=5_u64 {
        let id = RecordId::from_bytes(u128::from(number).to_be_bytes());
        let deletion = Deletion {
            client_id: format!("client{number}").into(),
            at: NOW,
            by: "test".into(),
        };
        commit(&store, vec![Write::DeleteApplication(id, deletion)]).await;
    }
    let deleted = store.snapshot().await.unwrap().deleted;
    let names: Vec<_> = deleted
        .iter()
        .map(|deletion| &*deletion.client_id)
        .collect();
    assert_eq!(names, ["client4", "client5"]);

    let count = async |minute| {
        let issued = IssuedCount {
            reused: 0,
            beyond_quota: 0,
            ignored: None,
            minute,
            client_id: "a".into(),
            audience: "b".into(),
            tokens: 1,
        };
        let batch = UsageBatch {
            issued: vec![issued],
            ..UsageBatch::default()
        };
        store.add_usage(batch).await.unwrap();
        let all = UnixTime::from_seconds(0);
        store.tokens_since("a", all).await.unwrap()
    };
    assert_eq!(count(1_000).await, 1);
    assert_eq!(count(1_000 + 24 * 60).await, 2);
    assert_eq!(
        count(1_001 + 24 * 60).await,
        2,
        "the first is older than a day"
    );
    assert_eq!(count(1_002 + 24 * 60).await, 3);
    assert_eq!(count(1_003 + 24 * 60).await, 3, "three are kept");
}

#[tokio::test]
async fn a_change_of_very_many_applications_makes_everything_stale() {
    let store = in_memory_with(StoreLimits::default());
    let writes = (0..2_000).map(|number| put(number, &format!("client{number}")));
    commit(&store, writes.collect()).await;
    let changes = store.changes_since(Version(0)).await.unwrap();
    assert_eq!(changes.stale, Stale::Everything);
    assert_eq!(store.frame().await.unwrap().applications, 2_000);
}
