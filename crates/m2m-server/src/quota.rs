//! How many tokens each application had in its window.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use m2m_authority::Refusal;
use m2m_authority::flow::Usage;
use m2m_authority::registry::{Quota, QuotaMode, Records};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

/// The counters of all applications that have a quota, on this node, since it started.
#[derive(Debug)]
pub(crate) struct Quotas {
    counters: HashMap<Box<str>, Counter>,
}

/// The quota of one application, if it has one, at the time of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter<'q> {
    counter: Option<&'q Counter>,
    now: UnixTime,
}

/// A token that is counted and not yet issued. It is given back when this is dropped, unless it is [kept](Self::keep).
#[derive(Debug)]
#[must_use = "a reservation that is dropped counts nothing"]
pub(crate) struct Reservation<'q> {
    counter: Option<&'q Counter>,
    place: Place,
}

/// The counter of one application.
#[derive(Debug)]
struct Counter {
    quota: Quota,
    /// Held for a few instructions, against a signature that takes a thousand times as long.
    count: Mutex<Count>,
}

/// The tokens of the latest window that any request was in.
///
/// Requests do not come here in the order of their times: a thread that was interrupted comes late, a clock is set back. A
/// window that has begun is not left again for an earlier one, for else its tokens would be forgotten.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// The number of the window since 1970.
    window: u64,
    /// The tokens in it, those of requests from earlier windows that came late included.
    tokens: u64,
    /// The tokens of the window before it, and again those that came late. They leave no room for more, as that window has
    /// no more than its quota either.
    tokens_before: u64,
}

/// Where a token is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The window that counts it.
    window: u64,
    /// Whether its request belongs to an earlier one.
    late: bool,
}

impl Quotas {
    /// Nothing is used yet.
    pub(crate) fn of(records: &Records) -> Self {
        let with_quota = records.applications.iter().filter_map(|application| {
            let counter = Counter {
                quota: application.token_quota?,
                count: Mutex::default(),
            };
            Some((application.client_id.clone(), counter))
        });
        Self {
            counters: with_quota.collect(),
        }
    }

    /// The quota that a request of this application meets.
    pub(crate) fn meter(&self, client_id: &str, now: UnixTime) -> Meter<'_> {
        Meter {
            counter: self.counters.get(client_id),
            now,
        }
    }
}

impl<'q> Meter<'q> {
    /// What is used. Who only looks takes nothing from those who will get a token.
    pub(crate) fn usage(&self) -> Usage {
        let Some(counter) = self.counter else {
            return Usage::default();
        };
        let (count, place) = counter.at(self.now);
        Usage {
            tokens: count.used(place),
            window_ends_in_seconds: counter.ends_in(place, self.now),
        }
    }

    /// Takes a token. Where the quota is enforced nobody gets one beyond it, however many ask at once.
    ///
    /// # Errors
    ///
    /// [`Cause::QuotaExceeded`] if others have taken the last.
    pub(crate) fn take(&self) -> Result<Reservation<'q>, Refusal> {
        let Some(counter) = self.counter else {
            return Ok(Reservation {
                counter: None,
                place: Place::default(),
            });
        };
        let (mut count, place) = counter.at(self.now);
        match counter.quota.mode {
            QuotaMode::Enforce if count.used(place) >= counter.quota.tokens => {
                let seconds = counter.ends_in(place, self.now);
                return Err(Refusal::of(Cause::QuotaExceeded).retry_after(seconds.max(1)));
            }
            QuotaMode::Enforce | QuotaMode::Warn => count.add(place),
        }
        Ok(Reservation {
            counter: Some(counter),
            place,
        })
    }
}

impl Reservation<'_> {
    /// The token was issued.
    pub(crate) fn keep(mut self) {
        self.counter = None;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(counter) = self.counter {
            counter.lock().remove(self.place);
        }
    }
}

impl Counter {
    /// The count in the window of `now`, or in a later one that has begun already.
    fn at(&self, now: UnixTime) -> (MutexGuard<'_, Count>, Place) {
        let own = now.as_seconds() / self.length();
        let mut count = self.lock();
        count.advance(own);
        let window = count.window;
        (
            count,
            Place {
                window,
                late: own < window,
            },
        )
    }

    /// Until the window ends that counts. Unit: seconds.
    fn ends_in(&self, place: Place, now: UnixTime) -> u32 {
        let end = place.window.saturating_add(1).saturating_mul(self.length());
        u32::try_from(end.saturating_sub(now.as_seconds())).unwrap_or(u32::MAX)
    }

    /// Unit: seconds, at least 1.
    fn length(&self) -> u64 {
        self.quota.window_seconds.max(1)
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        // No change of a count can end in its middle.
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn advance(&mut self, window: u64) {
        if window <= self.window {
            return;
        }
        let follows = window == self.window + 1;
        *self = Self {
            window,
            tokens: 0,
            tokens_before: if follows { self.tokens } else { 0 },
        };
    }

    /// How many tokens stand against one more.
    fn used(&self, place: Place) -> u64 {
        if place.late {
            self.tokens.max(self.tokens_before)
        } else {
            self.tokens
        }
    }

    fn add(&mut self, place: Place) {
        self.tokens += 1;
        if place.late {
            self.tokens_before += 1;
        }
    }

    fn remove(&mut self, place: Place) {
        if place.window == self.window {
            self.tokens = self.tokens.saturating_sub(1);
            if place.late {
                self.tokens_before = self.tokens_before.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::Application;

    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);
    const NEXT: UnixTime = UnixTime::from_seconds(1_800_014_460);

    fn quotas(mode: QuotaMode) -> Quotas {
        let mut application = Application::new("A", "a");
        application.token_quota = Some(Quota {
            tokens: 2,
            window_seconds: 60,
            mode,
        });
        Quotas::of(&Records {
            applications: vec![application],
            ..Records::default()
        })
    }

    /// Whether there was a token to take.
    fn issues(quotas: &Quotas, now: UnixTime) -> bool {
        quotas.meter("a", now).take().map(Reservation::keep).is_ok()
    }

    #[test]
    fn counts_what_is_kept_and_gives_back_what_is_not() {
        let quotas = quotas(QuotaMode::Enforce);
        let meter = quotas.meter("a", NOON);
        meter.take().unwrap().keep();
        drop(meter.take().unwrap());
        assert_eq!(
            meter.usage(),
            Usage {
                tokens: 1,
                window_ends_in_seconds: 60
            }
        );
    }

    #[test]
    fn who_only_looks_takes_nothing() {
        let quotas = quotas(QuotaMode::Enforce);
        let meters = [quotas.meter("a", NOON); 5];
        assert!(meters.iter().all(|meter| meter.usage().tokens == 0));
        assert!(issues(&quotas, NOON));
    }

    #[test]
    fn refuses_beyond_an_enforced_quota_and_says_how_long() {
        let quotas = quotas(QuotaMode::Enforce);
        assert!(issues(&quotas, NOON) && issues(&quotas, NOON));
        let late = NOON.saturating_add_seconds(50);
        let refusal = quotas.meter("a", late).take().unwrap_err();
        assert_eq!(refusal.cause(), Cause::QuotaExceeded);
        assert_eq!(refusal.retry_after_seconds(), Some(10));
    }

    #[test]
    fn only_counts_beyond_a_quota_that_warns() {
        let quotas = quotas(QuotaMode::Warn);
        assert!((0..3).all(|_| issues(&quotas, NOON)));
        assert_eq!(quotas.meter("a", NOON).usage().tokens, 3);
    }

    #[test]
    fn begins_anew_with_each_window() {
        let quotas = quotas(QuotaMode::Enforce);
        let last_second = NOON.saturating_add_seconds(59);
        assert!(issues(&quotas, last_second) && issues(&quotas, last_second));
        assert!(!issues(&quotas, last_second));
        assert_eq!(quotas.meter("a", NEXT).usage().tokens, 0);
        assert!(issues(&quotas, NEXT));
    }

    #[test]
    fn a_request_that_comes_late_does_not_begin_the_window_anew() {
        let quotas = quotas(QuotaMode::Enforce);
        assert!(issues(&quotas, NEXT));
        assert!(issues(&quotas, NOON), "it is counted in the later window");
        assert!(!issues(&quotas, NEXT));
        assert!(!issues(&quotas, NOON));
        assert_eq!(quotas.meter("a", NOON).usage().window_ends_in_seconds, 120);
    }

    #[test]
    fn a_request_that_comes_late_does_not_exceed_its_own_window_either() {
        let quotas = quotas(QuotaMode::Enforce);
        assert!(issues(&quotas, NOON) && issues(&quotas, NOON));
        assert!(issues(&quotas, NEXT));
        assert!(!issues(&quotas, NOON));
        assert!(issues(&quotas, NEXT));
    }

    #[test]
    fn a_token_that_comes_back_late_is_missed_in_no_other_window() {
        let quotas = quotas(QuotaMode::Enforce);
        let slow = quotas.meter("a", NOON).take().unwrap();
        assert!(issues(&quotas, NEXT));
        drop(slow);
        assert_eq!(quotas.meter("a", NEXT).usage().tokens, 1);
    }

    #[test]
    fn who_has_no_quota_is_not_counted() {
        let quotas = quotas(QuotaMode::Enforce);
        let meter = quotas.meter("b", NOON);
        meter.take().unwrap().keep();
        assert_eq!(meter.usage(), Usage::default());
    }

    #[test]
    fn requests_at_once_take_the_last_token_once() {
        let quotas = quotas(QuotaMode::Enforce);
        let issued = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| issues(&quotas, NOON)))
                .collect();
            let issued = threads.into_iter().map(|thread| thread.join().unwrap());
            issued.filter(|issued| *issued).count()
        });
        assert_eq!(issued, 2);
    }
}
