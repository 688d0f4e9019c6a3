//! The identity of a store in a file beside the database, with the version that the registry has reached.
//!
//! The file is written after the change that it records is durable, so that it may lag behind the database and never runs ahead of it.
//! It is always of the same length, less than any disk writes at once, so that it is overwritten as a whole.

use core::fmt;
use std::fs::File;
use std::io::{ErrorKind, Result, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::place::Place;
use super::private;
use crate::Version;

/// The identity of a store: random, chosen with the first database, and kept by copies of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct StoreId(u128);

impl StoreId {
    pub(in super::super) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The content of the file when the folder was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// The file is missing.
    Missing,
    /// Writing the file was interrupted, or another program wrote it.
    Unreadable,
    /// The file names a store, and the version that the store had reached at least.
    Known { id: StoreId, version: Version },
}

/// The file with the identity.
#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    recorded: Recorded,
    current: Mutex<Current>,
}

/// The file as it is to be written.
#[derive(Debug, Default)]
struct Current {
    /// Its content, once there is one to write.
    text: Option<String>,
    /// The file, once it was opened, and its place.
    open: Option<(File, Place)>,
}

impl Identity {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let recorded = match std::fs::read(path) {
            Ok(content) => parse(&content).unwrap_or(Recorded::Unreadable),
            Err(error) if error.kind() == ErrorKind::NotFound => Recorded::Missing,
            Err(error) => return Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            recorded,
            current: Mutex::default(),
        })
    }

    pub(super) const fn recorded(&self) -> Recorded {
        self.recorded
    }

    /// Writes the file, durably.
    pub(super) fn record(&self, id: StoreId, version: Version) -> Result<()> {
        self.reached(id, version)?;
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let open = current.open.as_ref();
        open.map_or(Ok(()), |(file, _)| file.sync_all())
    }

    /// Writes the file. The system decides when it reaches the disk: a crash of the process loses nothing of it, a loss of power the last write.
    pub(super) fn reached(&self, id: StoreId, version: Version) -> Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.text = Some(text(id, version));
        current.write(&self.path)
    }

    /// Writes the file once more if it was deleted or replaced, or has another length. Does nothing before it was written for the first time.
    pub(super) fn keep(&self) -> Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.is_written() {
            Ok(())
        } else {
            current.write(&self.path)
        }
    }
}

impl Current {
    /// Returns true if the path leads to a file of the right length, or nothing has to be there.
    fn is_written(&self) -> bool {
        match (&self.text, &self.open) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(text), Some((file, place))) => {
                place.check().is_ok()
                    && file
                        .metadata()
                        .is_ok_and(|found| found.len() == bytes(text))
            }
        }
    }

    fn write(&mut self, path: &Path) -> Result<()> {
        let Some(text) = &self.text else {
            return Ok(());
        };
        let still_there = self.open.take().filter(|(_, place)| place.check().is_ok());
        let (file, _) = self.open.insert(match still_there {
            Some(open) => open,
            None => {
                let file = private(path)?;
                let place = Place::of_open(path, &file)?;
                (file, place)
            }
        });
        // The earlier content may have been longer.
        file.set_len(bytes(text))?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())
    }
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    store: String,
    version: u64,
}

fn parse(content: &[u8]) -> Option<Recorded> {
    let Document { store, version } = serde_json::from_slice(content).ok()?;
    let id = u128::from_str_radix(&store, 16).ok()?;
    Some(Recorded::Known {
        id: StoreId(id),
        version: Version(version),
    })
}

/// Returns the content of the file, which is JSON of a constant length.
fn text(StoreId(id): StoreId, Version(version): Version) -> String {
    format!("{{\"store\": \"{id:032x}\", \"version\": {version:>20}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_back_and_always_has_the_same_length() {
        let id = StoreId(7 << 64);
        let mut lengths = Vec::new();
        for version in [0, 1, u64::MAX] {
            let text = text(id, Version(version));
            let version = Version(version);
            assert_eq!(
                parse(text.as_bytes()),
                Some(Recorded::Known { id, version })
            );
            lengths.push(text.len());
        }
        lengths.dedup();
        assert_eq!(lengths.len(), 1);
    }

    #[test]
    fn a_truncated_identity_is_unreadable() {
        let whole = text(StoreId(1), Version(1));
        for length in 0..whole.len() - 1 {
            assert_eq!(parse(&whole.as_bytes()[..length]), None, "{length}");
        }
    }
}
