//! How many tokens an application had in its window.

mod counters;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
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

/// A token that is counted and not yet issued. It is given back when this is dropped, unless it is [kept](Self::keep).
#[derive(Debug)]
#[must_use = "a reservation that is dropped counts nothing"]
pub struct Reservation(Option<Place>);

/// The counter of one application. It takes no lock: a request that is late for a window costs another nothing.
#[derive(Debug)]
pub(crate) struct Counter {
    /// Of its windows. Unit: seconds, at least 1.
    length: u64,
    window: ArcSwap<Window>,
    /// When a token was last taken. Unit: seconds since 1970.
    used_at: AtomicU64,
}

/// The latest window that any request was in.
///
/// Requests do not come here in the order of their times: a thread that was interrupted comes late, a clock is set back. A
/// window that has begun is not left again for an earlier one, for else its tokens would be forgotten.
#[derive(Debug)]
struct Window {
    /// Its number since 1970.
    number: u64,
    /// The tokens in it, those of requests from earlier windows that came late included.
    tokens: Arc<AtomicU64>,
    /// The tokens of the window before it, and again those that came late. They leave no room for more, as that window has
    /// no more than its quota either.
    tokens_before: Arc<AtomicU64>,
}

/// Where a token is counted.
#[derive(Debug)]
struct Place {
    /// The window that counts it.
    window: Arc<Window>,
    /// Whether its request belongs to an earlier one.
    late: bool,
}

impl<'q> Meter<'q> {
    pub(crate) fn new(counter: Option<&'q Counter>, quota: Option<Quota>, now: UnixTime) -> Self {
        Self {
            metered: counter.zip(quota),
            now,
        }
    }

    /// What is used. Who only looks takes nothing from those who will get a token.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let Some((counter, _)) = self.metered else {
            return Usage::default();
        };
        let own = counter.own_window(self.now);
        let window = counter.window.load();
        let (number, tokens) = if window.number < own {
            (own, 0)
        } else {
            (window.number, window.used(own < window.number))
        };
        Usage {
            tokens,
            window_ends_in_seconds: counter.ends_in(number, self.now),
        }
    }

    /// Takes a token. Where the quota is enforced nobody gets one beyond it, however many ask at once.
    ///
    /// # Errors
    ///
    /// [`Cause::QuotaExceeded`] if others have taken the last.
    pub fn take(&self) -> Result<Reservation, Refusal> {
        let Some((counter, quota)) = self.metered else {
            return Ok(Reservation(None));
        };
        let place = counter.enter(self.now);
        let most = match quota.mode {
            QuotaMode::Enforce => quota.tokens,
            QuotaMode::Warn => u64::MAX,
        };
        if place.take(most) {
            Ok(Reservation(Some(place)))
        } else {
            let seconds = counter.ends_in(place.window.number, self.now);
            Err(Refusal::of(Cause::QuotaExceeded).retry_after(seconds.max(1)))
        }
    }
}

impl Reservation {
    /// The token was issued.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            place.give_back();
        }
    }
}

impl Counter {
    /// A counter of windows of this length, in seconds, with this many tokens in the present one.
    pub(crate) fn new(window_seconds: u64, tokens: u64, now: UnixTime) -> Self {
        let length = window_seconds.max(1);
        let window = Window {
            number: now.as_seconds() / length,
            tokens: Arc::new(AtomicU64::new(tokens)),
            tokens_before: Arc::default(),
        };
        Self {
            length,
            window: ArcSwap::from_pointee(window),
            used_at: AtomicU64::new(now.as_seconds()),
        }
    }

    /// Whether it counts windows of this length. Unit: seconds.
    pub(crate) fn counts(&self, window_seconds: u64) -> bool {
        self.length == window_seconds.max(1)
    }

    /// The window of `now`, or a later one that has begun already.
    fn enter(&self, now: UnixTime) -> Place {
        // Many tokens a second need one write of it.
        if self.used_at.load(Ordering::Relaxed) != now.as_seconds() {
            self.used_at.store(now.as_seconds(), Ordering::Relaxed);
        }
        let own = self.own_window(now);
        let mut window = self.window.load_full();
        while window.number < own {
            let next = Arc::new(window.followed_by(own));
            let before = self.window.compare_and_swap(&window, Arc::clone(&next));
            window = if Arc::ptr_eq(&before, &window) {
                next
            } else {
                self.window.load_full()
            };
        }
        Place {
            late: own < window.number,
            window,
        }
    }

    const fn own_window(&self, now: UnixTime) -> u64 {
        now.as_seconds() / self.length
    }

    /// Until the window with this number ends. Unit: seconds.
    fn ends_in(&self, number: u64, now: UnixTime) -> u32 {
        let end = number.saturating_add(1).saturating_mul(self.length);
        u32::try_from(end.saturating_sub(now.as_seconds())).unwrap_or(u32::MAX)
    }
}

impl Window {
    fn followed_by(&self, number: u64) -> Self {
        let follows = number == self.number.saturating_add(1);
        Self {
            number,
            tokens: Arc::default(),
            // The very count: a request of that window that is still under way is seen by those that come late.
            tokens_before: if follows {
                Arc::clone(&self.tokens)
            } else {
                Arc::default()
            },
        }
    }

    /// How many tokens stand against one more.
    fn used(&self, late: bool) -> u64 {
        let tokens = self.tokens.load(Ordering::SeqCst);
        if late {
            tokens.max(self.tokens_before.load(Ordering::SeqCst))
        } else {
            tokens
        }
    }
}

impl Place {
    /// Takes a token if there are fewer than `most`, and says whether.
    fn take(&self, most: u64) -> bool {
        if self.late && !take_one(&self.window.tokens_before, most) {
            return false;
        }
        let taken = take_one(&self.window.tokens, most);
        if self.late && !taken {
            give_one_back(&self.window.tokens_before);
        }
        taken
    }

    fn give_back(&self) {
        give_one_back(&self.window.tokens);
        if self.late {
            give_one_back(&self.window.tokens_before);
        }
    }
}

fn take_one(tokens: &AtomicU64, most: u64) -> bool {
    let more = |tokens: u64| (tokens < most).then(|| tokens.saturating_add(1));
    tokens
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more)
        .is_ok()
}

fn give_one_back(tokens: &AtomicU64) {
    // What is given back was taken before, so that there is one.
    tokens.fetch_sub(1, Ordering::SeqCst);
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

        /// Whether there was a token to take.
        fn issues(&self, now: UnixTime) -> bool {
            self.meter(now).take().map(Reservation::keep).is_ok()
        }
    }

    #[test]
    fn counts_what_is_kept_and_gives_back_what_is_not() {
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
    fn who_only_looks_takes_nothing() {
        let application = Application::new(QuotaMode::Enforce);
        let meters = [application.meter(NOON); 5];
        assert!(meters.iter().all(|meter| meter.usage().tokens == 0));
        assert!(application.issues(NOON));
    }

    #[test]
    fn refuses_beyond_an_enforced_quota_and_says_how_long() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NOON) && application.issues(NOON));
        let late = NOON.saturating_add_seconds(50);
        let refusal = application.meter(late).take().unwrap_err();
        assert_eq!(refusal.cause(), Cause::QuotaExceeded);
        assert_eq!(refusal.retry_after_seconds(), Some(10));
    }

    #[test]
    fn only_counts_beyond_a_quota_that_warns() {
        let application = Application::new(QuotaMode::Warn);
        assert!((0..3).all(|_| application.issues(NOON)));
        assert_eq!(application.meter(NOON).usage().tokens, 3);
    }

    #[test]
    fn begins_anew_with_each_window() {
        let application = Application::new(QuotaMode::Enforce);
        let last_second = NOON.saturating_add_seconds(59);
        assert!(application.issues(last_second) && application.issues(last_second));
        assert!(!application.issues(last_second));
        assert_eq!(application.meter(NEXT).usage().tokens, 0);
        assert!(application.issues(NEXT));
    }

    #[test]
    fn a_request_that_comes_late_does_not_begin_the_window_anew() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NEXT));
        assert!(
            application.issues(NOON),
            "it is counted in the later window"
        );
        assert!(!application.issues(NEXT));
        assert!(!application.issues(NOON));
        let usage = application.meter(NOON).usage();
        assert_eq!(usage.window_ends_in_seconds, 120);
    }

    #[test]
    fn a_request_that_comes_late_does_not_exceed_its_own_window_either() {
        let application = Application::new(QuotaMode::Enforce);
        assert!(application.issues(NOON) && application.issues(NOON));
        assert!(application.issues(NEXT));
        assert!(!application.issues(NOON));
        assert!(application.issues(NEXT));
    }

    #[test]
    fn a_token_that_comes_back_late_is_missed_in_no_other_window() {
        let application = Application::new(QuotaMode::Enforce);
        let slow = application.meter(NOON).take().unwrap();
        assert!(application.issues(NEXT));
        drop(slow);
        assert_eq!(application.meter(NEXT).usage().tokens, 1);
    }

    #[test]
    fn who_has_no_quota_is_not_counted() {
        let meter = Meter::new(None, None, NOON);
        meter.take().unwrap().keep();
        assert_eq!(meter.usage(), Usage::default());
    }

    #[test]
    fn goes_on_from_what_was_counted_before() {
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
    fn requests_at_once_take_the_last_token_once() {
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
