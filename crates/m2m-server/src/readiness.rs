//! The readiness of the server for requests, with the reasons if it is not ready.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use m2m_store::{Contact, Uptime};

use crate::store::RegistryCache;

/// The state from which readiness is determined.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    /// The reasons that are set explicitly, as a set of bits.
    set: AtomicU8,
    /// The registry, once it is loaded. It answers the same question as for the token endpoint.
    cache: OnceLock<Arc<RegistryCache>>,
}

/// The reason why the server should get no requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unready {
    /// It has not started yet.
    Starting,
    /// It completes the requests in progress, and accepts no others.
    Draining,
    /// It serves from memory for now, because the store cannot be reached.
    OutOfContact,
}

impl Unready {
    const ALL: [Self; 3] = [Self::Starting, Self::Draining, Self::OutOfContact];

    const fn bit(self) -> u8 {
        match self {
            Self::Starting => 1,
            Self::Draining => 2,
            Self::OutOfContact => 4,
        }
    }

    /// Returns the reason in one word, for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Draining => "draining",
            Self::OutOfContact => "out-of-contact",
        }
    }
}

impl Readiness {
    /// Returns the readiness of a server that is starting.
    pub(crate) const fn starting() -> Self {
        Self {
            set: AtomicU8::new(Unready::Starting.bit()),
            cache: OnceLock::new(),
        }
    }

    /// Marks the server as started: from now on it is ready while it is in contact with its store.
    pub(crate) fn serves(&self, cache: Arc<RegistryCache>) {
        // There is only one for the life of the process.
        let _ = self.cache.set(cache);
        self.set
            .fetch_and(!Unready::Starting.bit(), Ordering::Relaxed);
    }

    /// Adds this reason.
    pub(crate) fn set(&self, reason: Unready) {
        self.set.fetch_or(reason.bit(), Ordering::Relaxed);
    }

    /// Returns all reasons; an empty list if the server is ready.
    pub(crate) async fn reasons(&self, now: Uptime) -> Vec<Unready> {
        let mut bits = self.set.load(Ordering::Relaxed);
        if let Some(cache) = self.cache.get() {
            match cache.contact_if_asked(now).await {
                Contact::In { .. } => {}
                Contact::Lost { .. } => bits |= Unready::OutOfContact.bit(),
            }
        }
        let is_there = |reason: &Unready| bits & reason.bit() != 0;
        Unready::ALL.into_iter().filter(is_there).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use m2m_store::{CacheLimits, Sqlite, StoreError};

    use super::*;

    #[tokio::test]
    async fn is_ready_when_no_reason_is_left() {
        let readiness = Readiness::starting();
        assert_eq!(readiness.reasons(Uptime::ZERO).await, [Unready::Starting]);
        let no_key = |_: &_| Err(StoreError::Busy);
        let limits = CacheLimits::DEFAULT;
        let store = Sqlite::in_memory().unwrap();
        let opened = RegistryCache::open(store, "https://id.example", no_key, limits, Uptime::ZERO);
        readiness.serves(Arc::new(opened.await.unwrap()));
        assert_eq!(readiness.reasons(Uptime::ZERO).await, []);
        // The store has not been asked for hours, so it is asked now.
        let later = Uptime::new(Duration::from_secs(10_000));
        assert_eq!(readiness.reasons(later).await, []);
        readiness.set(Unready::Draining);
        assert_eq!(readiness.reasons(later).await, [Unready::Draining]);
    }
}
