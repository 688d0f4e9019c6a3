//! The counts and notes that arise while tokens are issued and requests refused.

use std::collections::BTreeSet;

use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::fault::Fault;
use super::{column, uses};
use crate::{Diagnosed, IssuedCount, Refused, SecretUse, StoreLimits, UsageBatch};

const SECONDS_OF_A_MINUTE: u64 = 60;
const MINUTES_OF_A_DAY: u64 = 24 * 60;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// The maximum number of outdated rows that one write deletes: more than one write adds, and few enough that no other write waits long.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Adds a batch, in one transaction.
pub(super) fn add(
    connection: &mut Connection,
    limits: &StoreLimits,
    batch: &UsageBatch,
) -> Result<(), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !batch.issued.is_empty() {
        add_issued(&transaction, limits, &batch.issued)?;
    }
    uses::add_secrets(&transaction, &batch.secrets)?;
    uses::add_scopes(&transaction, &batch.scopes)?;
    if !batch.refused.is_empty() {
        add_refused(&transaction, limits, &batch.refused)?;
    }
    add_diagnosed(&transaction, &batch.diagnosed)?;
    transaction.commit().map_err(Fault::of_commit)
}

fn add_issued(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
    counts: &[IssuedCount],
) -> Result<(), Fault> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO issued (client_id, minute, audience, tokens) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens",
    )?;
    let mut latest = 0;
    for count in counts.iter().filter(|count| count.tokens > 0) {
        latest = latest.max(count.minute);
        statement.execute((
            &count.client_id,
            column::integer(count.minute),
            &count.audience,
            column::integer(count.tokens),
        ))?;
    }
    let oldest = latest.saturating_sub(limits.issued_days.saturating_mul(MINUTES_OF_A_DAY));
    let mut forget = transaction.prepare_cached(
        "DELETE FROM issued WHERE (client_id, minute, audience) IN
           (SELECT client_id, minute, audience FROM issued WHERE minute < ?1
            ORDER BY minute LIMIT ?2)",
    )?;
    forget.execute((column::integer(oldest), FORGOTTEN_AT_ONCE))?;
    let kept: i64 = transaction
        .prepare_cached("SELECT issued FROM meta")?
        .query_row([], |row| row.get(0))?;
    let over = kept.saturating_sub(column::integer(limits.issued_counts));
    if over > 0 {
        forget.execute((i64::MAX, over))?;
    }
    Ok(())
}

fn add_refused(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
    refusals: &[Refused],
) -> Result<(), Fault> {
    // An entry that has been written once is not changed.
    let mut statement = transaction.prepare_cached(
        "INSERT INTO refused (trace_id, client_id, time, cause, request_id, address, diagnosis, authenticated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (trace_id) DO NOTHING",
    )?;
    let mut latest = UnixTime::from_seconds(0);
    let mut groups = BTreeSet::new();
    for refused in refusals {
        latest = latest.max(refused.time);
        let group = Group::of(refused);
        groups.insert(group);
        statement.execute((
            refused.trace_id.as_bytes(),
            &refused.client_id,
            column::seconds(refused.time),
            refused.cause.id(),
            refused.request_id.as_ref().map(|id| id.as_str()),
            refused.address.map(|address| address.to_string()),
            &refused.diagnosis,
            group.authenticated,
        ))?;
    }
    forget_old(transaction, limits, latest)?;
    for group in groups {
        let most = match group.client_id {
            Some(_) => limits.refusals_of_a_client,
            None => limits.refusals_of_unknown,
        };
        let kept = refusals_of(transaction, group)?;
        forget_of(
            transaction,
            group,
            kept.saturating_sub(column::integer(most)),
        )?;
    }
    forget_of_the_loudest(transaction, limits)
}

/// The refusals with a common bound: those of a client that authenticated, those that only name a client, or those that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    client_id: Option<&'a str>,
    authenticated: bool,
}

impl<'a> Group<'a> {
    fn of(refused: &'a Refused) -> Self {
        let client_id = refused.client_id.as_deref();
        Self {
            client_id,
            authenticated: refused.authenticated && client_id.is_some(),
        }
    }
}

fn add_diagnosed(transaction: &Transaction<'_>, diagnosed: &[Diagnosed]) -> Result<(), Fault> {
    let mut statement =
        transaction.prepare_cached("UPDATE refused SET diagnosis = ?2 WHERE trace_id = ?1")?;
    for diagnosed in diagnosed {
        statement.execute((diagnosed.trace_id.as_bytes(), &diagnosed.diagnosis))?;
    }
    Ok(())
}

/// Deletes refusals that are too old. Rows are in the order in which they arrived, which differs from that of time by a flush or two.
fn forget_old(
    transaction: &Transaction<'_>,
    limits: &StoreLimits,
    latest: UnixTime,
) -> Result<(), Fault> {
    let oldest =
        latest.saturating_sub_seconds(limits.refusal_days.saturating_mul(SECONDS_OF_A_DAY));
    let oldest = column::seconds(oldest);
    let first: Option<i64> = transaction
        .prepare_cached("SELECT time FROM refused ORDER BY seq LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if first.is_some_and(|first| first < oldest) {
        transaction
            .prepare_cached(
                "DELETE FROM refused WHERE time < ?1 AND seq <=
                   (SELECT max(seq) FROM (SELECT seq FROM refused ORDER BY seq LIMIT ?2))",
            )?
            .execute((oldest, FORGOTTEN_AT_ONCE))?;
    }
    Ok(())
}

/// Deletes refusals of the client that has most of them until all together are few enough, so that a client that floods the log pushes
/// out only its own. It begins with those that did not authenticate, as long as they have more than half of the room.
fn forget_of_the_loudest(transaction: &Transaction<'_>, limits: &StoreLimits) -> Result<(), Fault> {
    loop {
        let (kept, of_authenticated): (i64, i64) = transaction
            .prepare_cached("SELECT refused, refused_authenticated FROM meta")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let over = kept.saturating_sub(column::integer(limits.refusals));
        if over <= 0 {
            return Ok(());
        }
        let half = column::integer(limits.refusals.div_ceil(2));
        let authenticated = kept.saturating_sub(of_authenticated) <= half;
        let (client, refusals): (Box<str>, i64) = transaction
            .prepare_cached(
                "SELECT client_id, refusals FROM refused_count WHERE authenticated = ?1
                 ORDER BY refusals DESC LIMIT 1",
            )?
            .query_row([authenticated], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let loudest = Group {
            client_id: Some(&*client).filter(|client| !client.is_empty()),
            authenticated,
        };
        // A tenth at a time, so that no client is left with much fewer than the next one has.
        let share = refusals.checked_div(10).unwrap_or(0).max(1);
        forget_of(transaction, loudest, over.min(share))?;
    }
}

fn refusals_of(transaction: &Transaction<'_>, group: Group<'_>) -> Result<i64, Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT refusals FROM refused_count WHERE client_id = ?1 AND authenticated = ?2",
    )?;
    let mut rows = statement.query((group.client_id.unwrap_or_default(), group.authenticated))?;
    Ok(match rows.next()? {
        Some(row) => row.get(0)?,
        None => 0,
    })
}

/// Deletes the oldest refusals of a group; the attempts of a client to gain power only when it has no others, so that it cannot bury them.
fn forget_of(transaction: &Transaction<'_>, group: Group<'_>, refusals: i64) -> Result<(), Fault> {
    if refusals <= 0 {
        return Ok(());
    }
    match group.client_id {
        Some(client) => {
            let [scope, protected] = POWER.map(Cause::id);
            transaction
                .prepare_cached(
                    "DELETE FROM refused WHERE seq IN
                       (SELECT seq FROM refused WHERE client_id = ?1 AND authenticated = ?5
                        ORDER BY cause IN (?3, ?4), seq LIMIT ?2)",
                )?
                .execute((client, refusals, scope, protected, group.authenticated))?;
        }
        None => {
            transaction
                .prepare_cached(
                    "DELETE FROM refused WHERE seq IN
                       (SELECT seq FROM refused WHERE client_id IS NULL ORDER BY seq LIMIT ?1)",
                )?
                .execute([refusals])?;
        }
    }
    Ok(())
}

/// The causes of attempts to gain or to remove power over the server.
const POWER: [Cause; 2] = [Cause::ScopeBeyondToken, Cause::ManagementProtected];

/// Returns the number of tokens that a client was issued, from the minute of `since` on.
pub(super) fn tokens_since(
    connection: &Connection,
    client_id: &str,
    since: UnixTime,
) -> Result<u64, Fault> {
    let minute = since.as_seconds() / SECONDS_OF_A_MINUTE;
    connection
        .prepare_cached(
            "SELECT coalesce(sum(tokens), 0) FROM issued WHERE client_id = ?1 AND minute >= ?2",
        )?
        .query_row((client_id, column::integer(minute)), |row| {
            Ok(column::number(row, 0))
        })?
}

/// Returns the times at which the secrets of a client were last used.
pub(super) fn secret_uses(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<SecretUse>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT secret_id, used_at FROM secret_use WHERE client_id = ?1 ORDER BY secret_id",
    )?;
    let mut rows = statement.query([client_id])?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        uses.push(SecretUse {
            client_id: client_id.into(),
            secret_id: row.get(0)?,
            at: column::time(row, 1)?,
        });
    }
    Ok(uses)
}
