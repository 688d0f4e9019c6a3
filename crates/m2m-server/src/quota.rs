//! How many tokens each application had in its window.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use m2m_authority::flow::Usage;
use m2m_authority::registry::Records;
use m2m_jwt::UnixTime;

/// The counters of all applications that have a quota, on this node, since it started.
#[derive(Debug)]
pub(crate) struct Quotas {
    windows: HashMap<Box<str>, Window>,
}

/// The counter of one application.
#[derive(Debug)]
struct Window {
    /// Unit: seconds, at least 1.
    length: u64,
    /// The number of the window since 1970 in the upper half, the tokens in it in the lower: one word, so that nobody sees the
    /// tokens of one window with the number of another.
    state: AtomicU64,
}

/// A token that is counted and not yet issued. It is given back when this is dropped, unless it is [kept](Self::keep).
#[derive(Debug)]
#[must_use = "a reservation that is dropped counts nothing"]
pub(crate) struct Reservation<'q> {
    window: Option<&'q Window>,
    number: u32,
    usage: Usage,
}

impl Quotas {
    /// Nothing is used yet.
    pub(crate) fn of(records: &Records) -> Self {
        let with_quota = records.applications.iter().filter_map(|application| {
            let length = application.token_quota?.window_seconds.max(1);
            Some((
                application.client_id.clone(),
                Window {
                    length,
                    state: AtomicU64::new(0),
                },
            ))
        });
        Self {
            windows: with_quota.collect(),
        }
    }

    /// Counts a token before it is decided whether there is one, so that no two requests can take the last.
    pub(crate) fn reserve(&self, client_id: &Arc<str>, now: UnixTime) -> Reservation<'_> {
        match self.windows.get(&**client_id) {
            Some(window) => window.reserve(now),
            None => Reservation {
                window: None,
                number: 0,
                usage: Usage::default(),
            },
        }
    }
}

impl Window {
    fn reserve(&self, now: UnixTime) -> Reservation<'_> {
        let seconds = now.as_seconds();
        let number = u32::try_from(seconds / self.length).unwrap_or(u32::MAX);
        let ends_in = self.length - seconds % self.length;
        let mut tokens = 0;
        self.change(|(current, count)| {
            tokens = if current == number { count } else { 0 };
            Some((number, tokens.saturating_add(1)))
        });
        let window_ends_in_seconds = u32::try_from(ends_in).unwrap_or(u32::MAX);
        let usage = Usage {
            tokens: u64::from(tokens),
            window_ends_in_seconds,
        };
        Reservation {
            window: Some(self),
            number,
            usage,
        }
    }

    fn change(&self, mut change: impl FnMut((u32, u32)) -> Option<(u32, u32)>) {
        // Nothing else is published by the counter, so that no order beyond its own is needed.
        let _ = self
            .state
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
                change(unpack(state))
                    .map(|(number, tokens)| u64::from(number) << 32 | u64::from(tokens))
            });
    }
}

fn unpack(state: u64) -> (u32, u32) {
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    (half(state >> 32), half(state))
}

impl Reservation<'_> {
    /// What was used before this token.
    pub(crate) const fn usage(&self) -> Usage {
        self.usage
    }

    /// The token was issued.
    pub(crate) fn keep(mut self) {
        self.window = None;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(window) = self.window {
            window.change(|(number, tokens)| {
                (number == self.number).then(|| (number, tokens.saturating_sub(1)))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Application, Quota, QuotaMode};

    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn quotas() -> Quotas {
        let mut application = Application::new("A", "a");
        application.token_quota = Some(Quota {
            tokens: 2,
            window_seconds: 60,
            mode: QuotaMode::Enforce,
        });
        Quotas::of(&Records {
            applications: vec![application],
            ..Records::default()
        })
    }

    #[test]
    fn counts_what_is_kept_and_gives_back_what_is_not() {
        let (quotas, a) = (quotas(), "a".into());
        quotas.reserve(&a, NOON).keep();
        drop(quotas.reserve(&a, NOON));
        assert_eq!(
            quotas.reserve(&a, NOON).usage(),
            Usage {
                tokens: 1,
                window_ends_in_seconds: 60
            }
        );
    }

    #[test]
    fn begins_anew_with_each_window() {
        let (quotas, a) = (quotas(), "a".into());
        let late = quotas.reserve(&a, NOON.saturating_add_seconds(59));
        assert_eq!(late.usage().window_ends_in_seconds, 1);
        late.keep();
        let next = quotas.reserve(&a, NOON.saturating_add_seconds(60));
        assert_eq!(next.usage().tokens, 0);
    }

    #[test]
    fn who_has_no_quota_is_not_counted() {
        let (quotas, b) = (quotas(), "b".into());
        quotas.reserve(&b, NOON).keep();
        assert_eq!(quotas.reserve(&b, NOON).usage(), Usage::default());
    }

    #[test]
    fn requests_at_once_take_the_last_token_once() {
        let quotas = quotas();
        let taken: Vec<u64> = std::thread::scope(|scope| {
            let take = || {
                let reservation = quotas.reserve(&"a".into(), NOON);
                let tokens = reservation.usage().tokens;
                reservation.keep();
                tokens
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(taken.iter().filter(|tokens| **tokens < 2).count(), 2);
    }
}
