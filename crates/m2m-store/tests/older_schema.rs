//! Files of every older schema, as earlier releases left them: they are migrated when they are opened, and nothing in them is lost.

use std::path::Path;

use m2m_authority::TraceId;
use m2m_authority::registry::KeyOrigin;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::{
    Backend as _, Filter, List, RefusalQuery, Refused, Sort, Sqlite, StoreLimits, UsageBatch,
};
use rusqlite::Connection;

/// The schemas, each as the migration from the previous one.
const SCHEMAS: [(u32, &str); 3] = [
    (3, include_str!("../src/sqlite/migrations/V3__registry.sql")),
    (4, include_str!("../src/sqlite/migrations/V4__identity.sql")),
    (
        5,
        include_str!("../src/sqlite/migrations/V5__refusal_filters.sql"),
    ),
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
        authenticated: false,
        address: Some([192, 0, 2, number].into()),
        diagnosis: None,
    }
}

/// Creates a data directory as a release with this version of the schema left it, with the rows that the statements insert.
fn older(folder: &Path, version: u32, rows: &str) {
    std::fs::create_dir(folder).expect("a folder");
    let older = Connection::open(folder.join("m2m.db")).expect("a database");
    for (_, schema) in SCHEMAS.iter().filter(|(own, _)| *own <= version) {
        older.execute_batch(schema).expect("a schema");
    }
    older
        .pragma_update(None, "application_id", APPLICATION_ID)
        .and_then(|()| older.pragma_update(None, "user_version", version))
        .and_then(|()| older.execute_batch(rows))
        .expect("a version and rows");
    drop(older);
    #[cfg(unix)]
    only_for_the_owner(&folder.join("m2m.db"));
}

/// Returns the statement that inserts a refused request.
fn row(number: u8, cause: &str) -> String {
    let trace_id = format!("{number:02x}").repeat(16);
    format!(
        "INSERT INTO refused (trace_id, client_id, time, cause, request_id, address)
         VALUES (x'{trace_id}', 'billing-job', 1800000000, '{cause}', 'req-1', '192.0.2.{number}');"
    )
}

#[tokio::test]
async fn refusals_of_an_older_schema_are_found_by_request_id_and_address() {
    for (version, _) in SCHEMAS {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        older(&folder, version, &row(1, "secret-wrong"));

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

#[tokio::test]
async fn x24_a_cause_of_another_release_does_not_hide_the_other_refusals() {
    let above = tempfile::tempdir().expect("a folder");
    let folder = above.path().join("data");
    let rows = [
        row(1, "secret-wrong"),
        row(2, "operation-refused"),
        row(3, "a-later-cause"),
        row(4, "secret-wrong"),
    ];
    older(&folder, 4, &rows.concat());
    let store = Sqlite::open(&folder).expect("a store");
    // A refused operation of an earlier release has a cause of this one.
    let expected = [
        (4, Cause::SecretWrong),
        (2, Cause::FieldInvalid),
        (1, Cause::SecretWrong),
    ];
    let expected = expected.map(|(number, cause)| Refused {
        cause,
        ..refused(number, Some("req-1"))
    });
    for most in [1, 2, 3, 9] {
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let query = RefusalQuery {
                before,
                most,
                ..RefusalQuery::default()
            };
            let page = store.refusals(query).await.expect("refusals");
            found.extend(page.entries.into_iter().map(|told| told.entry));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {most}");
    }
    let of = |number| store.refused(TraceId::from_random([number; 16]));
    assert_eq!(of(3).await.expect("an answer"), None);
    assert!(of(2).await.expect("an answer").is_some());
}

#[tokio::test]
async fn x20_refusals_of_an_older_schema_are_bounded_by_what_they_prove() {
    let operation = format!(
        "{} UPDATE refused SET diagnosis = '{}' WHERE cause = 'token-expired';",
        row(2, "token-expired"),
        r#"{"operation":"getApis","status":401,"code":"TOKEN_EXPIRED"}"#
    );
    let nameless = format!(
        "{} UPDATE refused SET client_id = NULL WHERE cause = 'client-unknown';",
        row(4, "client-unknown")
    );
    let rows = [
        row(1, "quota-exceeded"),
        operation,
        row(3, "secret-wrong"),
        nameless,
    ];
    for (version, _) in SCHEMAS {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        older(&folder, version, &rows.concat());
        let limits = StoreLimits {
            refusals_of_a_client: 2,
            refusals_of_unknown: 1,
            ..StoreLimits::default()
        };
        let store = Sqlite::open_with(&folder, limits).expect("a store");
        let of = async |number| {
            let trace_id = TraceId::from_random([number; 16]);
            store.refused(trace_id).await.expect("an answer")
        };
        for number in [1, 2, 3, 4] {
            let kept = of(number).await.expect("a refusal of the older schema");
            assert_eq!(kept.authenticated, number <= 2, "{version}: {number}");
        }
        let batch = UsageBatch {
            refused: (5..9).map(|number| refused(number, None)).collect(),
            ..UsageBatch::default()
        };
        store.add_usage(batch).await.expect("room");
        let mut kept = Vec::new();
        for number in 1..9 {
            kept.extend(of(number).await.map(|_| number));
        }
        assert_eq!(kept, [1, 2, 4, 7, 8], "{version}");
    }
}

#[tokio::test]
async fn uses_of_secrets_of_an_older_schema_are_those_of_their_applications_too() {
    let rows = r#"
        UPDATE meta SET version = 3;
        INSERT INTO application (id, client_id, folded, folded_backwards, name, created_at, updated_at, document)
        VALUES (x'01010101010101010101010101010101', 'used', 'used', 'desu', 'Used', 1, 1,
          '{"v":2,"client_id":"used","spec":{"name":"Used"},"secrets":[]}'),
          (x'02020202020202020202020202020202', 'unused', 'unused', 'desunu', 'Unused', 1, 1,
          '{"v":2,"client_id":"unused","spec":{"name":"Unused"},"secrets":[]}');
        INSERT INTO secret_use VALUES ('used', 's1', 1800000000), ('used', 's2', 1800000060), ('gone', 's1', 5);
    "#;
    for (version, _) in SCHEMAS {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        older(&folder, version, rows);
        let store = Sqlite::open(&folder).expect("a store");
        let list = List {
            filter: Filter::All,
            sort: Sort::Age,
            after: None,
            most: 9,
        };
        let page = store.used_applications(list).await.expect("a page");
        let used: Vec<_> = page
            .applications
            .iter()
            .map(|used| (&*used.stored.value.client_id, used.used_at))
            .collect();
        let latest = UnixTime::from_seconds(1_800_000_060);
        assert_eq!(used, [("used", Some(latest)), ("unused", None)]);
        // Uses of scopes are recorded from the migration on.
        assert!(page.scopes_since > UnixTime::from_seconds(1_700_000_000));
    }
}

#[tokio::test]
async fn the_schedule_leaves_alone_the_imported_keys_of_an_older_schema() {
    let thumbprint = |letter: &str| letter.repeat(43);
    let key = |kid: &str| {
        format!(
            "INSERT INTO signing_key (kid, algorithm, state, created_at, state_since, public_jwk, sealed)
             VALUES ('{kid}', 'ES256', 'active', 1, 2, '{{}}', x'01');"
        )
    };
    let created = |kid: &str, actor: &str| {
        format!(
            "INSERT INTO audit (time, actor, action, subject, name)
             VALUES (1, '{actor}', 'created', 'key', '{kid}');"
        )
    };
    let (generated, imported) = (thumbprint("g"), thumbprint("i"));
    let rows = [
        key(&generated),
        created(&generated, "m2m serve"),
        key("2026-11"),
        key(&imported),
        created(&imported, "m2m key import"),
    ];
    for (version, _) in SCHEMAS {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("data");
        older(&folder, version, &rows.concat());
        let store = Sqlite::open(&folder).expect("a store");
        let keys = store.snapshot().await.expect("records").keys;
        let origins: Vec<_> = keys.iter().map(|key| (&*key.kid, key.origin)).collect();
        let expected = [
            (&*generated, KeyOrigin::Generated),
            ("2026-11", KeyOrigin::Imported),
            (&*imported, KeyOrigin::Imported),
        ];
        assert_eq!(origins, expected, "schema {version}");
    }
}

/// Sets the mode that the store gives its files.
#[cfg(unix)]
fn only_for_the_owner(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}
