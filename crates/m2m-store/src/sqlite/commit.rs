//! Changes of the registry.

use std::collections::BTreeSet;

use m2m_authority::registry::{Application, Deletion};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::document::{self, Document};
use super::fault::Fault;
use super::{column, near, read, uses};
use crate::{
    AuditEvent, Change, CommitError, KeyRecord, Maintenance, RecordId, StoreLimits, Stored,
    Subject, Version, Write,
};

/// The maximum number of client ids that a change names in the change log. A change of more makes everything stale, because forgetting
/// that many one by one saves nothing.
const MAX_NAMED: usize = 1_000;

/// The outcome of a change: the next version, or the reason why the change was not made.
pub(super) type Committed = Result<Version, CommitError>;

/// Makes a change as a whole or not at all.
pub(super) fn commit(
    connection: &mut Connection,
    limits: &StoreLimits,
    expected: Version,
    change: &Change,
) -> Result<Committed, Fault> {
    if change.events.is_empty() {
        return Ok(Err(CommitError::Unaudited));
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if read::version(&transaction)? != expected {
        return Ok(Err(CommitError::Conflict));
    }
    let next = Version(expected.0.saturating_add(1));
    let mut stale = Touched::default();
    for write in &change.writes {
        match put(&transaction, limits, write, &mut stale) {
            Ok(()) => {}
            Err(fault) if fault.is_repeated() => return Ok(Err(taken(write))),
            Err(fault) => return Err(fault),
        }
    }
    for event in &change.events {
        log(&transaction, event)?;
    }
    forget_events(&transaction, limits)?;
    stale.tell(&transaction, limits, next)?;
    transaction
        .prepare_cached("UPDATE meta SET version = ?1")?
        .execute([column::integer(next.0)])?;
    match transaction.commit().map_err(Fault::of_commit) {
        Ok(()) => Ok(Ok(next)),
        Err(fault) if fault.is_dangling() => Ok(Err(CommitError::Inconsistent {
            what: "an application belongs to an organization that does not exist".into(),
        })),
        Err(fault) => Err(fault),
    }
}

/// Durably writes a value without a meaning, and returns the version of the registry. It succeeds only if the disk takes writes, and
/// then takes the place in the journal of a change whose `COMMIT` failed. The value has to differ each time: SQLite does not write a value
/// that is there already.
pub(super) fn probe(connection: &mut Connection) -> Result<Version, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = read::version(&transaction)?;
    transaction
        .prepare_cached("UPDATE meta SET settled = settled + 1")?
        .execute([])?;
    transaction.commit().map_err(Fault::of_commit)?;
    Ok(version)
}

/// The entries that a change makes stale.
#[derive(Debug, Default)]
struct Touched {
    everything: bool,
    client_ids: BTreeSet<Box<str>>,
}

impl Touched {
    /// Writes the stale entries to the change log, and deletes the oldest rows of that.
    fn tell(
        self,
        transaction: &Transaction<'_>,
        limits: &StoreLimits,
        version: Version,
    ) -> Result<(), Fault> {
        let version = column::integer(version.0);
        let mut statement = transaction
            .prepare_cached("INSERT INTO change_log (version, client_id) VALUES (?1, ?2)")?;
        if self.everything || self.client_ids.len() > MAX_NAMED {
            statement.execute((version, None::<&str>))?;
        } else {
            for client_id in &self.client_ids {
                statement.execute((version, client_id))?;
            }
        }
        let last: Option<i64> = transaction
            .prepare_cached("SELECT max(seq) FROM change_log")?
            .query_row([], |row| row.get(0))?;
        let oldest = last
            .unwrap_or(0)
            .saturating_sub(column::integer(limits.changes));
        let forgotten: Option<i64> = transaction
            .prepare_cached(
                "SELECT version FROM change_log WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([oldest], |row| row.get(0))
            .optional()?;
        if let Some(forgotten) = forgotten {
            transaction
                .prepare_cached("DELETE FROM change_log WHERE seq <= ?1")?
                .execute([oldest])?;
            transaction
                .prepare_cached("UPDATE meta SET forgotten = ?1")?
                .execute([forgotten])?;
        }
        Ok(())
    }
}

fn put(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
    write: &Write,
    stale: &mut Touched,
) -> Result<(), Fault> {
    match write {
        Write::PutApplication(stored) => return put_application(transaction, stored, stale),
        Write::DeleteApplication(id, deletion) => {
            return delete_application(transaction, limits, *id, deletion, stale);
        }
        Write::PutApi(stored) => {
            let record = &stored.value;
            put_record(
                transaction,
                ("audience", &record.audience),
                &record.name,
                stored,
            )?;
        }
        Write::DeleteApi(id) => delete(transaction, "DELETE FROM api WHERE id = ?1", *id)?,
        Write::PutOrganization(stored) => {
            let record = &stored.value;
            put_record(transaction, ("code", &record.code), &record.name, stored)?;
        }
        Write::DeleteOrganization(id) => {
            delete(transaction, "DELETE FROM organization WHERE id = ?1", *id)?;
        }
        Write::PutProperty(stored) => {
            let record = &stored.value;
            put_record(transaction, ("key", &record.key), &record.name, stored)?;
        }
        Write::DeleteProperty(id) => {
            delete(transaction, "DELETE FROM property WHERE id = ?1", *id)?;
        }
        Write::PutKey(key) => put_key(transaction, key)?,
        Write::DeleteKey(kid) => {
            transaction
                .prepare_cached("DELETE FROM signing_key WHERE kid = ?1")?
                .execute([kid])?;
        }
        Write::PutMaintenance(maintenance) => {
            transaction
                .prepare_cached("UPDATE meta SET maintenance = ?1")?
                .execute([*maintenance == Maintenance::On])?;
        }
    }
    stale.everything = true;
    Ok(())
}

/// Writes a record whose table has a column for its identifier and nothing else of its own.
fn put_record<T: Document>(
    transaction: &Transaction<'_>,
    (column, identifier): (&str, &str),
    name: &str,
    stored: &Stored<T>,
) -> Result<(), Fault> {
    let table = T::TABLE;
    transaction
        .prepare_cached(&format!(
            "INSERT INTO {table} (id, {column}, name, created_at, updated_at, document)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}, name = excluded.name,
               created_at = excluded.created_at, updated_at = excluded.updated_at,
               document = excluded.document"
        ))?
        .execute((
            stored.id.as_bytes(),
            identifier,
            name,
            column::seconds(stored.created_at),
            column::seconds(stored.updated_at),
            document::write(&stored.value)?,
        ))?;
    Ok(())
}

fn put_application(
    transaction: &Transaction<'_>,
    stored: &Stored<Application>,
    stale: &mut Touched,
) -> Result<(), Fault> {
    let application = &stored.value;
    // A client id may change; a request with the old one must not find the application either.
    let before = earlier(transaction, stored.id)?;
    stale
        .client_ids
        .extend(before.as_ref().map(|before| before.client_id.clone()));
    stale.client_ids.insert(application.client_id.clone());
    let folded = near::fold(&application.client_id);
    let row: i64 = transaction
        .prepare_cached(
            "INSERT INTO application (id, client_id, folded, folded_backwards, name, organization,
               system_user, created_at, updated_at, document, default_audience, owner)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET client_id = excluded.client_id,
               folded = excluded.folded, folded_backwards = excluded.folded_backwards,
               name = excluded.name, organization = excluded.organization,
               system_user = excluded.system_user,
               created_at = excluded.created_at, updated_at = excluded.updated_at,
               document = excluded.document, default_audience = excluded.default_audience,
               owner = excluded.owner
             RETURNING seq",
        )?
        .query_row(
            (
                stored.id.as_bytes(),
                &application.client_id,
                &folded,
                near::backwards(&folded),
                &application.spec.name,
                &application.spec.organization,
                &application.spec.system_user,
                column::seconds(stored.created_at),
                column::seconds(stored.updated_at),
                document::write(application)?,
                &application.spec.default_audience,
                application.spec.owner.as_deref(),
            ),
            |row| row.get(0),
        )?;
    if let Some(before) = &before {
        uses::assign(transaction, row, before, stored)?;
    }
    transaction
        .prepare_cached("DELETE FROM secret_hash WHERE application = ?1")?
        .execute([row])?;
    let mut statement =
        transaction.prepare_cached("INSERT OR IGNORE INTO secret_hash VALUES (?1, ?2)")?;
    for secret in &application.secrets {
        statement.execute((row, secret.hash.as_bytes()))?;
    }
    transaction
        .prepare_cached("DELETE FROM application_api WHERE application = ?1")?
        .execute([row])?;
    let (id, name) = (stored.id.as_bytes(), &application.spec.name);
    let mut statement = transaction.prepare_cached(
        "INSERT OR IGNORE INTO application_api (application, audience, id, name)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    for authorization in &application.spec.authorize {
        statement.execute((row, &authorization.audience, id, name))?;
    }
    transaction
        .prepare_cached("DELETE FROM application_property WHERE application = ?1")?
        .execute([row])?;
    let mut statement = transaction.prepare_cached(
        "INSERT OR IGNORE INTO application_property (application, key, id, name)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    for key in application.spec.properties.keys() {
        statement.execute((row, key, id, name))?;
    }
    Ok(())
}

fn delete_application(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
    id: RecordId,
    deletion: &Deletion,
    stale: &mut Touched,
) -> Result<(), Fault> {
    let Some(client_id) = client_id(transaction, id)? else {
        return Ok(());
    };
    delete(transaction, "DELETE FROM application WHERE id = ?1", id)?;
    transaction
        .prepare_cached("DELETE FROM secret_use WHERE client_id = ?1")?
        .execute([&client_id])?;
    // It replaces an earlier deletion of the same client id, and is the latest.
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO deleted_application (client_id, deleted_at, deleted_by)
             VALUES (?1, ?2, ?3)",
        )?
        .execute((&client_id, column::seconds(deletion.at), &deletion.by))?;
    transaction
        .prepare_cached(
            "DELETE FROM deleted_application
             WHERE seq <= (SELECT max(seq) FROM deleted_application) - ?1",
        )?
        .execute([column::integer(limits.deletions)])?;
    stale.client_ids.insert(client_id);
    Ok(())
}

fn put_key(transaction: &Transaction<'_>, key: &KeyRecord) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO signing_key
               (kid, algorithm, state, created_at, state_since, public_jwk, sealed, origin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (kid) DO UPDATE SET algorithm = excluded.algorithm,
               state = excluded.state, created_at = excluded.created_at,
               state_since = excluded.state_since, public_jwk = excluded.public_jwk,
               sealed = excluded.sealed, origin = excluded.origin",
        )?
        .execute((
            &key.kid,
            key.algorithm.as_str(),
            key.state.as_str(),
            column::seconds(key.created_at),
            column::seconds(key.state_since),
            &key.public_jwk,
            key.sealed.as_bytes(),
            key.origin.as_str(),
        ))?;
    Ok(())
}

/// Returns the application with this record id as it is before the change, if there is one.
fn earlier(transaction: &Transaction<'_>, id: RecordId) -> Result<Option<Application>, Fault> {
    let mut statement =
        transaction.prepare_cached("SELECT document FROM application WHERE id = ?1")?;
    let mut rows = statement.query([id.as_bytes()])?;
    match rows.next()? {
        Some(row) => Ok(Some(document::read(row.get_ref(0)?.as_str()?)?)),
        None => Ok(None),
    }
}

/// Returns the client id of the application with this record id, if there is one.
fn client_id(transaction: &Transaction<'_>, id: RecordId) -> Result<Option<Box<str>>, Fault> {
    let mut statement =
        transaction.prepare_cached("SELECT client_id FROM application WHERE id = ?1")?;
    Ok(statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}

fn delete(transaction: &Transaction<'_>, statement: &str, id: RecordId) -> Result<(), Fault> {
    transaction
        .prepare_cached(statement)?
        .execute([id.as_bytes()])?;
    Ok(())
}

pub(super) fn log(transaction: &Transaction<'_>, event: &AuditEvent) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO audit
               (time, actor, trace_id, address, action, subject, name, before, after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            column::seconds(event.time),
            &event.actor.name,
            event
                .actor
                .trace_id
                .as_ref()
                .map(|trace_id| trace_id.as_bytes()),
            event.actor.address.map(|address| address.to_string()),
            event.action.as_str(),
            event.subject.as_str(),
            &event.name,
            &event.before,
            &event.after,
        ))?;
    Ok(())
}

pub(super) fn forget_events(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
) -> Result<(), Fault> {
    transaction
        .prepare_cached("DELETE FROM audit WHERE seq <= (SELECT max(seq) FROM audit) - ?1")?
        .execute([column::integer(limits.audit_events)])?;
    Ok(())
}

/// Returns the error that a name is taken.
fn taken(write: &Write) -> CommitError {
    let (subject, name) = match write {
        Write::PutApi(stored) => (Subject::Api, &*stored.value.audience),
        Write::PutOrganization(stored) => (Subject::Organization, &*stored.value.code),
        Write::PutProperty(stored) => (Subject::Property, &*stored.value.key),
        Write::PutApplication(stored) => (Subject::Application, &*stored.value.client_id),
        Write::PutKey(key) => (Subject::Key, &*key.kid),
        // These writes insert nothing.
        Write::DeleteApi(_)
        | Write::DeleteOrganization(_)
        | Write::DeleteProperty(_)
        | Write::DeleteApplication(..)
        | Write::DeleteKey(_)
        | Write::PutMaintenance(_) => (Subject::Key, ""),
    };
    CommitError::Inconsistent {
        what: format!(
            "another {} already has the identifier {name}",
            subject.as_str()
        )
        .into(),
    }
}
