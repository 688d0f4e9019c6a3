//! Connections to the file, and what each of them is told.

use core::time::Duration;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::column;
use super::fault::Fault;
use crate::StoreLimits;

/// How long a connection waits for another process that reads or copies the file by itself.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a connection keeps of the file: 2 MiB each. The rest is in the cache of the operating system, which costs no memory of ours;
/// mapping the file would count as ours.
const CACHE: &str = "PRAGMA cache_size = -2048; PRAGMA mmap_size = 0;";

/// Statements that stay prepared: all that there are, in all orders and with the filters that people use.
const STATEMENTS: usize = 128;

/// The largest that the journal stays once it was copied into the file. Unit: bytes.
const JOURNAL: &str = "PRAGMA journal_size_limit = 16777216;";

/// The connection that writes. Nothing in the file is changed yet, nor will be when it is closed: the journal beside it may be that of
/// another database.
pub(super) fn to_write(file: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    restrain(&connection)?;
    // SQLite would ignore that it failed: the thread that writes copies it, and reports it.
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
    leave_journal(&connection)?;
    Ok(connection)
}

/// Has the journal stay beside the file when the connection is closed.
pub(super) fn leave_journal(connection: &Connection) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

/// Has the journal copied into the file when the connection is closed.
pub(super) fn take_journal(connection: &Connection) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Copies the journal into the file, as far as nobody reads from it, and waits for nobody.
pub(super) fn copy_journal(connection: &Connection) -> Result<(), Fault> {
    // The row says how much was copied; another process that copies it at the same time does this one's work.
    connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |_| Ok(()))?;
    Ok(())
}

/// Has each transaction survive a loss of power, and sets how large the file may become.
pub(super) fn make_durable(connection: &Connection, limits: &StoreLimits) -> Result<(), Fault> {
    let mode: Box<str> = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if &*mode != "wal" {
        return Err(Fault::Unopened(
            format!("its journal is of the mode {mode}, and this file system lets nobody change it to wal").into(),
        ));
    }
    // `fullfsync` where a plain one stops at the cache of the disk.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;")?;
    connection.execute_batch(JOURNAL)?;
    bound(connection, limits)
}

/// A connection that reads.
pub(super) fn to_read(file: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    restrain(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// The only connection to a registry in memory.
pub(super) fn in_memory(limits: &StoreLimits) -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    restrain(&connection)?;
    bound(&connection, limits)?;
    Ok(connection)
}

/// What every connection has: rules between tables, no trust in what stands in the file, no files beside it.
fn restrain(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A prepared statement stays as it is, whatever it is asked with; otherwise some are prepared again each time.
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
