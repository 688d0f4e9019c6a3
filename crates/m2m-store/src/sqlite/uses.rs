//! The times at which applications, their secrets and their scopes were last used.

use std::collections::BTreeSet;

use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::fault::Fault;
use super::{column, page};
use crate::{List, ScopeTimes, ScopeUse, SecretUse, Stored, UsedApplication, UsedPage};

/// The scope of an application that a row is about. The text is empty for requests without a scope.
type Scope<'a> = (&'a str, &'a str);

/// Writes the last uses of secrets, and of the applications that they belong to. A use that is written after its application was deleted would
/// stay for ever.
pub(super) fn add_secrets(transaction: &Transaction<'_>, uses: &[SecretUse]) -> Result<(), Fault> {
    let mut of_secret = transaction.prepare_cached(
        "INSERT INTO secret_use (client_id, secret_id, used_at)
         SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM application WHERE client_id = ?1)
         ON CONFLICT DO UPDATE SET used_at = max(used_at, excluded.used_at)",
    )?;
    let mut of_application = transaction.prepare_cached(
        "INSERT INTO application_use (application, used_at)
         SELECT seq, ?2 FROM application WHERE client_id = ?1
         ON CONFLICT DO UPDATE SET used_at = max(used_at, excluded.used_at)",
    )?;
    for used in uses {
        let at = column::seconds(used.at);
        of_secret.execute((&used.client_id, &used.secret_id, at))?;
        of_application.execute((&used.client_id, at))?;
    }
    Ok(())
}

/// Writes the last uses of scopes.
pub(super) fn add_scopes(transaction: &Transaction<'_>, uses: &[ScopeUse]) -> Result<(), Fault> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO scope_use (application, audience, scope, used_at)
         SELECT seq, ?2, ?3, ?4 FROM application WHERE client_id = ?1
         ON CONFLICT DO UPDATE SET used_at = max(coalesce(used_at, 0), excluded.used_at)",
    )?;
    for used in uses {
        statement.execute((
            &used.client_id,
            &used.audience,
            used.scope.as_deref().unwrap_or_default(),
            column::seconds(used.at),
        ))?;
    }
    Ok(())
}

/// Notes which scopes of an application are assigned since this change, and deletes the times of those that no longer are. A new application has
/// all its scopes since its creation.
pub(super) fn assign(
    transaction: &Transaction<'_>,
    row: i64,
    before: &Application,
    stored: &Stored<Application>,
) -> Result<(), Fault> {
    let (before, after) = (scopes(before), scopes(&stored.value));
    let mut statement = transaction
        .prepare_cached("SELECT audience, scope FROM scope_use WHERE application = ?1")?;
    let mut rows = statement.query([row])?;
    let mut outdated: Vec<(Box<str>, Box<str>)> = Vec::new();
    while let Some(found) = rows.next()? {
        let (audience, scope) = (found.get_ref(0)?.as_str()?, found.get_ref(1)?.as_str()?);
        if !after.contains(&(audience, scope)) {
            outdated.push((audience.into(), scope.into()));
        }
    }
    let mut statement = transaction.prepare_cached(
        "DELETE FROM scope_use WHERE application = ?1 AND audience = ?2 AND scope = ?3",
    )?;
    for (audience, scope) in outdated {
        statement.execute((row, audience, scope))?;
    }
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO scope_use (application, audience, scope, assigned_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    let at = column::seconds(stored.updated_at);
    for (audience, scope) in after.difference(&before) {
        statement.execute((row, audience, scope, at))?;
    }
    Ok(())
}

/// Returns the scopes of an application, and one without text for each API that it is authorized for.
fn scopes(application: &Application) -> BTreeSet<Scope<'_>> {
    let authorizations = application.spec.authorize.iter();
    let scopes = authorizations.flat_map(|authorization| {
        let scopes = authorization.scopes.iter().map(|scope| &**scope);
        let scopes = scopes.chain(core::iter::once(""));
        scopes.map(|scope| (&*authorization.audience, scope))
    });
    scopes.collect()
}

/// Reads a page of applications with the times of their uses.
pub(super) fn applications(
    connection: &mut Connection,
    list: &List<'_>,
) -> Result<UsedPage, Fault> {
    let transaction = connection.transaction()?;
    let page = page::applications_in(&transaction, list)?;
    let scopes_since = transaction
        .prepare_cached("SELECT scopes_since FROM meta")?
        .query_row([], |row| Ok(column::time(row, 0)))??;
    let mut applications = Vec::with_capacity(page.records.len());
    for stored in page.records {
        applications.push(with_uses(&transaction, stored)?);
    }
    Ok(UsedPage {
        applications,
        next: page.next,
        scopes_since,
    })
}

fn with_uses(
    transaction: &Transaction<'_>,
    stored: Stored<Application>,
) -> Result<UsedApplication, Fault> {
    let (row, used_at): (i64, Option<i64>) = transaction
        .prepare_cached(
            "SELECT seq, used_at FROM application LEFT JOIN application_use ON application = seq
             WHERE id = ?1",
        )?
        .query_row([stored.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let client_id = &*stored.value.client_id;
    let mut secrets = Vec::new();
    let mut statement = transaction
        .prepare_cached("SELECT used_at FROM secret_use WHERE client_id = ?1 AND secret_id = ?2")?;
    for secret in &stored.value.secrets {
        let at = statement.query_row((client_id, &secret.id), |row| Ok(column::time(row, 0)));
        if let Some(at) = at.optional()? {
            secrets.push(SecretUse {
                client_id: client_id.into(),
                secret_id: secret.id.clone(),
                at: at?,
            });
        }
    }
    secrets.sort_by(|one, other| one.secret_id.cmp(&other.secret_id));
    let mut statement = transaction.prepare_cached(
        "SELECT audience, scope, assigned_at, used_at FROM scope_use WHERE application = ?1
         ORDER BY audience, scope",
    )?;
    let mut rows = statement.query([row])?;
    let mut scopes = Vec::new();
    while let Some(row) = rows.next()? {
        let scope: Box<str> = row.get(1)?;
        scopes.push(ScopeTimes {
            audience: row.get(0)?,
            scope: Some(scope).filter(|scope| !scope.is_empty()),
            assigned_at: optional_time(row.get(2)?),
            used_at: optional_time(row.get(3)?),
        });
    }
    drop(rows);
    drop(statement);
    Ok(UsedApplication {
        stored,
        used_at: optional_time(used_at),
        secrets,
        scopes,
    })
}

fn optional_time(seconds: Option<i64>) -> Option<UnixTime> {
    seconds.map(|seconds| UnixTime::from_seconds(column::unsigned(seconds)))
}
