//! The times at which tokens are renewed, and at which failed requests are tried again.

use core::time::Duration;

use fastrand::Rng;

/// The lifetime of a token whose server does not state it (`expires_in` is only recommended, RFC 6749, section 5.1).
pub(super) const UNSTATED_LIFETIME: Duration = Duration::from_secs(300);

/// The maximum time by which a token is given up before it expires: a call takes time, and the clock of the API differs.
const MAX_MARGIN: Duration = Duration::from_secs(10);

/// The time after the first failure at which the request is tried again. It doubles with each failure.
const FIRST_RETRY: Duration = Duration::from_millis(500);

/// The time after the first refusal that is not temporary, within which callers get the same refusal. It doubles with each refusal.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The maximum time between two attempts, unless the server states a longer one.
const MAX_RETRY: Duration = Duration::from_secs(30);

/// The maximum time that a server can state.
const MAX_STATED: Duration = Duration::from_secs(3600);

/// Returns the time after its request at which a token is renewed: between 75 % and 85 % of its lifetime, at random, so that the instances of
/// a service that were started together do not renew together.
pub(super) fn renewal(lifetime: Duration, random: &mut Rng) -> Duration {
    lifetime.mul_f64(0.75 + 0.1 * random.f64())
}

/// Returns the time after its request up to which a token is used.
pub(super) fn usable(lifetime: Duration) -> Duration {
    lifetime.saturating_sub(MAX_MARGIN.min(lifetime / 10))
}

/// The kind of a failed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The request may succeed later, at a time that the server may have stated.
    Temporary { stated: Option<Duration> },
    /// The request fails until a person changes something.
    Permanent,
}

/// Returns the time until the next attempt after this number of failures in a row, of which the last one was of this kind: half of it is fixed,
/// and half is random.
pub(super) fn pause(kind: Kind, failures: u32, random: &mut Rng) -> Duration {
    let (first, stated) = match kind {
        Kind::Temporary { stated } => (FIRST_RETRY, stated.unwrap_or_default()),
        Kind::Permanent => (FIRST_PAUSE, Duration::ZERO),
    };
    let doubled = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .map_or(MAX_RETRY, |times| {
            first.saturating_mul(times).min(MAX_RETRY)
        });
    doubled
        .mul_f64(0.5 + 0.5 * random.f64())
        .max(stated.min(MAX_STATED))
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_renewed_before_it_is_no_longer_used(seconds in 1_u64..10_000_000, seed: u64) {
            let lifetime = Duration::from_secs(seconds);
            let renewal = renewal(lifetime, &mut Rng::with_seed(seed));
            prop_assert!(renewal >= lifetime.mul_f64(0.75));
            prop_assert!(renewal < usable(lifetime));
            prop_assert!(usable(lifetime) < lifetime);
        }

        #[test]
        fn a_pause_grows_up_to_half_a_minute(failures in 1_u32..1000, seed: u64) {
            let mut random = Rng::with_seed(seed);
            let temporary = pause(Kind::Temporary { stated: None }, failures, &mut random);
            prop_assert!(temporary >= FIRST_RETRY / 2 && temporary <= MAX_RETRY);
            prop_assert!(failures < 8 || temporary >= MAX_RETRY / 2);
            let permanent = pause(Kind::Permanent, failures, &mut random);
            prop_assert!(permanent >= FIRST_PAUSE / 2 && permanent <= MAX_RETRY);
        }

        #[test]
        fn a_stated_time_is_waited_for_up_to_an_hour(seconds in 31_u64..1_000_000, failures in 1_u32..1000, seed: u64) {
            let stated = Duration::from_secs(seconds);
            let kind = Kind::Temporary { stated: Some(stated) };
            let pause = pause(kind, failures, &mut Rng::with_seed(seed));
            prop_assert_eq!(pause, stated.min(MAX_STATED));
        }
    }
}
