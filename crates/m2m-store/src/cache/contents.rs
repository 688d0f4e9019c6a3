//! The entries in memory, and the entries that are being read.
//!
//! `quick_cache` keeps a placeholder for an entry that is being read. Other requests for the same entry wait for it. Removing the
//! key removes the placeholder too, and then the entry that was read cannot be inserted: it may be older than the change that the
//! key was removed for.

use core::time::Duration;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle, GuardResult, PlaceholderGuard};
use quick_cache::{DefaultHashBuilder, UnitWeighter};

use super::CacheLimits;
use crate::CachedApplication;

/// The entries in memory.
#[derive(Debug)]
pub(super) struct Contents {
    applications: Cache<String, Arc<CachedApplication>>,
    /// Client ids that no application has, each with the epoch at which that was read.
    absent: Cache<String, u64>,
}

type Guard<'s, T> =
    PlaceholderGuard<'s, String, T, UnitWeighter, DefaultHashBuilder, DefaultLifecycle<String, T>>;

/// The right to read the entry of a client id. One request at a time has it.
#[derive(Debug)]
pub(super) struct Reading<'s> {
    application: Guard<'s, Arc<CachedApplication>>,
    /// Absent if another request is still reading an entry that has since been forgotten.
    absent: Option<Guard<'s, u64>>,
}

/// The entry that another request has read, or the right to read it.
#[derive(Debug)]
pub(super) enum Held<'s> {
    Application(Arc<CachedApplication>),
    Absent,
    /// The entry was forgotten while this request waited for it, or had to make room for others.
    Forgotten,
    Nothing(Reading<'s>),
}

impl Contents {
    pub(super) fn new(limits: CacheLimits) -> Self {
        Self {
            applications: Cache::new(limits.applications),
            absent: Cache::new(limits.absent),
        }
    }

    /// Returns the application with this client id, of any epoch.
    pub(super) fn application(&self, client_id: &str) -> Option<Arc<CachedApplication>> {
        self.applications.get(client_id)
    }

    /// Returns true if no application had this client id in this epoch.
    pub(super) fn is_absent(&self, client_id: &str, epoch: u64) -> bool {
        self.absent.get(client_id) == Some(epoch)
    }

    /// Returns the entry of this epoch or a later one, or the right to read it. Waits if another request has that right.
    pub(super) async fn take(&self, client_id: &str, epoch: u64) -> Held<'_> {
        loop {
            match self.applications.get_value_or_guard_async(client_id).await {
                Ok(entry) if !self.holds(client_id, &entry) => return Held::Forgotten,
                Ok(entry) if entry.epoch() >= epoch => return Held::Application(entry),
                Ok(entry) => {
                    let same = |held: &Arc<CachedApplication>| Arc::ptr_eq(held, &entry);
                    self.applications.remove_if(client_id, same);
                }
                Err(application) => {
                    return match self.take_absent(client_id, epoch) {
                        Some(absent) => Held::Nothing(Reading {
                            application,
                            absent,
                        }),
                        None => Held::Absent,
                    };
                }
            }
        }
    }

    /// Returns the right to record that no application has the client id, unless this is recorded for this epoch. It does not wait: a
    /// request that has this right is reading an entry that has since been forgotten, or it would have the right to read as well.
    fn take_absent(&self, client_id: &str, epoch: u64) -> Option<Option<Guard<'_, u64>>> {
        loop {
            match self
                .absent
                .get_value_or_guard(client_id, Some(Duration::ZERO))
            {
                GuardResult::Value(read_at) if read_at >= epoch => return None,
                GuardResult::Value(_) => {
                    self.absent.remove(client_id);
                }
                GuardResult::Guard(guard) => return Some(Some(guard)),
                GuardResult::Timeout => return Some(None),
            }
        }
    }

    fn holds(&self, client_id: &str, entry: &Arc<CachedApplication>) -> bool {
        let held = self.applications.peek(client_id);
        held.is_some_and(|held| Arc::ptr_eq(&held, entry))
    }

    /// Forgets the entries of these client ids, including those that are being read.
    pub(super) fn forget(&self, client_ids: &[Box<str>]) {
        for client_id in client_ids {
            self.applications.remove(&**client_id);
            self.absent.remove(&**client_id);
        }
    }

    /// Removes entries that were read in earlier epochs. They are not served, but keep the data that they were built from in memory.
    /// There may be many of them, so the loop yields to other tasks.
    pub(super) async fn sweep(&self, epoch: u64) {
        for (number, (client_id, entry)) in self.applications.iter().enumerate() {
            if entry.epoch() < epoch {
                let same = |held: &Arc<CachedApplication>| Arc::ptr_eq(held, &entry);
                self.applications.remove_if(&client_id, same);
            }
            if number % SWEPT_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.applications.len()
    }
}

impl Reading<'_> {
    /// Keeps the entry that was read, and returns true if it could. An entry that was forgotten in the meantime is not kept.
    pub(super) fn keep(self, read: Option<&Arc<CachedApplication>>, epoch: u64) -> bool {
        match (read, self.absent) {
            (Some(entry), _) => self.application.insert(Arc::clone(entry)).is_ok(),
            // The right to read ends after this, so that a request that waits for it finds the entry that was kept.
            (None, Some(absent)) => absent.insert(epoch).is_ok(),
            // Without the second right it cannot be known whether the entry was forgotten in the meantime.
            (None, None) => false,
        }
    }
}

/// The number of entries that are checked before other tasks get their turn. It takes some 50 µs.
const SWEPT_AT_ONCE: usize = 100;
