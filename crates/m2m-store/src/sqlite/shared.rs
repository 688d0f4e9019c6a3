//! State that all threads of a store share: its limits, its files, and a change whose outcome is unknown.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rusqlite::Connection;

use super::commit::{self, Committed};
use super::fault::Fault;
use super::folder::{Folder, StoreId};
use crate::{Access, Change, Observer, Settled, StoreError, StoreLimits, Version};

/// State that all threads of a store share.
#[derive(Debug)]
pub(super) struct Shared {
    /// The name of the file in errors.
    pub(super) file: Box<str>,
    pub(super) limits: StoreLimits,
    /// The data directory; absent for a registry in memory.
    folder: Option<(Folder, StoreId)>,
    /// The change whose outcome is unknown. No other change is begun until it is known.
    unsettled: Mutex<Option<Unsettled>>,
    observer: OnceLock<Arc<dyn Observer>>,
}

/// A change whose outcome is unknown.
#[derive(Debug)]
struct Unsettled {
    /// The version that it would have created.
    next: Version,
    outcome: Settled,
}

impl Shared {
    pub(super) fn new(file: &str, limits: StoreLimits, folder: Option<(Folder, StoreId)>) -> Self {
        Self {
            file: file.into(),
            limits,
            folder,
            unsettled: Mutex::default(),
            observer: OnceLock::new(),
        }
    }

    pub(super) fn observe(&self, observer: Arc<dyn Observer>) {
        // There is at most one observer, and the first stays.
        let _ = self.observer.set(observer);
    }

    /// Reports to the observer, if there is one.
    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Observer)) {
        if let Some(observer) = self.observer.get() {
            tell(&**observer);
        }
    }

    /// Reports an outcome to the observer, and returns it.
    pub(super) fn told<T>(
        &self,
        access: Access,
        outcome: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.tell(|observer| match &outcome {
            Ok(_) => observer.succeeded(access),
            Err(error) => observer.failed(access, error),
        });
        outcome
    }

    /// Refuses if a path of the data directory no longer leads to the file that is open. Returns [`JournalState::Short`] if the journal has
    /// to be checked.
    pub(super) fn check(&self) -> Result<JournalState, Fault> {
        let Some((folder, _)) = &self.folder else {
            return Ok(JournalState::Whole);
        };
        folder.check().map_err(Fault::Store)?;
        // Its failure is not a failure of the read.
        let _ = self.told(Access::Identity, folder.keep_identity());
        Ok(if folder.seems_short() {
            JournalState::Short
        } else {
            JournalState::Whole
        })
    }

    /// Refuses to write if a path no longer leads to the file that is open, or the journal was truncated.
    pub(super) fn may_write(&self, connection: &Connection) -> Result<(), Fault> {
        self.folder
            .as_ref()
            .map_or(Ok(()), |(folder, _)| folder.check_all(connection))
    }

    /// Checks again before a write is acknowledged: it may have gone to a file that no path leads to.
    pub(super) fn may_acknowledge(&self, connection: &Connection) -> Result<(), Fault> {
        self.may_write(connection).map_err(|fault| {
            let why = fault.in_file(&self.file).to_string();
            Fault::Store(StoreError::Unknown { why: why.into() })
        })
    }

    /// Notes that the registry is, durably, at this version.
    fn reached(&self, version: Version) {
        if let Some((folder, id)) = &self.folder {
            // The change is durable even if this fails.
            let _ = self.told(Access::Identity, folder.reached(*id, version));
        }
    }

    /// Copies the journal into the database if it has become long, and reports the outcome to the observer.
    pub(super) fn copy_journal(&self, connection: &Connection) {
        let Some((folder, _)) = &self.folder else {
            return;
        };
        let copied = folder.copy_journal(connection);
        let copied = copied.map_err(|fault| fault.in_file(&self.file));
        // The other process that uses the file releases it later.
        if !matches!(copied, Ok(false) | Err(StoreError::Busy)) {
            let _ = self.told(Access::Checkpoint, copied);
        }
    }

    /// Makes each check include a file that has to stay as it is.
    pub(super) fn watch(&self, file: &Path) -> Result<(), StoreError> {
        self.folder
            .as_ref()
            .map_or(Ok(()), |(folder, _)| folder.watch(file))
    }

    /// Writes the identity of the store beside the database.
    pub(super) fn record(&self, version: Version) -> Result<(), StoreError> {
        let folder = self.folder.as_ref();
        folder.map_or(Ok(()), |(folder, id)| folder.record(*id, version))
    }

    pub(super) fn is_unsettled(&self) -> bool {
        let unsettled = self.unsettled.lock();
        unsettled.unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Finds out whether the change with the unknown outcome was made. If it was not, a later write that succeeds has taken its place in the
    /// journal.
    pub(super) fn settle(&self, connection: &mut Connection) -> Result<(), Fault> {
        if !self.is_unsettled() {
            return Ok(());
        }
        let version = commit::probe(connection)?;
        let unsettled = self.unsettled.lock();
        let settled = unsettled.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Unsettled { next, mut outcome }) = settled {
            outcome.made = version >= next;
            self.reached(version);
            self.tell(|observer| observer.settled(&outcome));
        }
        Ok(())
    }

    /// Makes a change, once the outcome of the previous one is known.
    pub(super) fn commit(
        &self,
        connection: &mut Connection,
        expected: Version,
        change: &Change,
    ) -> Result<Committed, Fault> {
        self.settle(connection).map_err(Fault::before_beginning)?;
        let fault = match commit::commit(connection, &self.limits, expected, change) {
            Ok(Ok(version)) => match self.may_acknowledge(connection) {
                Ok(()) => {
                    self.reached(version);
                    return Ok(Ok(version));
                }
                Err(fault) => fault,
            },
            Err(Fault::Unsettled(error)) => match commit::probe(connection) {
                Ok(version) if version == expected => return Err(Fault::Database(error)),
                Ok(version) => {
                    self.reached(version);
                    return Ok(Ok(version));
                }
                Err(_) => Fault::Unsettled(error),
            },
            refused => return refused,
        };
        let event = change.events.first();
        let unsettled = Unsettled {
            next: Version(expected.0.saturating_add(1)),
            outcome: Settled {
                trace_id: event.and_then(|event| event.actor.trace_id),
                name: event.map(|event| event.name.clone()).unwrap_or_default(),
                made: false,
            },
        };
        *self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(unsettled);
        Err(fault)
    }
}

/// The state of the journal as far as its length shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JournalState {
    Whole,
    /// The journal or the database is shorter than it was. Only the thread that writes can find out whether something is missing.
    Short,
}
