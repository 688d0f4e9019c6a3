//! The faults: the beginning and the end of each, and the signs of it that the operator has to see in between.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use super::injector::{ErrorNumber, Injector, Operations};

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No fault but the end by `kill -9`.
    None,
    /// The disk is full: every write that needs more room fails.
    DiskFull,
    /// The disk is full, and half of each failed write reaches the file.
    TornWrites,
    /// Each write takes 20 ms and each `fsync` as well.
    SlowDisk,
    /// One write fails.
    WriteFails,
    /// All writes fail.
    DiskGone,
    /// One `fsync` fails: the content of the disk is unknown.
    SyncFails,
    /// All `fsync` calls fail.
    SyncAlwaysFails,
    /// No file can be truncated: neither the journal nor the database shrinks.
    TruncateFails,
    /// No file can be renamed.
    RenameFails,
    /// No file of the directory can be opened.
    OpenFails,
    /// The database is deleted.
    DatabaseDeleted,
    /// The database is moved away, and back.
    DatabaseMoved,
    /// The database is replaced by an older copy of itself.
    DatabaseReplaced,
    /// The journal of the database is deleted.
    JournalDeleted,
    /// The lock file is deleted.
    LockDeleted,
    /// The sealing key is deleted.
    SealingKeyDeleted,
    /// The file with the identity of the store is deleted.
    IdentityDeleted,
    /// The data directory is moved away, and back.
    DirectoryMoved,
    /// The process gets no more memory.
    MemoryExhausted,
    /// The process gets no more descriptors.
    DescriptorsExhausted,
    /// The wall clock jumps ahead by six minutes, and back.
    ClockAhead,
    /// The wall clock jumps back by a day, and ahead.
    ClockBack,
}

/// The sign that has to be visible while a fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// No sign is required: the server works, if more slowly.
    Nothing,
    /// Failures of the store are counted, and the log contains the reason.
    StoreFailure,
    /// No sign is required, and the file with the identity of the store is restored.
    IdentityRestored,
    /// The server is not ready, and reports that its files are not the ones that it opened.
    NotReady,
}

impl Fault {
    pub(crate) const ALL: [Self; 23] = [
        Self::None,
        Self::DiskFull,
        Self::TornWrites,
        Self::SlowDisk,
        Self::WriteFails,
        Self::DiskGone,
        Self::SyncFails,
        Self::SyncAlwaysFails,
        Self::TruncateFails,
        Self::RenameFails,
        Self::OpenFails,
        Self::DatabaseDeleted,
        Self::DatabaseMoved,
        Self::DatabaseReplaced,
        Self::JournalDeleted,
        Self::LockDeleted,
        Self::SealingKeyDeleted,
        Self::IdentityDeleted,
        Self::DirectoryMoved,
        Self::MemoryExhausted,
        Self::DescriptorsExhausted,
        Self::ClockAhead,
        Self::ClockBack,
    ];

    pub(crate) const fn told(self) -> Told {
        match self {
            Self::DiskFull
            | Self::TornWrites
            | Self::WriteFails
            | Self::DiskGone
            | Self::SyncFails
            | Self::SyncAlwaysFails => Told::StoreFailure,
            Self::DatabaseDeleted
            | Self::DatabaseMoved
            | Self::DatabaseReplaced
            | Self::JournalDeleted
            | Self::LockDeleted
            | Self::SealingKeyDeleted
            | Self::DirectoryMoved => Told::NotReady,
            Self::IdentityDeleted => Told::IdentityRestored,
            Self::None
            | Self::SlowDisk
            | Self::TruncateFails
            | Self::RenameFails
            | Self::OpenFails
            | Self::MemoryExhausted
            | Self::DescriptorsExhausted
            | Self::ClockAhead
            | Self::ClockBack => Told::Nothing,
        }
    }

    /// Returns true if callers get tokens all the time.
    pub(crate) const fn spares_tokens(self) -> bool {
        !matches!(self, Self::MemoryExhausted | Self::DescriptorsExhausted)
    }

    /// Returns true if system calls of the process fail, which they can from its start on.
    pub(crate) const fn is_of_a_call(self) -> bool {
        matches!(
            self,
            Self::DiskFull
                | Self::TornWrites
                | Self::WriteFails
                | Self::DiskGone
                | Self::SyncFails
                | Self::SyncAlwaysFails
                | Self::TruncateFails
                | Self::RenameFails
                | Self::OpenFails
        )
    }

    /// Returns true if it lasts as long as the process.
    pub(crate) const fn lasts(self) -> bool {
        matches!(
            self,
            Self::DatabaseDeleted
                | Self::DatabaseReplaced
                | Self::JournalDeleted
                | Self::LockDeleted
                | Self::SealingKeyDeleted
        )
    }

    /// Returns true if the process may end by itself.
    pub(crate) const fn may_end_the_process(self) -> bool {
        matches!(self, Self::MemoryExhausted)
    }
}

/// A data directory and the server on it, which are subject to faults.
#[derive(Debug)]
pub(crate) struct Place<'p> {
    pub(crate) data: &'p Path,
    /// A folder on the same file system, for files that are moved away.
    pub(crate) aside: &'p Path,
    pub(crate) injector: &'p Injector,
    pub(crate) process: u32,
}

/// The changes that have to be undone.
#[derive(Debug, Default)]
pub(crate) struct Undo {
    /// The files to move back: from where, and where to.
    moved: Vec<(PathBuf, PathBuf)>,
    limit: Option<(Resource, Rlimit)>,
}

impl Place<'_> {
    /// Starts a fault.
    pub(crate) fn begin(&self, fault: Fault, skip: u32) -> Undo {
        let write = Operations::WRITE.and(Operations::TRUNCATE);
        let (io, full) = (ErrorNumber::IO, ErrorNumber::NO_SPACE);
        let injector = self.injector;
        let mut undo = Undo::default();
        match fault {
            Fault::None => {}
            Fault::DiskFull => injector.fail(write.and(Operations::OPEN), full, 0, None),
            Fault::TornWrites => injector.fail(Operations::TORN_WRITE, full, 0, None),
            Fault::SlowDisk => {
                injector.delay(Operations::WRITE.and(Operations::SYNC), 20_000);
            }
            Fault::WriteFails => injector.fail(Operations::WRITE, io, skip, Some(1)),
            Fault::DiskGone => injector.fail(Operations::WRITE, io, skip, None),
            Fault::SyncFails => injector.fail(Operations::SYNC, io, skip, Some(1)),
            Fault::SyncAlwaysFails => injector.fail(Operations::SYNC, io, skip, None),
            Fault::TruncateFails => injector.fail(Operations::TRUNCATE, io, 0, None),
            Fault::RenameFails => injector.fail(Operations::RENAME, io, 0, None),
            Fault::OpenFails => injector.fail(Operations::OPEN, io, 0, None),
            Fault::DatabaseDeleted | Fault::DatabaseMoved => self.take(&mut undo, "m2m.db"),
            Fault::DatabaseReplaced => {
                self.take(&mut undo, "m2m.db");
                fs::copy(self.aside.join("older.db"), self.data.join("m2m.db")).unwrap();
            }
            Fault::JournalDeleted => self.take(&mut undo, "m2m.db-wal"),
            Fault::LockDeleted => self.take(&mut undo, "m2m.lock"),
            Fault::SealingKeyDeleted => self.take(&mut undo, "sealing.key"),
            Fault::IdentityDeleted => fs::remove_file(self.data.join("m2m.id")).unwrap(),
            Fault::DirectoryMoved => {
                let aside = self.aside.join("moved");
                fs::rename(self.data, &aside).unwrap();
                undo.moved.push((aside, self.data.to_owned()));
            }
            Fault::MemoryExhausted => self.limit(&mut undo, Resource::As, self.address_space()),
            Fault::DescriptorsExhausted => {
                self.limit(&mut undo, Resource::Nofile, self.descriptors());
            }
            Fault::ClockAhead => injector.move_clock(6 * 60),
            Fault::ClockBack => injector.move_clock(-24 * 60 * 60),
        }
        undo
    }

    /// Ends it. Files that were moved are back in their place, and are the same files.
    pub(crate) fn end(&self, undo: Undo) {
        self.injector.rest();
        self.injector.move_clock(0);
        for (from, to) in undo.moved {
            fs::rename(from, to).unwrap();
        }
        if let (Some((resource, limit)), Some(process)) = (undo.limit, self.process()) {
            // The process may have ended.
            let _ = prlimit(Some(process), resource, limit);
        }
    }

    /// Moves a file aside, if it exists. For a server, a deleted file is one that its path no longer leads to.
    fn take(&self, undo: &mut Undo, name: &str) {
        let (from, to) = (self.data.join(name), self.aside.join(name));
        if fs::rename(&from, &to).is_ok() {
            undo.moved.push((to, from));
        }
    }

    /// Limits the process to its current use of a resource.
    fn limit(&self, undo: &mut Undo, resource: Resource, current: u64) {
        let before = getrlimit(resource);
        undo.limit = Some((resource, before));
        let limit = Rlimit {
            current: Some(current),
            maximum: before.maximum,
        };
        // The process may have ended.
        let _ = prlimit(self.process(), resource, limit);
    }

    /// Returns the size of the address space of the process. Unit: bytes.
    fn address_space(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process);
        let status = fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.unwrap_or(1_u64 << 20) << 10
    }

    /// Returns the number of descriptors that the process has open.
    fn descriptors(&self) -> u64 {
        let open = fs::read_dir(format!("/proc/{}/fd", self.process));
        u64::try_from(open.map_or(0, Iterator::count)).unwrap()
    }

    fn process(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.process).unwrap())
    }
}
