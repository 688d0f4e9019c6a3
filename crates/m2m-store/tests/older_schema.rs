//! Files of every older schema, as earlier releases left them: they are migrated when they are opened, and nothing in them is lost.

use m2m_authority::TraceId;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, RefusalQuery, Refused, Sqlite, UsageBatch};
use rusqlite::Connection;

/// The schemas, each as the migration from the previous one.
const SCHEMAS: [(u32, &str); 2] = [
    (3, include_str!("../src/sqlite/migrations/V3__registry.sql")),
    (4, include_str!("../src/sqlite/migrations/V4__identity.sql")),
];

/// The mark of databases of this program.
const APPLICATION_ID: i32 = 0x6d32_6d00;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

fn refused(number: u8, request_id: Option<&str>) -> Refused {
    Refused {
        trace_id: TraceId::from_random([number; 16]),
        request_id: request_id.map(|id| id.parse().expect("a request id")),
        time: NOW,
        cause: Cause::SecretWrong,
        client_id: Some("billing-job".into()),
        address: Some([192, 0, 2, number].into()),
        diagnosis: None,
    }
}

#[tokio::test]
async fn refusals_of_an_older_schema_are_found_by_request_id_and_address() {
    for (version, _) in SCHEMAS {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        std::fs::create_dir(&folder).expect("a folder");
        let older = Connection::open(folder.join("m2m.db")).expect("a database");
        for (_, schema) in SCHEMAS.iter().filter(|(own, _)| *own <= version) {
            older.execute_batch(schema).expect("a schema");
        }
        older
            .pragma_update(None, "application_id", APPLICATION_ID)
            .and_then(|()| older.pragma_update(None, "user_version", version))
            .expect("a version");
        older
            .execute(
                "INSERT INTO refused (trace_id, client_id, time, cause, request_id, address)
                 VALUES (?1, 'billing-job', ?2, 'secret-wrong', 'req-1', '192.0.2.1')",
                (TraceId::from_random([1; 16]).as_bytes(), 1_800_000_000),
            )
            .expect("a row");
        drop(older);
        #[cfg(unix)]
        only_for_the_owner(&folder.join("m2m.db"));

        let store = Sqlite::open(&folder).expect("a store");
        let batch = UsageBatch {
            refused: vec![refused(2, None), refused(3, Some("req-1"))],
            ..UsageBatch::default()
        };
        store.add_usage(batch).await.expect("room");
        let of_request = RefusalQuery {
            request_id: Some("req-1"),
            most: 9,
            ..RefusalQuery::default()
        };
        let from = |number| RefusalQuery {
            address: Some([192, 0, 2, number].into()),
            most: 9,
            ..RefusalQuery::default()
        };
        for (query, expected) in [
            (
                of_request,
                vec![refused(3, Some("req-1")), refused(1, Some("req-1"))],
            ),
            (from(1), vec![refused(1, Some("req-1"))]),
            (from(2), vec![refused(2, None)]),
        ] {
            let found = store.refusals(query).await.expect("refusals").entries;
            let found: Vec<_> = found.into_iter().map(|told| told.entry).collect();
            assert_eq!(found, expected, "schema {version}: {query:?}");
        }
    }
}

/// Sets the mode that the store gives its files.
#[cfg(unix)]
fn only_for_the_owner(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}
