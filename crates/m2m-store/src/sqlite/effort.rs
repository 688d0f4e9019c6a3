//! A bound on the work of one read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, ErrorCode};

use super::fault::Fault;
use crate::StoreError;

/// The maximum number of steps of one read: some seconds of work. A step looks at a column or moves to the next row, so that a
/// million rows are searched with less than a fifth of it.
pub(super) const MAX_STEPS: u64 = 50_000_000;

/// The interval at which they are counted. Unit: steps.
const COUNTED: i32 = 10_000;

/// Counts the steps of a connection, and interrupts a read that takes too many.
#[derive(Debug, Clone)]
pub(super) struct Effort(Arc<AtomicU64>);

impl Effort {
    /// Bounds the steps of a connection between two calls of [`begin`](Self::begin).
    pub(super) fn bound(connection: &mut Connection, most: u64) -> Result<Self, Fault> {
        let effort = Self(Arc::new(AtomicU64::new(0)));
        let taken = Arc::clone(&effort.0);
        let step = u64::try_from(COUNTED).unwrap_or(u64::MAX);
        connection.progress_handler(
            COUNTED,
            Some(move || taken.fetch_add(step, Ordering::Relaxed) >= most),
        )?;
        Ok(effort)
    }

    /// Begins another read.
    pub(super) fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Returns the fault of a read, as [`StoreError::TooMuchWork`] if the read was interrupted.
pub(super) fn named(fault: Fault) -> Fault {
    if let Fault::Database(error) = &fault
        && error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
    {
        return Fault::Store(StoreError::TooMuchWork);
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x25_a_read_that_takes_too_many_steps_is_interrupted() {
        let mut connection = Connection::open_in_memory().unwrap();
        let effort = Effort::bound(&mut connection, 100_000).unwrap();
        let count = |rows: u32| {
            let found: Result<u32, rusqlite::Error> = connection.query_row(
                "WITH RECURSIVE rows(row) AS (SELECT 1 UNION ALL SELECT row + 1 FROM rows LIMIT ?1)
                 SELECT count(*) FROM rows",
                [rows],
                |row| row.get(0),
            );
            found.map_err(|error| named(error.into()).in_file("test"))
        };
        assert_eq!(count(1_000_000), Err(StoreError::TooMuchWork));
        assert_eq!(
            count(1_000_000).map_err(|error| error.cause()),
            Err(m2m_errors::Cause::QueryTooExpensive)
        );
        effort.begin();
        assert_eq!(count(1_000), Ok(1_000));
    }
}
