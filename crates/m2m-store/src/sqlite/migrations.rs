//! From the schema of any release to that of this one, forward only.
//!
//! The version of the schema is SQLite's own `user_version`, which changes in the same transaction as the tables.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::Fault;
use crate::StoreError;

/// Each takes the schema from the version before to the next one. A released one is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/V1__registry.sql"),
    include_str!("migrations/V2__management.sql"),
];

/// Marks a file as ours: `m2m` and a zero, in ASCII.
const APPLICATION_ID: i32 = 0x6d32_6d00;

/// What a file is before anything in it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schema {
    version: u32,
}

impl Schema {
    /// Looks at what is there, and changes nothing.
    ///
    /// # Errors
    ///
    /// If it is newer than this release, or not ours.
    pub(super) fn of(connection: &Connection) -> Result<Self, Fault> {
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let (application, version) = (number("application_id")?, number("user_version")?);
        if tables == 0 && application == 0 && version == 0 {
            return Ok(Self { version: 0 });
        }
        let version = u32::try_from(version).unwrap_or(u32::MAX);
        if application != APPLICATION_ID || version == 0 {
            return Err(Fault::Unopened(
                "it is a database of another program".into(),
            ));
        }
        if version > known() {
            return Err(Fault::Store(StoreError::NewerSchema {
                found: version,
                known: known(),
            }));
        }
        Ok(Self { version })
    }

    /// Brings it to the latest schema, each step whole or not at all.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) fn migrate(self, connection: &mut Connection) -> Result<(), Fault> {
        self.migrate_to(MIGRATIONS, connection)
    }

    fn migrate_to(self, migrations: &[&str], connection: &mut Connection) -> Result<(), Fault> {
        let done = usize::try_from(self.version).unwrap_or(usize::MAX);
        for (version, migration) in (1_u32..).zip(migrations).skip(done) {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
        Ok(())
    }
}

/// The latest schema version that this release knows.
fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{log, page, read};
    use super::*;
    use crate::{EventQuery, Filter, List, Maintenance, Sort};

    fn schema(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema ORDER BY name")
            .expect("a schema");
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0));
        rows.expect("rows")
            .map(|row| row.expect("a row").unwrap_or_default())
            .collect()
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        Schema::of(&connection)
            .unwrap()
            .migrate(&mut connection)
            .unwrap();
        let once = schema(&connection);
        assert!(!once.is_empty());
        let latest = Schema::of(&connection).unwrap();
        assert_eq!(latest, Schema { version: known() });
        latest.migrate(&mut connection).unwrap();
        assert_eq!(schema(&connection), once);
    }

    /// The first release wrote such rows.
    const FIRST: &str = r#"
        INSERT INTO organization VALUES
          (1, x'00000000000000000000000000000001', 'org', 'Organization', 5, 6,
           '{"v":1,"code":"org","name":"Organization","suspended":false}');
        INSERT INTO property VALUES
          (1, x'00000000000000000000000000000002', 'tier', 'Tier', 5, 6,
           '{"v":1,"key":"tier","name":"Tier","private":false}');
        INSERT INTO application VALUES
          (1, x'00000000000000000000000000000003', 'old', 'old', 'dlo', 'Old one', 'org', 5, 6,
           '{"v":1,"name":"Old one","client_id":"old","organization":"org","enabled":true,"client_type":"confidential","client_credentials":true,"client_secret_basic":true,"client_secret_post":true,"system_user":"svc","system_user_allowed":true,"properties":[["tier","gold"]],"authorizations":[{"audience":"https://api.example","scopes":[]}],"is_management":false}'),
          (2, x'00000000000000000000000000000004', 'other', 'other', 'rehto', 'Other', NULL, 5, 6,
           '{"v":1,"name":"Other","client_id":"other","enabled":true,"client_type":"confidential","client_credentials":true,"client_secret_basic":true,"client_secret_post":true,"system_user_allowed":false,"is_management":false}');
        INSERT INTO application_api VALUES (1, 'https://api.example');
        INSERT INTO audit VALUES (1, 5, 'm2m apply', NULL, NULL, 'created', 'application', 'old', NULL, '{}');
    "#;

    #[test]
    fn what_the_first_release_wrote_is_listed() {
        let mut connection = Connection::open_in_memory().unwrap();
        let first = &MIGRATIONS[..1];
        let empty = Schema::of(&connection).unwrap();
        empty.migrate_to(first, &mut connection).unwrap();
        connection.execute_batch(FIRST).unwrap();
        let schema = Schema::of(&connection).unwrap();
        assert_eq!(schema, Schema { version: 1 });
        schema.migrate(&mut connection).unwrap();

        let mut listed = |filter| {
            let list = List {
                filter,
                sort: Sort::NameAscending,
                after: None,
                most: 9,
            };
            let page = page::applications(&mut connection, &list).unwrap();
            let names = page.records.iter().map(|stored| &*stored.value.client_id);
            names.collect::<Vec<_>>().join(" ")
        };
        for (filter, expected) in [
            (Filter::All, "old other"),
            (Filter::Containing("OLD"), "old"),
            (Filter::Containing("the"), "other"),
            (Filter::AuthorizedFor("https://api.example"), "old"),
            (Filter::OfOrganization("org"), "old"),
            (Filter::WithProperty("tier"), "old"),
        ] {
            assert_eq!(listed(filter), expected, "{filter:?}");
        }
        assert!(page::has_system_user(&connection, "svc").unwrap());
        let found = "SELECT rowid FROM application_search WHERE application_search MATCH '\"old\"'";
        let row: i64 = connection.query_row(found, [], |row| row.get(0)).unwrap();
        assert_eq!(row, 1);
        let frame = read::frame(&mut connection).unwrap();
        assert_eq!(
            (frame.applications, frame.maintenance),
            (2, Maintenance::Off)
        );
        let query = EventQuery {
            name: Some("old"),
            most: 9,
            ..EventQuery::default()
        };
        assert_eq!(log::events(&mut connection, &query).unwrap().len(), 1);
    }

    #[test]
    fn refuses_a_newer_schema_and_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        Schema::of(&connection)
            .unwrap()
            .migrate(&mut connection)
            .unwrap();
        connection
            .pragma_update(None, "user_version", known() + 1)
            .unwrap();
        let before = schema(&connection);
        assert!(matches!(
            Schema::of(&connection),
            Err(Fault::Store(StoreError::NewerSchema { .. }))
        ));
        assert_eq!(schema(&connection), before);
    }

    #[test]
    fn refuses_a_database_of_another_program() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE mine (a)").unwrap();
        assert!(matches!(Schema::of(&connection), Err(Fault::Unopened(_))));
    }
}
