//! Migrations from the schema of any release to that of this one, forward only.
//!
//! The version of the schema is SQLite's own `user_version`, which changes in the same transaction as the tables.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::Fault;
use crate::StoreError;

/// The migrations. Each migrates the schema from the previous version to the next, the first from nothing to [`FIRST`]. A released one is
/// never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/V3__registry.sql"),
    include_str!("migrations/V4__identity.sql"),
    include_str!("migrations/V5__refusal_filters.sql"),
    include_str!("migrations/V6__refusals_by_proof.sql"),
    include_str!("migrations/V7__default_audience.sql"),
    include_str!("migrations/V8__revocations.sql"),
    include_str!("migrations/V9__uses.sql"),
    include_str!("migrations/V10__key_origin.sql"),
    include_str!("migrations/V11__owner.sql"),
];

/// The first version that is supported. Earlier versions were never released.
const FIRST: u32 = 3;

/// The first version with an identity in it.
const WITH_IDENTITY: u32 = 4;

/// The number that marks a file as a database of this program: `m2m` and a zero, in ASCII.
const APPLICATION_ID: i32 = 0x6d32_6d00;

/// The schema of a file before anything in it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schema {
    version: u32,
}

impl Schema {
    /// Reads the version of the schema, and changes nothing.
    ///
    /// # Errors
    ///
    /// If the schema is newer than this release, older than the first release, or that of another program.
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
        if version < FIRST {
            return Err(Fault::Store(StoreError::UnreleasedSchema {
                found: version,
            }));
        }
        if version > known() {
            return Err(Fault::Store(StoreError::NewerSchema {
                found: version,
                known: known(),
            }));
        }
        Ok(Self { version })
    }

    /// Returns true if it is the schema of this release.
    pub(super) fn is_latest(self) -> bool {
        self.version == known()
    }

    /// Returns true if the database has no tables yet.
    pub(super) const fn is_new(self) -> bool {
        self.version == 0
    }

    /// Returns true if the database has an identity.
    pub(super) const fn has_identity(self) -> bool {
        self.version >= WITH_IDENTITY
    }

    /// Brings the database to the latest schema, each step as a whole or not at all.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) fn migrate(self, connection: &mut Connection) -> Result<(), Fault> {
        let missing = |(version, _): &(u32, _)| *version > self.version;
        for (version, migration) in (FIRST..).zip(MIGRATIONS).filter(missing) {
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

/// Returns the latest schema version that this release knows.
fn known() -> u32 {
    (FIRST..)
        .zip(MIGRATIONS)
        .last()
        .map_or(FIRST, |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_second_migration_changes_nothing() {
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

    #[test]
    fn refuses_a_schema_that_was_never_released_and_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        Schema::of(&connection)
            .unwrap()
            .migrate(&mut connection)
            .unwrap();
        let before = schema(&connection);
        for version in 1..FIRST {
            connection
                .pragma_update(None, "user_version", version)
                .unwrap();
            let Err(Fault::Store(error)) = Schema::of(&connection) else {
                panic!("version {version} was never released")
            };
            assert_eq!(error, StoreError::UnreleasedSchema { found: version });
            assert_eq!(error.cause(), m2m_errors::Cause::DataSchemaUnreleased);
        }
        assert_eq!(schema(&connection), before);
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
