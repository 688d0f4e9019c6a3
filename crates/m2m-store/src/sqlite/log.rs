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

/// The number of entries in a period below which the first of them is looked for. If there are more, a page of them is soon full.
const COUNTED: i64 = 16_384;

/// Reads a page of audit events, the latest first.
pub(super) fn events(
    connection: &mut Connection,
    query: &EventQuery<'_>,
) -> Result<EventPage, Fault> {
    let transaction = connection.transaction()?;
    let mut entries = Entries::new(query.before, query.after);
    entries.between(query.since, query.until);
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
    let mut entries = Entries::new(query.before, query.after);
    entries.between(query.since, query.until);
    let address = query.address.map(|address| address.to_string());
    // The first is looked up, the others compared: a request id has fewer refusals than a client, which has a bounded number of them.
    entries.only("request_id", query.request_id);
    entries.only("client_id", query.client_id);
    entries.only("address", address.as_deref());
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
    let refused = rows.next()?.map(refusal).transpose()?;
    Ok(refused.flatten())
}

/// The number of parameters before those of conditions: the first number, the last number, and the maximum number of entries.
const PARAMETERS: usize = 3;

/// A query for entries of a log.
struct Entries {
    /// The least number of an entry.
    first: i64,
    /// The greatest number of an entry.
    last: i64,
    since: Option<UnixTime>,
    until: Option<UnixTime>,
    /// The conditions on columns, each of which follows another condition.
    conditions: String,
    /// The values of the conditions.
    values: Vec<Value>,
}

impl Entries {
    fn new(before: Option<u64>, after: Option<u64>) -> Self {
        Self {
            first: after.map_or(0, |after| column::integer(after).saturating_add(1)),
            last: before.map_or(i64::MAX, |before| column::integer(before).saturating_sub(1)),
            since: None,
            until: None,
            conditions: String::new(),
            values: Vec::new(),
        }
    }

    /// Restricts the query to entries of a period.
    const fn between(&mut self, since: Option<UnixTime>, until: Option<UnixTime>) {
        self.since = since;
        self.until = until;
    }

    /// Restricts the query to entries with this value. A column with a sign before it is not looked up in an index.
    fn only(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let sign = if self.values.is_empty() { "" } else { "+" };
            self.condition(&format!("{sign}{column} ="), Value::Text(value.to_owned()));
        }
    }

    fn condition(&mut self, compared: &str, value: Value) {
        self.values.push(value);
        let number = self.values.len().saturating_add(PARAMETERS);
        self.conditions
            .push_str(&format!(" AND {compared} ?{number}"));
    }

    fn read<T>(
        mut self,
        transaction: &Transaction<'_>,
        table: &str,
        columns: &str,
        most: usize,
        entry: fn(&Row<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<LogPage<T>, Fault> {
        if self.since.is_some() || self.until.is_some() {
            let Some((first, last)) = numbers(transaction, table, self.since, self.until)? else {
                return Ok(LogPage {
                    entries: Vec::new(),
                    next: None,
                });
            };
            (self.first, self.last) = (self.first.max(first), self.last.min(last));
        }
        if let Some(since) = self.since {
            self.condition("+time >=", Value::Integer(column::seconds(since)));
        }
        if let Some(until) = self.until {
            self.condition("+time <=", Value::Integer(column::seconds(until)));
        }
        // One entry beyond the maximum shows that there are more.
        let wanted = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        let range: [i64; PARAMETERS] = [self.first, self.last, wanted];
        let values = range.into_iter().map(Value::Integer).chain(self.values);
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT {columns}, seq FROM {table} WHERE seq >= ?1 AND seq <= ?2{} ORDER BY seq DESC LIMIT ?3",
            self.conditions
        ))?;
        let mut rows = statement.query(params_from_iter(values))?;
        let number = columns.split(',').count();
        let mut entries: Vec<Numbered<T>> = Vec::new();
        let mut budget = PageBudget::default();
        let mut has_more = false;
        let (mut read, mut last) = (0_usize, None);
        while let Some(row) = rows.next()? {
            if read >= most || !budget.takes(column::bytes(row, number)?) {
                has_more = true;
                break;
            }
            read = read.saturating_add(1);
            let number = column::number(row, number)?;
            last = Some(number);
            // An entry that this release cannot read leaves the page one entry shorter.
            entries.extend(entry(row)?.map(|entry| Numbered { number, entry }));
        }
        let next = last.filter(|_| has_more);
        Ok(LogPage { entries, next })
    }
}

/// Returns numbers between which all entries of a period are; nothing if the period has no entries. Entries are in the order in which they
/// arrived, which is nearly that of time, and neither the first nor the last of all must be looked at to read a page.
fn numbers(
    transaction: &Transaction<'_>,
    table: &str,
    since: Option<UnixTime>,
    until: Option<UnixTime>,
) -> Result<Option<(i64, i64)>, Fault> {
    let since = since.map_or(0, column::seconds);
    let until_seconds = until.map_or(i64::MAX, column::seconds);
    let (first, last, entries): (Option<i64>, Option<i64>, i64) = transaction
        .prepare_cached(&format!(
            "SELECT min(seq), max(seq), count(*) FROM
               (SELECT seq FROM {table} WHERE time >= ?1 AND time <= ?2 ORDER BY time LIMIT ?3)"
        ))?
        .query_row((since, until_seconds, COUNTED), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    if entries < COUNTED {
        return Ok(first.zip(last));
    }
    if until.is_none() {
        return Ok(Some((0, i64::MAX)));
    }
    // A clock that is set back may give later entries earlier times, but not this many of them.
    let last: i64 = transaction
        .prepare_cached(&format!(
            "SELECT max(seq) FROM
               (SELECT seq FROM {table} WHERE time <= ?1 ORDER BY time DESC LIMIT ?2)"
        ))?
        .query_row((until_seconds, COUNTED), |row| row.get(0))?;
    Ok(Some((0, last)))
}

const EVENT: &str = "time, actor, trace_id, address, action, subject, name, before, after";

fn event(row: &Row<'_>) -> Result<Option<AuditEvent>, Fault> {
    Ok(Some(AuditEvent {
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
    }))
}

const REFUSAL: &str =
    "time, trace_id, cause, client_id, request_id, address, diagnosis, authenticated";

/// Reads a refused request. Returns `None` if a release with other causes stored it.
fn refusal(row: &Row<'_>) -> Result<Option<Refused>, Fault> {
    let Some(cause) = column::cause(row, 2)? else {
        return Ok(None);
    };
    Ok(Some(Refused {
        time: column::time(row, 0)?,
        trace_id: column::trace_id(row, 1)?
            .ok_or_else(|| Fault::Damaged("a refused request has no trace id".into()))?,
        cause,
        client_id: row.get(3)?,
        authenticated: row.get(7)?,
        request_id: column::request_id(row, 4)?,
        address: column::address(row, 5)?,
        diagnosis: row.get(6)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::effort::{Effort, named};
    use crate::sqlite::migrations::Schema;
    use m2m_errors::Cause;

    /// The number of refused requests, many times [`COUNTED`].
    const REFUSALS: u64 = 150_000;

    /// A maximum of steps that is far below that of a look at each of them.
    const STEPS: u64 = 400_000;

    #[test]
    fn x25_a_filter_costs_as_much_as_it_finds() {
        let mut connection = Connection::open_in_memory().unwrap();
        let schema = Schema::of(&connection).unwrap();
        schema.migrate(&mut connection).unwrap();
        // One a second; the very first, which is read last, is all that the filters find.
        connection
            .execute_batch(&format!(
                "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {REFUSALS})
                 INSERT INTO refused (trace_id, client_id, time, cause, request_id, address)
                 SELECT randomblob(16), 'c' || (n > 1), n, iif(n > 1, 'secret-wrong', 'secret-expired'),
                        'r' || (n > 1), '192.0.2.' || (n > 1) FROM number"
            ))
            .unwrap();
        let effort = Effort::bound(&mut connection, STEPS).unwrap();
        let all = RefusalQuery {
            most: 1,
            ..RefusalQuery::default()
        };
        let at = |seconds| Some(UnixTime::from_seconds(seconds));
        let half = REFUSALS / 2;
        for (query, expected) in [
            (all, REFUSALS),
            (
                RefusalQuery {
                    client_id: Some("c0"),
                    ..all
                },
                1,
            ),
            (
                RefusalQuery {
                    request_id: Some("r0"),
                    ..all
                },
                1,
            ),
            (
                RefusalQuery {
                    address: Some([192, 0, 2, 0].into()),
                    ..all
                },
                1,
            ),
            (
                RefusalQuery {
                    cause: Some(Cause::SecretExpired),
                    ..all
                },
                1,
            ),
            (
                RefusalQuery {
                    since: at(half),
                    ..all
                },
                REFUSALS,
            ),
            (
                RefusalQuery {
                    until: at(half),
                    ..all
                },
                half,
            ),
            (
                RefusalQuery {
                    until: at(1),
                    ..all
                },
                1,
            ),
            (
                RefusalQuery {
                    since: at(1),
                    until: at(9),
                    ..all
                },
                9,
            ),
            (
                RefusalQuery {
                    since: at(half),
                    until: at(half),
                    ..all
                },
                half,
            ),
        ] {
            effort.begin();
            let page = refusals(&mut connection, &query);
            let page = page.map_err(|fault| named(fault).in_file("test"));
            let page = page.unwrap_or_else(|error| panic!("{query:?}: {error}"));
            let found: Vec<u64> = page.entries.iter().map(|told| told.number).collect();
            assert_eq!(found, [expected], "{query:?}");
        }
    }
}
