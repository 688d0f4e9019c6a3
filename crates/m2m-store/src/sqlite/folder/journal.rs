//! The journal as a file, and the check that it has all that SQLite has written to it.
//!
//! SQLite appends where it believes the end to be. If the file was truncated, appended data is behind a hole, and is lost at the
//! next start although it was written and synchronized.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use rusqlite::Connection;

use super::super::column;
use super::super::fault::Fault;
use super::unopened_for;

/// The journal, opened a second time. SQLite has no locks on it that closing it would release.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// The length of a frame. Unit: bytes.
    frame: u64,
    /// The number of frames that it had when it was last checked.
    frames: u64,
    /// The minimum length that it had when it was last checked. Unit: bytes.
    length: u64,
}

impl Journal {
    pub(super) fn open(path: &Path, connection: &Connection) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| Fault::Store(unopened_for(path, &error)))?;
        let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        let frame = column::unsigned(page).saturating_add(FRAME_HEADER);
        let mut journal = Self {
            file,
            frame,
            frames: 0,
            length: 0,
        };
        journal.is_whole(connection)?;
        Ok(journal)
    }

    /// Returns true if it is long enough to be copied into the database.
    pub(super) const fn is_long(&self) -> bool {
        self.frames >= LONG
    }

    /// Returns true if it is shorter than it was. That can be legitimate: another program may have copied all of it into the database.
    pub(super) fn is_shorter(&self) -> bool {
        let found = self.file.metadata();
        found.is_ok_and(|found| found.len() < self.length)
    }

    /// Returns true if the file has all frames that SQLite has in its index.
    pub(super) fn is_whole(&mut self, connection: &Connection) -> Result<bool, Fault> {
        // Looks at the index of the journal, and does nothing.
        let frames: i64 = connection
            .prepare_cached("PRAGMA wal_checkpoint(NOOP)")?
            .query_row([], |row| row.get(1))?;
        let frames = column::unsigned(frames);
        self.frames = frames;
        if frames == 0 {
            self.length = 0;
            return Ok(true);
        }
        let length = frames.saturating_mul(self.frame).saturating_add(HEADER);
        let found = self.file.metadata().map(|found| found.len());
        if found.map_or(true, |found| found < length) || !self.has_header() {
            return Ok(false);
        }
        self.length = length;
        Ok(true)
    }

    /// Returns true if the file begins as a journal does. A hole is full of zeros.
    fn has_header(&self) -> bool {
        let mut file = &self.file;
        let mut magic = [0; 4];
        let read = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.read_exact(&mut magic));
        // The last bit is the order of bytes in checksums.
        read.is_ok() && u32::from_be_bytes(magic) & !1 == MAGIC
    }
}

/// The number of frames from which on the journal is copied, which is the default of SQLite for doing it by itself. With pages of 4 KiB it
/// is about 4 MB, some milliseconds of work.
const LONG: u64 = 1_000;
/// The first bytes of a journal. Source: <https://www.sqlite.org/fileformat2.html#walformat>.
const MAGIC: u32 = 0x377f_0682;
/// The length of the header of a journal. Unit: bytes.
const HEADER: u64 = 32;
/// The length of the header of a frame. Unit: bytes.
const FRAME_HEADER: u64 = 24;
