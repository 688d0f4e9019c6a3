//! Connections to the file, and their settings.

use core::time::Duration;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::column;
use super::fault::Fault;
use crate::StoreLimits;

/// The time for which a connection waits for another process that reads or copies the file by itself.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The part of the file that a connection keeps in memory: 2 MiB each. The rest is in the cache of the operating system, which does not
/// count as memory of this process; a mapping of the file would.
const CACHE: &str = "PRAGMA cache_size = -2048; PRAGMA mmap_size = 0;";

/// The number of statements that stay prepared: enough for all that there are, in all orders and with the filters that people use.
const STATEMENTS: usize = 128;

/// The maximum size that the journal keeps after it was copied into the file. Unit: bytes.
const JOURNAL: &str = "PRAGMA journal_size_limit = 16777216;";

/// Opens the connection that writes. Nothing in the file is changed yet, nor will be when it is closed: the journal next to it may be
/// that of another database.
pub(super) fn to_write(file: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    restrain(&connection)?;
    // SQLite would ignore a failure to copy the journal by itself. The thread that writes copies it, and reports a failure.
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
    leave_journal(&connection)?;
    Ok(connection)
}

/// Configures the connection to keep the journal file when it is closed.
pub(super) fn leave_journal(connection: &Connection) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

/// Configures the connection to copy the journal into the file when it is closed.
pub(super) fn take_journal(connection: &Connection) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Copies the journal into the file, as far as no reader still needs it, and does not wait for readers.
pub(super) fn copy_journal(connection: &Connection) -> Result<(), Fault> {
    // The row says how much was copied; if another process copies it at the same time, that does the same work.
    connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |_| Ok(()))?;
    Ok(())
}

/// Configures the connection so that each transaction survives a loss of power, and sets the maximum size of the file.
pub(super) fn make_durable(connection: &Connection, limits: &StoreLimits) -> Result<(), Fault> {
    let mode: Box<str> = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if &*mode != "wal" {
        return Err(Fault::Unopened(
            format!("its journal mode is {mode} and cannot be changed to wal on this file system")
                .into(),
        ));
    }
    // `fullfsync` is for systems on which a plain `fsync` stops at the cache of the disk.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;")?;
    connection.execute_batch(JOURNAL)?;
    bound(connection, limits)
}

/// Opens a connection that reads.
pub(super) fn to_read(file: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    restrain(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Opens the only connection to a registry in memory.
pub(super) fn in_memory(limits: &StoreLimits) -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    restrain(&connection)?;
    bound(&connection, limits)?;
    Ok(connection)
}

/// Applies the settings of every connection: rules between tables, no trust in the content of the file, no temporary files.
fn restrain(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A prepared statement keeps its plan for all parameters; otherwise some are prepared again each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA secure_delete = FAST;
         PRAGMA temp_store = MEMORY;",
    )?;
    connection.execute_batch(CACHE)?;
    Ok(())
}

fn bound(connection: &Connection, limits: &StoreLimits) -> Result<(), Fault> {
    let Some(most) = limits.file_bytes else {
        return Ok(());
    };
    let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = column::integer(most).checked_div(page).unwrap_or(0);
    let pages = pages.clamp(1, i64::from(u32::MAX) - 1);
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    Ok(())
}
