//! Whether the server should be asked, and if not, why.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use m2m_store::{Contact, Uptime};

use crate::store::RegistryCache;

/// The reasons why the server should not be asked.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    /// Those that somebody sets, and takes back.
    set: AtomicU8,
    /// The registry, once it is there. It is asked what the token endpoint asks it.
    cache: OnceLock<Arc<RegistryCache>>,
}

/// Why the server should not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unready {
    /// It is not there yet.
    Starting,
    /// It ends what it has begun, and takes nothing new.
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

    /// The reason in one word, for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Draining => "draining",
            Self::OutOfContact => "out-of-contact",
        }
    }
}

impl Readiness {
    /// Of a server that starts.
    pub(crate) const fn starting() -> Self {
        Self {
            set: AtomicU8::new(Unready::Starting.bit()),
            cache: OnceLock::new(),
        }
    }

    /// From now on the server is ready if it is in contact with its store.
    pub(crate) fn serves(&self, cache: Arc<RegistryCache>) {
        // There is one for the life of the process.
        let _ = self.cache.set(cache);
        self.set
            .fetch_and(!Unready::Starting.bit(), Ordering::Relaxed);
    }

    /// There is this reason now.
    pub(crate) fn set(&self, reason: Unready) {
        self.set.fetch_or(reason.bit(), Ordering::Relaxed);
    }

    /// All reasons; none if the server is ready.
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
        // Nobody has asked the store for hours: it is asked.
        let later = Uptime::new(Duration::from_secs(10_000));
        assert_eq!(readiness.reasons(later).await, []);
        readiness.set(Unready::Draining);
        assert_eq!(readiness.reasons(later).await, [Unready::Draining]);
    }
}
