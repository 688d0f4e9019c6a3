//! What is held in memory, and what is being read.
//!
//! `quick_cache` keeps a placeholder for what is being read. Who asks for the same meanwhile waits for it; who removes the key
//! removes the placeholder too, and then what was read finds no place: it may be older than the change that it was removed for.

use core::time::Duration;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle, GuardResult, PlaceholderGuard};
use quick_cache::{DefaultHashBuilder, UnitWeighter};

use super::CacheLimits;
use crate::CachedApplication;

/// What is held in memory.
#[derive(Debug)]
pub(super) struct Contents {
    applications: Cache<String, Arc<CachedApplication>>,
    /// Client ids that no application has, each with the epoch at which that was read.
    absent: Cache<String, u64>,
}

type Guard<'s, T> =
    PlaceholderGuard<'s, String, T, UnitWeighter, DefaultHashBuilder, DefaultLifecycle<String, T>>;

/// The right to read what is under a client id, of which there is one.
#[derive(Debug)]
pub(super) struct Reading<'s> {
    application: Guard<'s, Arc<CachedApplication>>,
    /// None if somebody is still reading what has been forgotten meanwhile.
    absent: Option<Guard<'s, u64>>,
}

/// What somebody else has read, if he has.
#[derive(Debug)]
pub(super) enum Held<'s> {
    Application(Arc<CachedApplication>),
    Absent,
    /// It was forgotten while it was waited for, or had to make room for others.
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

    /// The application with this client id, of whatever epoch.
    pub(super) fn application(&self, client_id: &str) -> Option<Arc<CachedApplication>> {
        self.applications.get(client_id)
    }

    /// Whether nothing was under this client id in this epoch.
    pub(super) fn is_absent(&self, client_id: &str, epoch: u64) -> bool {
        self.absent.get(client_id) == Some(epoch)
    }

    /// What is there in this epoch or a later one, or the right to read it. Waits for who has it.
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

    /// The right to say that nothing is there, if nobody has said so in this epoch. It does not wait: who has it reads what has
    /// been forgotten meanwhile, or else he had the right to read as well.
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

    /// Forgets what is stale, and what is being read of it.
    pub(super) fn forget(&self, client_ids: &[Box<str>]) {
        for client_id in client_ids {
            self.applications.remove(&**client_id);
            self.absent.remove(&**client_id);
        }
    }

    /// Takes out what was read in earlier epochs than this. It is not served, but holds what it was made from in memory. There
    /// may be much of it, so that others are let in between.
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
    /// Keeps what was read, and says whether it could: not if it was forgotten meanwhile.
    pub(super) fn keep(self, read: Option<&Arc<CachedApplication>>, epoch: u64) -> bool {
        match (read, self.absent) {
            (Some(entry), _) => self.application.insert(Arc::clone(entry)).is_ok(),
            // The right to read ends after this, so that who waits for it finds what was kept.
            (None, Some(absent)) => absent.insert(epoch).is_ok(),
            // Nobody would have said if it had been forgotten.
            (None, None) => false,
        }
    }
}

/// So many entries are looked at before others get their turn: some 50 µs.
const SWEPT_AT_ONCE: usize = 100;
