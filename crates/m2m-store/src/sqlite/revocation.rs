//! Revocations of tokens.

use m2m_jwt::UnixTime;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::fault::Fault;
use super::{column, commit};
use crate::{Revocation, RevocationPage, RevokedToken, StoreLimits};

/// The maximum number of outdated rows that one write deletes: more than one write adds, and few enough that no other write waits long.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Revokes tokens with their audit events, in one transaction, and deletes revocations of tokens that expired by `now`.
///
/// Returns the number of those, from the first on, that are revoked. It is smaller than their number if there is no more room.
pub(super) fn revoke(
    connection: &mut Connection,
    limits: &StoreLimits,
    revocations: &[Revocation],
    now: UnixTime,
) -> Result<usize, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    delete_expired(&transaction, now)?;
    let mut kept: i64 = transaction
        .prepare_cached("SELECT revocations FROM meta")?
        .query_row([], |row| row.get(0))?;
    let mut made = 0;
    for revocation in revocations {
        let own = (
            revocation.token.as_bytes(),
            column::seconds(revocation.expires_at),
        );
        let known: Option<i64> = transaction
            .prepare_cached("SELECT expires_at FROM revocation WHERE token = ?1")?
            .query_row([own.0], |row| row.get(0))
            .optional()?;
        match known {
            // It is revoked already, for as long.
            Some(until) if until >= own.1 => {
                made += 1;
                continue;
            }
            Some(_) => {
                transaction
                    .prepare_cached("UPDATE revocation SET expires_at = ?2 WHERE token = ?1")?
                    .execute(own)?;
            }
            // A token that has expired already needs no revocation, but its revocation is an event.
            None if revocation.expires_at <= now => {}
            None => {
                if kept >= column::integer(limits.revocations_of(revocation)) {
                    break;
                }
                kept += 1;
                transaction
                    .prepare_cached("INSERT INTO revocation (token, expires_at) VALUES (?1, ?2)")?
                    .execute(own)?;
            }
        }
        if let Some(event) = &revocation.event {
            commit::log(&transaction, event)?;
        }
        made += 1;
    }
    commit::forget_events(&transaction, limits)?;
    transaction.commit().map_err(Fault::of_commit)?;
    Ok(made)
}

/// Deletes revocations of tokens that expired by `now`, at most ten thousand. Returns their number.
pub(super) fn forget(connection: &mut Connection, now: UnixTime) -> Result<u64, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let deleted = delete_expired(&transaction, now)?;
    transaction.commit().map_err(Fault::of_commit)?;
    Ok(deleted)
}

fn delete_expired(connection: &Connection, now: UnixTime) -> Result<u64, Fault> {
    let deleted = connection
        .prepare_cached(
            "DELETE FROM revocation WHERE seq IN
               (SELECT seq FROM revocation WHERE expires_at <= ?1 LIMIT ?2)",
        )?
        .execute((column::seconds(now), FORGOTTEN_AT_ONCE))?;
    Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
}

/// Returns the revocations after the one with this number.
pub(super) fn after(connection: &Connection, number: u64) -> Result<RevocationPage, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, token, expires_at FROM revocation WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let most = i64::try_from(RevocationPage::MAX_ENTRIES).unwrap_or(i64::MAX);
    let mut rows = statement.query((column::integer(number), most))?;
    let mut page = RevocationPage {
        entries: Vec::new(),
        last: number,
    };
    while let Some(row) = rows.next()? {
        page.last = column::number(row, 0)?;
        let token = RevokedToken::from_bytes(row.get(1)?);
        page.entries.push((token, column::time(row, 2)?));
    }
    Ok(page)
}

/// Returns true if a token was revoked.
pub(super) fn is_revoked(connection: &Connection, token: RevokedToken) -> Result<bool, Fault> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM revocation WHERE token = ?1")?
        .exists([token.as_bytes()])?)
}
