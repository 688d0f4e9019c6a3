//! The counters of all applications that have a quota.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use m2m_jwt::UnixTime;

use super::Counter;

/// The counters of all applications that have a quota, on this node. They outlive the cache entry of an application, which is
/// forgotten when the application is changed or makes room for others. They are only accessed when an application is loaded.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    counters: HashMap<Box<str>, Arc<Counter>>,
    /// The number of counters from which on it is worth looking for those that are not needed.
    prune_at: usize,
}

impl Counters {
    /// Returns the counter of an application, if there is one for windows of this length, in seconds.
    pub(crate) fn find(&self, client_id: &str, window_seconds: u64) -> Option<Arc<Counter>> {
        let kept = self.lock();
        let counter = kept.counters.get(client_id)?;
        counter.counts(window_seconds).then(|| Arc::clone(counter))
    }

    /// Creates a counter and keeps it. If another request has done so concurrently, returns the counter of that request.
    pub(crate) fn keep(
        &self,
        client_id: &str,
        window_seconds: u64,
        tokens: u64,
        now: UnixTime,
    ) -> Arc<Counter> {
        let mut kept = self.lock();
        if let Some(counter) = kept.counters.get(client_id)
            && counter.counts(window_seconds)
        {
            return Arc::clone(counter);
        }
        kept.prune(now);
        let counter = Arc::new(Counter::new(window_seconds, tokens, now));
        kept.counters.insert(client_id.into(), Arc::clone(&counter));
        counter
    }

    /// Forgets the counter of an application without a quota: if it gets a quota again, the tokens that it had in the meantime were counted by
    /// the store alone.
    pub(crate) fn forget(&self, client_id: &str) {
        self.lock().counters.remove(client_id);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // No change of the map can end in its middle.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets counters that are neither held nor needed, whenever there are twice as many as were left the last time.
    fn prune(&mut self, now: UnixTime) {
        if self.counters.len() < self.prune_at.max(PRUNED_FROM) {
            return;
        }
        // Every holder got its counter under the same lock, so that no request gets one that is forgotten.
        self.counters.retain(|_, counter| {
            Arc::strong_count(counter) > 1 || counter.idle_seconds(now) < FORGOTTEN_AFTER_SECONDS
        });
        self.prune_at = self.counters.len().saturating_mul(2);
    }
}

/// The number of counters below which a search is not worth it: they take about 200 kB.
const PRUNED_FROM: usize = 1_000;

/// The time without a token after which a count can be read from the store, which is at most a minute behind. Unit: seconds.
const FORGOTTEN_AFTER_SECONDS: u64 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);
    const LATER: UnixTime = UnixTime::from_seconds(1_800_014_400 + FORGOTTEN_AFTER_SECONDS);

    #[test]
    fn a_counter_is_kept_until_the_windows_have_another_length() {
        let counters = Counters::default();
        let counter = counters.keep("a", 60, 7, NOON);
        assert!(Arc::ptr_eq(&counter, &counters.find("a", 60).unwrap()));
        assert!(Arc::ptr_eq(&counter, &counters.keep("a", 60, 9, NOON)));
        assert!(counters.find("a", 3600).is_none());
        assert!(!Arc::ptr_eq(&counter, &counters.keep("a", 3600, 9, NOON)));
        counters.forget("a");
        assert!(counters.find("a", 3600).is_none());
    }

    #[test]
    fn unneeded_counters_are_removed() {
        let counters = Counters::default();
        let held = counters.keep("held", 60, 7, NOON);
        for number in 1..PRUNED_FROM {
            counters.keep(&format!("idle-{number}"), 60, 7, NOON);
        }
        counters.keep("new", 60, 0, LATER);
        assert!(Arc::ptr_eq(&held, &counters.find("held", 60).unwrap()));
        assert!(counters.find("new", 60).is_some());
        assert!(counters.find("idle-1", 60).is_none());
    }
}
