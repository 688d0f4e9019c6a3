//! The audit log and the log of refused requests, page by page.

use m2m_authority::TraceId;
use m2m_jwt::UnixTime;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Transaction, params_from_iter};

use super::column;
use super::fault::Fault;
use crate::{
    Actor, AuditEvent, EventPage, EventQuery, LogPage, Numbered, PageBudget, RefusalPage,
    RefusalQuery, Refused,
};

/// The number of entries since a time below which the first of them is looked for. If there are more, a page of them is soon full.
const COUNTED: i64 = 16_384;

/// Reads a page of audit events, the latest first.
pub(super) fn events(
    connection: &mut Connection,
    query: &EventQuery<'_>,
) -> Result<EventPage, Fault> {
    let transaction = connection.transaction()?;
    let mut entries = Entries::new(query.before, query.after, query.since);
    // The first is looked up, the others compared: a name has fewer events than an actor, and an actor than a kind of record.
    entries.only("name", query.name);
    entries.only("actor", query.actor);
    entries.only("subject", query.subject.map(crate::Subject::as_str));
    entries.read(&transaction, "audit", EVENT, query.most, event)
}

/// Reads a page of refused requests, the latest first.
pub(super) fn refusals(
    connection: &mut Connection,
    query: &RefusalQuery<'_>,
) -> Result<RefusalPage, Fault> {
    let transaction = connection.transaction()?;
    let mut entries = Entries::new(query.before, query.after, query.since);
    entries.only("client_id", query.client_id);
    entries.only("cause", query.cause.map(m2m_errors::Cause::id));
    entries.read(&transaction, "refused", REFUSAL, query.most, refusal)
}

/// Reads a refused request by the trace id of its answer.
pub(super) fn refused(
    connection: &Connection,
    trace_id: TraceId,
) -> Result<Option<Refused>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {REFUSAL} FROM refused WHERE trace_id = ?1"
    ))?;
    let mut rows = statement.query([trace_id.as_bytes()])?;
    rows.next()?.map(refusal).transpose()
}

/// A query for entries of a log.
struct Entries {
    since: Option<UnixTime>,
    condition: String,
    values: Vec<Value>,
}

impl Entries {
    fn new(before: Option<u64>, after: Option<u64>, since: Option<UnixTime>) -> Self {
        let before = before.map_or(i64::MAX, column::integer);
        let after = after.map_or(-1, column::integer);
        Self {
            since,
            condition: "seq < ?1 AND seq > ?2".to_owned(),
            values: vec![Value::Integer(before), Value::Integer(after)],
        }
    }

    /// Restricts the query to entries with this value. A column with a sign before it is not looked up in an index.
    fn only(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let sign = if self.values.len() > 2 { "+" } else { "" };
            self.values.push(Value::Text(value.to_owned()));
            let number = self.values.len();
            self.condition
                .push_str(&format!(" AND {sign}{column} = ?{number}"));
        }
    }

    fn read<T>(
        mut self,
        transaction: &Transaction<'_>,
        table: &str,
        columns: &str,
        most: usize,
        entry: fn(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<LogPage<T>, Fault> {
        if let Some(since) = self.since {
            let Some(first) = first_since(transaction, table, since)? else {
                return Ok(LogPage {
                    entries: Vec::new(),
                    next: None,
                });
            };
            self.values.push(Value::Integer(first));
            self.values.push(Value::Integer(column::seconds(since)));
            let number = self.values.len();
            self.condition.push_str(&format!(
                " AND seq >= ?{} AND +time >= ?{number}",
                number.saturating_sub(1)
            ));
        }
        // One entry beyond the maximum shows that there are more.
        let wanted = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        self.values.push(Value::Integer(wanted));
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT {columns}, seq FROM {table} WHERE {} ORDER BY seq DESC LIMIT ?{}",
            self.condition,
            self.values.len()
        ))?;
        let mut rows = statement.query(params_from_iter(self.values))?;
        let number = columns.split(',').count();
        let mut entries: Vec<Numbered<T>> = Vec::new();
        let mut budget = PageBudget::default();
        let mut has_more = false;
        while let Some(row) = rows.next()? {
            if entries.len() >= most || !budget.takes(column::bytes(row, number)?) {
                has_more = true;
                break;
            }
            entries.push(Numbered {
                number: column::number(row, number)?,
                entry: entry(row)?,
            });
        }
        let next = entries.last().filter(|_| has_more).map(|last| last.number);
        Ok(LogPage { entries, next })
    }
}

/// Returns the number before which there is no entry since a time; nothing if there is no such entry at all. Entries are in the order in
/// which they arrived, which is nearly that of time, and must not be looked at up to the first of all.
fn first_since(
    transaction: &Transaction<'_>,
    table: &str,
    since: UnixTime,
) -> Result<Option<i64>, Fault> {
    let (first, entries): (Option<i64>, i64) = transaction
        .prepare_cached(&format!(
            "SELECT min(seq), count(*) FROM
               (SELECT seq FROM {table} WHERE time >= ?1 ORDER BY time LIMIT ?2)"
        ))?
        .query_row((column::seconds(since), COUNTED), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(if entries < COUNTED { first } else { Some(0) })
}

const EVENT: &str = "time, actor, trace_id, address, action, subject, name, before, after";

fn event(row: &Row<'_>) -> Result<AuditEvent, Fault> {
    Ok(AuditEvent {
        time: column::time(row, 0)?,
        actor: Actor {
            name: row.get(1)?,
            trace_id: column::trace_id(row, 2)?,
            address: column::address(row, 3)?,
        },
        action: column::action(row, 4)?,
        subject: column::subject(row, 5)?,
        name: row.get(6)?,
        before: row.get(7)?,
        after: row.get(8)?,
    })
}

const REFUSAL: &str = "time, trace_id, cause, client_id, request_id, address, diagnosis";

fn refusal(row: &Row<'_>) -> Result<Refused, Fault> {
    Ok(Refused {
        time: column::time(row, 0)?,
        trace_id: column::trace_id(row, 1)?
            .ok_or_else(|| Fault::Damaged("a refused request has no trace id".into()))?,
        cause: column::cause(row, 2)?,
        client_id: row.get(3)?,
        request_id: column::request_id(row, 4)?,
        address: column::address(row, 5)?,
        diagnosis: row.get(6)?,
    })
}
