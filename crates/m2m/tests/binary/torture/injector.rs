//! Faults inside the process of a server: a library that is loaded before all others, and the file that controls it.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// The library, compiled once.
static LIBRARY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("injector.so");
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/binary/torture/injector.c"
    );
    let compiled = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(&library)
        .args([source, "-ldl"])
        .status()
        .unwrap();
    assert!(compiled.success(), "the injector does not compile");
    (folder, library)
});

/// A set of file operations, with the values of `enum operation` in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operations(u32);

impl Operations {
    pub(crate) const WRITE: Self = Self(1);
    pub(crate) const SYNC: Self = Self(2);
    pub(crate) const RENAME: Self = Self(4);
    pub(crate) const TRUNCATE: Self = Self(8);
    pub(crate) const OPEN: Self = Self(16);
    /// Half of a write that fails reaches the file.
    pub(crate) const TORN_WRITE: Self = Self(1 | 64);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// An error number of Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorNumber(u32);

impl ErrorNumber {
    pub(crate) const IO: Self = Self(5);
    pub(crate) const NO_SPACE: Self = Self(28);
}

/// The control file of one server.
#[derive(Debug)]
pub(crate) struct Injector {
    control: File,
    path: PathBuf,
}

/// Offsets of the fields of `struct control`, and its size. Unit: bytes.
const OPERATIONS: u64 = 0;
const ERROR: u64 = 4;
const SKIP: u64 = 8;
const LEFT: u64 = 12;
const DELAY: u64 = 16;
const INJECTED: u64 = 20;
const CLOCK: u64 = 24;
const SIZE: u64 = 32;

impl Injector {
    /// Creates a control file in this folder that requests no faults.
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("control");
        let control = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .unwrap();
        control.set_len(SIZE).unwrap();
        Self { control, path }
    }

    /// Makes the process of this command load the library, for the files in `folder`.
    pub(crate) fn load_into(&self, command: &mut Command, folder: &Path) {
        command
            .env("LD_PRELOAD", &LIBRARY.1)
            .env("TORTURE_CONTROL", &self.path)
            .env("TORTURE_FOLDER", folder);
    }

    /// Makes `count` calls of these operations fail, or all of them, after the next `skip` calls.
    pub(crate) fn fail(
        &self,
        operations: Operations,
        error: ErrorNumber,
        skip: u32,
        count: Option<u32>,
    ) {
        self.set(ERROR, error.0);
        self.set(SKIP, skip);
        self.set(LEFT, count.unwrap_or(u32::MAX));
        self.set(OPERATIONS, operations.0);
    }

    /// Delays each call of these operations. Unit: microseconds.
    pub(crate) fn delay(&self, operations: Operations, microseconds: u32) {
        self.set(DELAY, microseconds);
        self.set(OPERATIONS, operations.0);
    }

    /// Moves the wall clock. Unit: seconds.
    pub(crate) fn move_clock(&self, seconds: i64) {
        self.control
            .write_all_at(&seconds.to_ne_bytes(), CLOCK)
            .unwrap();
    }

    /// Ends all faults, except a moved clock.
    pub(crate) fn rest(&self) {
        for field in [OPERATIONS, ERROR, SKIP, LEFT, DELAY] {
            self.set(field, 0);
        }
    }

    /// Returns the number of calls that failed or were delayed.
    pub(crate) fn injected(&self) -> u32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, INJECTED).unwrap();
        u32::from_ne_bytes(bytes)
    }

    fn set(&self, field: u64, value: u32) {
        self.control
            .write_all_at(&value.to_ne_bytes(), field)
            .unwrap();
    }
}
