//! Reads of the registry.

use core::ops::ControlFlow;

use m2m_authority::registry::{Application, Deletion, Records};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::document::{self, Document};
use super::fault::Fault;
use super::folder::StoreId;
use super::{column, near, page};
use crate::{
    AnyRecord, Changes, Found, Frame, KeyRecord, Maintenance, RecordId, Snapshot, Sought, Stale,
    Stored, Version,
};

/// The maximum number of applications with one presented secret that a diagnosis looks at. An operator who gave a secret to more of them
/// knows the reason.
const MAX_SHARING_A_SECRET: i64 = 64;

/// The maximum number of applications that a diagnosis compares for all presented values, in addition to those with nearly the same client id.
const MAX_SUSPECTS: usize = 256;

pub(super) fn frame(connection: &mut Connection) -> Result<Frame, Fault> {
    let transaction = connection.transaction()?;
    let (version, applications, maintenance) = transaction
        .prepare_cached("SELECT version, applications, maintenance FROM meta")?
        .query_row([], |row| {
            let maintenance: bool = row.get(2)?;
            Ok((column::version(row, 0), column::number(row, 1), maintenance))
        })?;
    Ok(Frame {
        version: version?,
        apis: documents(&transaction, "SELECT document FROM api ORDER BY seq")?,
        keys: keys(&transaction, KEYS_IN_USE)?,
        applications: applications?,
        maintenance: if maintenance {
            Maintenance::On
        } else {
            Maintenance::Off
        },
    })
}

pub(super) fn find(connection: &Connection, client_id: &str) -> Result<Option<Found>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT application.document, organization.document, application.id FROM application
         LEFT JOIN organization ON organization.code = application.organization
         WHERE application.client_id = ?1",
    )?;
    let mut rows = statement.query([client_id])?;
    if let Some(row) = rows.next()? {
        let application = document::read(row.get_ref(0)?.as_str()?)?;
        let organization = match row.get_ref(1)?.as_str_or_null()? {
            Some(text) => Some(document::read(text)?),
            None => None,
        };
        return Ok(Some(Found::Application(
            RecordId::from_bytes(row.get(2)?),
            Box::new(application),
            organization,
        )));
    }
    deletion(connection, client_id).map(|found| found.map(Found::Deleted))
}

pub(super) fn authorized_for(
    connection: &Connection,
    audience: &str,
    most: usize,
) -> Result<Vec<Box<str>>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT application.client_id FROM application_api
         JOIN application ON application.seq = application_api.application
         WHERE application_api.audience = ?1 ORDER BY application_api.id LIMIT ?2",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = statement.query((audience, most))?;
    let mut client_ids = Vec::new();
    while let Some(row) = rows.next()? {
        client_ids.push(row.get(0)?);
    }
    Ok(client_ids)
}

pub(super) fn outline(connection: &mut Connection) -> Result<Snapshot, Fault> {
    let transaction = connection.transaction()?;
    Ok(Snapshot {
        version: version(&transaction)?,
        apis: records(&transaction, "api")?,
        properties: records(&transaction, "property")?,
        ..Snapshot::default()
    })
}

pub(super) fn snapshot(connection: &mut Connection) -> Result<Snapshot, Fault> {
    let transaction = connection.transaction()?;
    Ok(Snapshot {
        version: version(&transaction)?,
        apis: records(&transaction, "api")?,
        organizations: records(&transaction, "organization")?,
        properties: records(&transaction, "property")?,
        applications: records(&transaction, "application")?,
        deleted: collect(
            &transaction,
            "SELECT client_id, deleted_at, deleted_by FROM deleted_application ORDER BY seq",
            deletion_of,
        )?,
        keys: keys(&transaction, ALL_KEYS)?,
    })
}

/// Hands all records to `each`, one by one, until it breaks.
pub(super) fn walk<S>(
    connection: &mut Connection,
    mut state: S,
    each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
) -> Result<S, Fault> {
    let transaction = connection.transaction()?;
    let flow = each_of(&transaction, "api", |api| {
        each(&mut state, AnyRecord::Api(Box::new(api)))
    })?;
    let flow = next(flow, || {
        each_of(&transaction, "organization", |organization| {
            each(&mut state, AnyRecord::Organization(Box::new(organization)))
        })
    })?;
    let flow = next(flow, || {
        each_of(&transaction, "property", |property| {
            each(&mut state, AnyRecord::Property(Box::new(property)))
        })
    })?;
    let _ = next(flow, || {
        each_of(&transaction, "application", |application| {
            each(&mut state, AnyRecord::Application(Box::new(application)))
        })
    })?;
    Ok(state)
}

/// Continues with `then`, unless the walk was broken before.
fn next(
    flow: ControlFlow<()>,
    then: impl FnOnce() -> Result<ControlFlow<()>, Fault>,
) -> Result<ControlFlow<()>, Fault> {
    match flow {
        ControlFlow::Continue(()) => then(),
        ControlFlow::Break(()) => Ok(flow),
    }
}

/// Hands all records of a table to `each`, by age, until it breaks.
fn each_of<T: Document>(
    transaction: &Transaction<'_>,
    table: &str,
    mut each: impl FnMut(Stored<T>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Fault> {
    let mut statement = transaction.prepare_cached(&all_of(table))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if each(page::stored(row)?).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn all_of(table: &str) -> String {
    format!("SELECT id, created_at, updated_at, document FROM {table} ORDER BY seq")
}

pub(super) fn changes_since(connection: &mut Connection, since: Version) -> Result<Changes, Fault> {
    let transaction = connection.transaction()?;
    let (version, forgotten) = transaction
        .prepare_cached("SELECT version, forgotten FROM meta")?
        .query_row([], |row| {
            Ok((column::version(row, 0), column::version(row, 1)))
        })?;
    let (version, forgotten) = (version?, forgotten?);
    let everything = Changes {
        version,
        stale: Stale::Everything,
    };
    // A caller that has seen a version that does not exist yet has seen another registry: this one was restored from a copy.
    if since > version || since < forgotten {
        return Ok(everything);
    }
    let mut statement = transaction
        .prepare_cached("SELECT DISTINCT client_id FROM change_log WHERE version > ?1")?;
    let mut rows = statement.query([column::integer(since.0)])?;
    let mut client_ids = Vec::new();
    while let Some(row) = rows.next()? {
        match row.get(0)? {
            Some(client_id) => client_ids.push(client_id),
            None => return Ok(everything),
        }
    }
    Ok(Changes {
        version,
        stale: Stale::Applications(client_ids),
    })
}

pub(super) fn suspects(
    connection: &mut Connection,
    sought: &[Sought],
) -> Result<Vec<Records>, Fault> {
    let transaction = connection.transaction()?;
    let sought = sought.iter();
    sought
        .map(|sought| suspects_of(&transaction, sought))
        .collect()
}

fn suspects_of(transaction: &Transaction<'_>, sought: &Sought) -> Result<Records, Fault> {
    if sought.is_empty() {
        return Ok(Records::default());
    }
    let mut rows = Vec::new();
    let mut statement =
        transaction.prepare_cached("SELECT seq FROM application WHERE client_id = ?1")?;
    let named: Option<i64> = statement
        .query_row([&*sought.client_id], |row| row.get(0))
        .optional()?;
    rows.extend(named);
    let mut statement = transaction
        .prepare_cached("SELECT application FROM secret_hash WHERE hash = ?1 LIMIT ?2")?;
    for hash in &sought.secrets {
        let mut found = statement.query((hash.as_bytes(), MAX_SHARING_A_SECRET))?;
        while let Some(row) = found.next()? {
            rows.push(row.get(0)?);
        }
    }
    rows.truncate(MAX_SUSPECTS);
    rows.extend(near::applications(
        transaction,
        &sought.client_id,
        sought.most_near,
    )?);
    rows.sort_unstable();
    rows.dedup();
    let mut records = Records {
        deleted: deletion(transaction, &sought.client_id)?
            .into_iter()
            .collect(),
        ..Records::default()
    };
    let mut statement =
        transaction.prepare_cached("SELECT document FROM application WHERE seq = ?1")?;
    for row in rows {
        let mut found = statement.query([row])?;
        if let Some(row) = found.next()? {
            let application: Application = document::read(row.get_ref(0)?.as_str()?)?;
            records.applications.push(application);
        }
    }
    let mut codes: Vec<&str> = records
        .applications
        .iter()
        .filter_map(|application| application.spec.organization.as_deref())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let mut statement =
        transaction.prepare_cached("SELECT document FROM organization WHERE code = ?1")?;
    for code in codes {
        let mut found = statement.query([code])?;
        if let Some(row) = found.next()? {
            records
                .organizations
                .push(document::read(row.get_ref(0)?.as_str()?)?);
        }
    }
    Ok(records)
}

/// Reads the version of the registry.
pub(super) fn version(transaction: &Transaction<'_>) -> Result<Version, Fault> {
    transaction
        .prepare_cached("SELECT version FROM meta")?
        .query_row([], |row| Ok(column::version(row, 0)))?
}

/// Reads the version of the registry.
pub(super) fn latest_version(connection: &mut Connection) -> Result<Version, Fault> {
    version(&connection.transaction()?)
}

/// Reads the identity of the store.
pub(super) fn store_id(connection: &Connection) -> Result<StoreId, Fault> {
    let bytes: [u8; 16] = connection
        .prepare_cached("SELECT store_id FROM meta")?
        .query_row([], |row| row.get(0))?;
    Ok(StoreId::from_bytes(bytes))
}

const ALL_KEYS: &str =
    "SELECT kid, algorithm, state, created_at, state_since, public_jwk, sealed, origin
    FROM signing_key ORDER BY seq";
const KEYS_IN_USE: &str =
    "SELECT kid, algorithm, state, created_at, state_since, public_jwk, sealed, origin
    FROM signing_key WHERE state <> 'retired' ORDER BY seq";

fn keys(transaction: &Transaction<'_>, query: &str) -> Result<Vec<KeyRecord>, Fault> {
    collect(transaction, query, |row| {
        let sealed: Box<[u8]> = row.get(6)?;
        Ok(KeyRecord {
            kid: row.get(0)?,
            algorithm: column::algorithm(row, 1)?,
            state: column::key_state(row, 2)?,
            origin: column::key_origin(row, 7)?,
            created_at: column::time(row, 3)?,
            state_since: column::time(row, 4)?,
            public_jwk: row.get(5)?,
            sealed: crate::SealedKey::from_bytes(sealed),
        })
    })
}

/// Reads all records of a table, by age.
fn records<T: Document>(
    transaction: &Transaction<'_>,
    table: &str,
) -> Result<Vec<Stored<T>>, Fault> {
    collect(transaction, &all_of(table), page::stored)
}

fn documents<T: Document>(transaction: &Transaction<'_>, query: &str) -> Result<Vec<T>, Fault> {
    collect(transaction, query, |row| {
        document::read(row.get_ref(0)?.as_str()?)
    })
}

fn deletion(connection: &Connection, client_id: &str) -> Result<Option<Deletion>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT client_id, deleted_at, deleted_by FROM deleted_application WHERE client_id = ?1",
    )?;
    let mut rows = statement.query([client_id])?;
    rows.next()?.map(deletion_of).transpose()
}

fn deletion_of(row: &Row<'_>) -> Result<Deletion, Fault> {
    Ok(Deletion {
        client_id: row.get(0)?,
        at: column::time(row, 1)?,
        by: row.get(2)?,
    })
}

/// Returns the results of a query, row by row.
pub(super) fn collect<T>(
    connection: &Connection,
    query: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([])?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(read(row)?);
    }
    Ok(values)
}
