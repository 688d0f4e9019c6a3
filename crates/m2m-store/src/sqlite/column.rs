//! Values in columns. SQLite has signed integers of 64 bits, so a time or a count beyond them is stored as the largest.

use core::net::IpAddr;

use m2m_authority::registry::{KeyOrigin, KeyState};
use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, UnixTime};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::fault::Fault;
use crate::{Action, RecordId, Subject, Version};

pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Converts a count by SQLite itself. A negative one becomes zero.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn seconds(time: UnixTime) -> i64 {
    integer(time.as_seconds())
}

/// Returns the size of the first columns of a row, as far as they are text or blobs. Unit: bytes.
pub(super) fn bytes(row: &Row<'_>, columns: usize) -> Result<usize, Fault> {
    let mut bytes = 0_usize;
    for column in 0..columns {
        bytes = bytes.saturating_add(match row.get_ref(column)? {
            ValueRef::Text(value) | ValueRef::Blob(value) => value.len(),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 0,
        });
    }
    Ok(bytes)
}

pub(super) fn number(row: &Row<'_>, column: usize) -> Result<u64, Fault> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| damaged("an unsigned integer"))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<UnixTime, Fault> {
    number(row, column).map(UnixTime::from_seconds)
}

pub(super) fn version(row: &Row<'_>, column: usize) -> Result<Version, Fault> {
    number(row, column).map(Version)
}

pub(super) fn record_id(row: &Row<'_>, column: usize) -> Result<RecordId, Fault> {
    Ok(RecordId::from_bytes(row.get(column)?))
}

pub(super) fn trace_id(row: &Row<'_>, column: usize) -> Result<Option<TraceId>, Fault> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(TraceId::from_random))
}

pub(super) fn address(row: &Row<'_>, column: usize) -> Result<Option<IpAddr>, Fault> {
    parsed(row, column, "an address", |text| text.parse().ok())
}

pub(super) fn request_id(row: &Row<'_>, column: usize) -> Result<Option<RequestId>, Fault> {
    parsed(row, column, "a request id", |text| {
        RequestId::parse(text.as_bytes())
    })
}

pub(super) fn algorithm(row: &Row<'_>, column: usize) -> Result<Algorithm, Fault> {
    word(row, column, "an algorithm", |text| text.parse().ok())
}

/// Reads a cause. Returns `None` for one of another release.
pub(super) fn cause(row: &Row<'_>, column: usize) -> Result<Option<Cause>, Fault> {
    let text: String = row.get(column)?;
    Ok(text.parse().ok())
}

pub(super) fn key_state(row: &Row<'_>, column: usize) -> Result<KeyState, Fault> {
    word(row, column, "a key state", KeyState::parse)
}

pub(super) fn key_origin(row: &Row<'_>, column: usize) -> Result<KeyOrigin, Fault> {
    word(row, column, "a key origin", KeyOrigin::parse)
}

pub(super) fn action(row: &Row<'_>, column: usize) -> Result<Action, Fault> {
    word(row, column, "an action", Action::parse)
}

pub(super) fn subject(row: &Row<'_>, column: usize) -> Result<Subject, Fault> {
    word(row, column, "a kind of record", Subject::parse)
}

/// Parses the value of a column that always has one.
fn word<T>(
    row: &Row<'_>,
    column: usize,
    kind: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Fault> {
    parsed(row, column, kind, parse)?.ok_or_else(|| damaged(kind))
}

/// Parses the value of a column that may be empty.
fn parsed<T>(
    row: &Row<'_>,
    column: usize,
    kind: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => parse(text).map(Some).ok_or_else(|| damaged(kind)),
        None => Ok(None),
    }
}

fn damaged(kind: &str) -> Fault {
    Fault::Damaged(format!("a stored value is not {kind}").into())
}
