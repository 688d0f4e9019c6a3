//! The health of the store: counts and reasons of its failures, for metrics, the log and `/readyz`.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use m2m_host::clock;
use m2m_store::{Access, FailureKind, Observer, Settled, StoreError, Uptime};
use serde_json::{Value, json};

use crate::counters::Counters;

/// The health of the store. Every failure is counted, and its reason is kept until the same access succeeds again. The log gets one line a
/// minute for each kind of failure.
#[derive(Debug)]
pub struct StoreHealth {
    counters: Arc<dyn Counters>,
    /// True while `state` has a reason. It spares a success that follows another success the lock.
    is_failing: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The reason why the last access of a kind failed, if it did. In the order of [`Access::ALL`].
    reasons: [Option<Box<str>>; Access::ALL.len()],
    /// The last log lines, in the order of [`FailureKind::ALL`].
    kinds: [Logged; FailureKind::ALL.len()],
    news: VecDeque<StoreReport>,
}

/// The last log line about a kind of failure.
#[derive(Debug, Clone, Copy, Default)]
struct Logged {
    at: Option<Uptime>,
    /// The number of failures since then.
    more: u64,
}

/// News about the store for the log.
#[derive(Debug)]
pub enum StoreReport {
    /// A failed access.
    Failed {
        /// The access that failed.
        access: Access,
        /// The reason.
        error: StoreError,
        /// The number of failures of the same kind since the last log line about one.
        more: u64,
    },
    /// The outcome of a change that was unknown before.
    Settled(Settled),
}

impl StoreHealth {
    /// Returns the health of a store that has not failed yet.
    pub fn new(counters: Arc<impl Counters>) -> Self {
        Self {
            counters,
            is_failing: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Returns the current reasons as JSON, one member for each kind of access; nothing if there are none.
    pub fn shown(&self) -> Option<Value> {
        self.with(|state| {
            let shown = |(access, why): (Access, &Option<Box<str>>)| {
                (access.as_str().to_owned(), json!(why.as_deref()))
            };
            state.is_failing().then(|| {
                let reasons = Access::ALL.into_iter().zip(&state.reasons);
                Value::Object(reasons.map(shown).collect())
            })
        })
    }

    /// Takes the news for the log, the oldest first.
    pub fn take_news(&self) -> impl Iterator<Item = StoreReport> {
        self.with(|state| core::mem::take(&mut state.news))
            .into_iter()
    }

    fn failed_at(&self, access: Access, error: &StoreError, now: Uptime) {
        self.counters.store_failed(error.kind());
        self.with(|state| {
            state.set(access, Some(error.to_string().into()));
            self.is_failing.store(true, Ordering::Relaxed);
            let index = FailureKind::ALL.binary_search(&error.kind());
            let Some(logged) = index.ok().and_then(|index| state.kinds.get_mut(index)) else {
                return;
            };
            if logged.at.is_some_and(|at| now.since(at) < LOG_INTERVAL) {
                logged.more = logged.more.saturating_add(1);
                return;
            }
            let more = core::mem::take(&mut logged.more);
            logged.at = Some(now);
            state.news.push_back(StoreReport::Failed {
                access,
                error: error.clone(),
                more,
            });
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn set(&mut self, access: Access, why: Option<Box<str>>) {
        let mut kinds = Access::ALL.into_iter().zip(&mut self.reasons);
        if let Some((_, reason)) = kinds.find(|(kind, _)| *kind == access) {
            *reason = why;
        }
    }

    fn is_failing(&self) -> bool {
        self.reasons.iter().any(Option::is_some)
    }
}

impl Observer for StoreHealth {
    fn failed(&self, access: Access, error: &StoreError) {
        self.failed_at(access, error, clock::uptime());
    }

    fn succeeded(&self, access: Access) {
        if !self.is_failing.load(Ordering::Relaxed) {
            return;
        }
        self.with(|state| {
            state.set(access, None);
            self.is_failing.store(state.is_failing(), Ordering::Relaxed);
        });
    }

    fn settled(&self, settled: &Settled) {
        // There is at most one each time that the disk fails and works again.
        self.with(|state| state.news.push_back(StoreReport::Settled(settled.clone())));
    }
}

/// The shortest time between two log lines about a kind of failure.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Counted;

    fn health() -> StoreHealth {
        StoreHealth::new(Arc::new(Counted::default()))
    }

    fn failed(why: &str) -> StoreError {
        StoreError::Failed { why: why.into() }
    }

    #[test]
    fn f6_a_failure_is_counted_each_time_and_logged_once_a_minute_for_each_kind() {
        let counted = Arc::new(Counted::default());
        let health = StoreHealth::new(Arc::clone(&counted));
        let mut logged = Vec::new();
        for seconds in 0..=60 {
            let now = Uptime::new(Duration::from_secs(seconds));
            health.failed_at(Access::Read, &failed("disk I/O error"), now);
            if seconds == 30 {
                let full = StoreError::Full { why: "full".into() };
                health.failed_at(Access::Write, &full, now);
            }
            for news in health.take_news() {
                let StoreReport::Failed { error, more, .. } = news else {
                    panic!("{news:?}");
                };
                logged.push((seconds, error.kind().as_str(), more));
            }
        }
        assert_eq!(
            logged,
            [(0, "failed", 0), (30, "full", 0), (60, "failed", 59)]
        );
        let failures = counted.numbers().store_failures;
        let of_kind = |name| {
            let own = failures.iter().filter(|kind| kind.as_str() == name);
            own.count()
        };
        assert_eq!(["failed", "full", "displaced"].map(of_kind), [61, 1, 0]);
    }

    #[test]
    fn f6_the_reason_is_shown_until_the_store_does_the_same_again() {
        let health = health();
        assert_eq!(health.shown(), None);
        health.failed(Access::Write, &failed("no room"));
        health.succeeded(Access::Read);
        let shown = health.shown().unwrap();
        assert_eq!(shown["write"], "the store failed: no room");
        assert_eq!(shown["read"], Value::Null);
        health.succeeded(Access::Write);
        assert_eq!(health.shown(), None);
    }
}
