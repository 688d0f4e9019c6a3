//! The number of tokens that an application has had in the window of its quota.

mod counters;

use std::sync::{Mutex, MutexGuard, PoisonError};

use m2m_authority::Refusal;
use m2m_authority::flow::Usage;
use m2m_authority::registry::{Quota, QuotaMode};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

pub(crate) use counters::Counters;

/// The quota of one application, if it has one, at the time of a request.
#[derive(Debug, Clone, Copy)]
pub struct Meter<'q> {
    metered: Option<(&'q Counter, Quota)>,
    now: UnixTime,
}

/// A token that is counted and not yet issued. It is returned when this is dropped, unless it is [kept](Self::keep).
#[derive(Debug)]
#[must_use = "a reservation that is dropped counts nothing"]
pub struct Reservation<'q>(Option<Place<'q>>);

/// The counter of one application. Only requests of this application wait for each other, for as long as an addition takes.
#[derive(Debug)]
pub(crate) struct Counter {
    /// The length of its windows. Unit: seconds, at least 1.
    length: u64,
    counts: Mutex<Counts>,
}

/// The counts of the latest window that any request was in, and of the window before it.
///
/// Requests do not arrive here in the order of their times: a thread that was interrupted comes late, or a clock is set back. A
/// window that has begun is not left again for an earlier one, because its tokens would be forgotten.
#[derive(Debug)]
struct Counts {
    /// The number of the window since 1970.
    window: u64,
    /// The tokens in it, those of requests from earlier windows that came late included.
    tokens: u64,
    /// The tokens of the window before it, and again those that came late. They leave no room for more, as that window has
    /// no more than its quota either.
    tokens_before: u64,
    /// The time at which a token was last taken.
    used_at: UnixTime,
}

/// The window that counts a token.
#[derive(Debug)]
struct Place<'q> {
    counter: &'q Counter,
    /// Its number since 1970.
    window: u64,
    /// True if the request belongs to an earlier window.
    late: bool,
}

impl<'q> Meter<'q> {
    pub(crate) fn new(counter: Option<&'q Counter>, quota: Option<Quota>, now: UnixTime) -> Self {
        Self {
            metered: counter.zip(quota),
            now,
        }
    }

    /// Returns the current usage. Reading it does not reserve a token.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let Some((counter, _)) = self.metered else {
            return Usage::default();
        };
        let own = counter.window(self.now);
        let counts = counter.lock();
        let (window, tokens) = if counts.window < own {
            (own, 0)
        } else {
            (counts.window, counts.used(own))
        };
        Usage {
            tokens,
            window_ends_in_seconds: counter.ends_in(window, self.now),
        }
    }

    /// Takes a token. If the quota is enforced, no request gets one beyond it, however many arrive at once.
    ///
    /// # Errors
    ///
    /// [`Cause::QuotaExceeded`] if other requests have taken the last one.
    pub fn take(&self) -> Result<Reservation<'q>, Refusal> {
        let Some((counter, quota)) = self.metered else {
            return Ok(Reservation(None));
        };
        let most = match quota.mode {
            QuotaMode::Enforce => quota.tokens,
            QuotaMode::Warn => u64::MAX,
        };
        counter.take(most, self.now).map_err(|window| {
            let seconds = counter.ends_in(window, self.now);
            Refusal::of(Cause::QuotaExceeded).retry_after(seconds.max(1))
        })
    }
}

impl Reservation<'_> {
    /// Keeps the token counted, because it was issued.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            place.counter.lock().give_back(&place);
        }
    }
}

impl Counter {
    /// Returns a counter of windows of this length, in seconds, with this many tokens in the current one.
    pub(crate) fn new(window_seconds: u64, tokens: u64, now: UnixTime) -> Self {
        let length = window_seconds.max(1);
        Self {
            length,
            counts: Mutex::new(Counts {
                window: now.as_seconds() / length,
                tokens,
                tokens_before: 0,
                used_at: now,
            }),
        }
    }

    /// Returns true if it counts windows of this length. Unit: seconds.
    pub(crate) fn counts(&self, window_seconds: u64) -> bool {
        self.length == window_seconds.max(1)
    }

    /// Returns the time since a token was last taken. Unit: seconds.
    fn idle_seconds(&self, now: UnixTime) -> u64 {
        let used_at = self.lock().used_at;
        now.as_seconds().saturating_sub(used_at.as_seconds())
    }

    /// Takes a token if fewer than `most` are counted. The error is the number of the window that is full.
    fn take(&self, most: u64, now: UnixTime) -> Result<Reservation<'_>, u64> {
        let own = self.window(now);
        let mut counts = self.lock();
        counts.used_at = now;
        counts.advance(own);
        if counts.used(own) >= most {
            return Err(counts.window);
        }
        let late = own < counts.window;
        counts.tokens = counts.tokens.saturating_add(1);
        if late {
            counts.tokens_before = counts.tokens_before.saturating_add(1);
        }
        Ok(Reservation(Some(Place {
            counter: self,
            window: counts.window,
            late,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // A panic cannot leave the counts half changed.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    const fn window(&self, now: UnixTime) -> u64 {
        now.as_seconds() / self.length
    }

    /// Returns the time until the window with this number ends. Unit: seconds.
    fn ends_in(&self, window: u64, now: UnixTime) -> u32 {
        let end = window.saturating_add(1).saturating_mul(self.length);
        u32::try_from(end.saturating_sub(now.as_seconds())).unwrap_or(u32::MAX)
    }
}

impl Counts {
    /// Begins the window with this number, unless it or a later one has begun already.
    const fn advance(&mut self, window: u64) {
        if window <= self.window {
            return;
        }
        self.tokens_before = if window - self.window == 1 {
            self.tokens
        } else {
            0
        };
        self.tokens = 0;
        self.window = window;
    }

    /// Returns the number of tokens that a quota is compared with, for a request of the window `own`.
    fn used(&self, own: u64) -> u64 {
        if own < self.window {
            self.tokens.max(self.tokens_before)
        } else {
            self.tokens
        }
    }

    /// Removes a token from the windows that counted it, as far as they are still kept.
    const fn give_back(&mut self, place: &Place<'_>) {
        let follows = self.window == place.window.saturating_add(1);
        if self.window == place.window {
            self.tokens = self.tokens.saturating_sub(1);
        }
        if follows || (place.late && self.window == place.window) {
            self.tokens_before = self.tokens_before.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);
    const NEXT: UnixTime = UnixTime::from_seconds(1_800_014_460);

    /// A counter of an application that may have two tokens a minute.
    struct Application(Counter, Quota);

    impl Application {
        fn new(mode: QuotaMode) -> Self {
            let quota = Quota {
                tokens: 2,
                per: "1m".parse().expect("a minute"),
                mode,
            };
            Self(Counter::new(60, 0, NOON), quota)
        }

        fn meter(&self, now: UnixTime) -> Meter<'_> {
            Meter::new(Some(&self.0), Some(self.1), now)
        }

        /// Returns true if there was a token to take.
        fn issues(&self, now: UnixTime) -> bool {
            self.meter(now).take().map(Reservation::keep).is_ok()
        }
    }

    #[test]
    fn a_token_that_is_not_kept_is_returned() {
        let application = Application::new(QuotaMode::Enforce);
        let meter = application.meter(NOON);
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
    fn reading_the_usage_takes_no_token() {
        let application = Application::new(QuotaMode::Enforce);
        let meters = [application.meter(NOON); 5];
        assert!(meters.iter().all(|meter| meter.usage().tokens == 0));
        assert!(application.issues(NOON));
    }

    #[test]
    fn an_enforced_quota_refuses_with_the_time_to_wait() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NOON) && application.issues(NOON));
        let late = NOON.saturating_add_seconds(50);
        let refusal = application.meter(late).take().unwrap_err();
        assert_eq!(refusal.cause(), Cause::QuotaExceeded);
        assert_eq!(refusal.retry_after_seconds(), Some(10));
    }

    #[test]
    fn a_quota_that_warns_only_counts() {
        let application = Application::new(QuotaMode::Warn);
        assert!((0..3).all(|_| application.issues(NOON)));
        assert_eq!(application.meter(NOON).usage().tokens, 3);
    }

    #[test]
    fn each_window_begins_at_zero() {
        let application = Application::new(QuotaMode::Enforce);
        let last_second = NOON.saturating_add_seconds(59);
        assert!(application.issues(last_second) && application.issues(last_second));
        assert!(!application.issues(last_second));
        assert_eq!(application.meter(NEXT).usage().tokens, 0);
        assert!(application.issues(NEXT));
    }

    #[test]
    fn a_late_request_does_not_reset_the_window() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NEXT));
        assert!(
            application.issues(NOON),
            "the token is counted in the later window"
        );
        assert!(!application.issues(NEXT));
        assert!(!application.issues(NOON));
        let usage = application.meter(NOON).usage();
        assert_eq!(usage.window_ends_in_seconds, 120);
    }

    #[test]
    fn a_late_request_does_not_exceed_its_own_window() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NOON) && application.issues(NOON));
        assert!(application.issues(NEXT));
        assert!(!application.issues(NOON));
        assert!(application.issues(NEXT));
    }

    #[test]
    fn a_token_returned_late_changes_no_other_window() {
        let application = Application::new(QuotaMode::Enforce);
        let slow = application.meter(NOON).take().unwrap();
        assert!(application.issues(NEXT));
        drop(slow);
        assert_eq!(application.meter(NEXT).usage().tokens, 1);
    }

    #[test]
    fn a_returned_token_makes_room_in_every_window_that_counted_it() {
        let application = Application::new(QuotaMode::Enforce);
        let slow = application.meter(NOON).take().unwrap();
        assert!(application.issues(NOON));
        let next = application.meter(NEXT).take().unwrap();
        assert!(
            !application.issues(NOON),
            "the window of the late request is full"
        );
        drop(slow);
        let late = application.meter(NOON).take().unwrap();
        assert!(
            !application.issues(NEXT),
            "the late request is counted there"
        );
        drop(late);
        assert!(application.issues(NOON));
        drop(next);
        assert!(application.issues(NEXT));
        assert!(!application.issues(NEXT));
    }

    #[test]
    fn a_token_returned_two_windows_later_changes_no_count() {
        let application = Application::new(QuotaMode::Enforce);
        let slow = application.meter(NOON).take().unwrap();
        let after_next = NEXT.saturating_add_seconds(60);
        assert!(application.issues(NEXT) && application.issues(NEXT));
        assert!(application.issues(after_next));
        drop(slow);
        assert!(!application.issues(NEXT));
        assert_eq!(application.meter(after_next).usage().tokens, 1);
    }

    #[test]
    fn an_application_without_a_quota_is_not_counted() {
        let meter = Meter::new(None, None, NOON);
        meter.take().unwrap().keep();
        assert_eq!(meter.usage(), Usage::default());
    }

    #[test]
    fn a_counter_continues_from_the_stored_count() {
        let mut application = Application::new(QuotaMode::Enforce);
        application.0 = Counter::new(60, 1, NOON);
        assert!(application.issues(NOON));
        assert!(!application.issues(NOON));
    }

    #[test]
    fn another_number_of_tokens_takes_effect_at_once() {
        let mut application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NOON) && application.issues(NOON));
        application.1.tokens = 3;
        assert!(application.issues(NOON));
        application.1.tokens = 1;
        assert!(!application.issues(NOON));
    }

    #[test]
    fn concurrent_requests_take_the_last_token_once() {
        let application = Application::new(QuotaMode::Enforce);
        let issued = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| application.issues(NOON)))
                .collect();
            let issued = threads.into_iter().map(|thread| thread.join().unwrap());
            issued.filter(|issued| *issued).count()
        });
        assert_eq!(issued, 2);
    }

    #[test]
    fn threads_on_both_sides_of_a_boundary_exceed_neither_window() {
        let mut application = Application::new(QuotaMode::Enforce);
        application.1.tokens = 1_000;
        let issue = |of_window: UnixTime| {
            let tries = 0..2_000;
            tries.filter(|_| application.issues(of_window)).count()
        };
        let (before, after) = std::thread::scope(|scope| {
            let before: Vec<_> = (0..2).map(|_| scope.spawn(|| issue(NOON))).collect();
            let after: Vec<_> = (0..2).map(|_| scope.spawn(|| issue(NEXT))).collect();
            let sum = |threads: Vec<std::thread::ScopedJoinHandle<'_, usize>>| -> usize {
                threads.into_iter().map(|one| one.join().unwrap()).sum()
            };
            (sum(before), sum(after))
        });
        assert!(before <= 1_000 && after <= 1_000, "{before} {after}");
        assert!(before + after >= 1_000);
    }
}
