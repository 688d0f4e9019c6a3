//! The times at which keys are fetched, used and refreshed. Times are durations since the start of the program's source of keys.

use core::time::Duration;

use http::{HeaderMap, header};

/// The time for which keys are fresh if the issuer does not state it.
const UNSTATED_FRESHNESS: Duration = Duration::from_secs(600);

/// The limits of the time that an issuer can state: an issuer that forbids caching must not lead to a fetch for each call, and one that allows it
/// for a year must be able to replace its keys.
pub(super) const MIN_FRESHNESS: Duration = Duration::from_secs(60);
const MAX_FRESHNESS: Duration = Duration::from_secs(24 * 3600);

/// The minimum time between the end of a fetch and the start of the next.
pub(super) const MIN_PAUSE: Duration = Duration::from_secs(1);

/// The maximum time between two fetches that an issuer can ask for with `Retry-After`.
const MAX_PAUSE: Duration = Duration::from_secs(600);

/// The fetches of one issuer: at most one is in flight, and two do not start within the cool-down.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    is_in_flight: bool,
    started_at: Duration,
    /// The time before which no fetch starts.
    not_before: Duration,
}

/// The answer to the question whether to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetch {
    /// Fetch now. The fetch counts as in flight.
    Start,
    /// Wait for the fetch in flight.
    Wait,
    /// The next fetch may start after this time.
    NotWithin(Duration),
}

impl Fetches {
    pub(super) const fn start(&mut self, now: Duration) -> Fetch {
        if self.is_in_flight {
            return Fetch::Wait;
        }
        let pause = self.pause(now);
        if !pause.is_zero() {
            return Fetch::NotWithin(pause);
        }
        self.is_in_flight = true;
        self.started_at = now;
        Fetch::Start
    }

    /// Records the end of the fetch in flight, and the time for which the issuer has asked to be left alone.
    pub(super) fn ended(&mut self, now: Duration, cool_down: Duration, stated: Option<Duration>) {
        self.is_in_flight = false;
        let stated = stated.unwrap_or_default().min(MAX_PAUSE);
        self.not_before = self
            .started_at
            .saturating_add(cool_down)
            .max(now.saturating_add(stated.max(MIN_PAUSE)));
    }

    /// Returns the time until the next fetch may start.
    pub(super) const fn pause(&self, now: Duration) -> Duration {
        self.not_before.saturating_sub(now)
    }
}

/// The time from the fetch at which keys are fetched again.
pub(super) fn refresh(freshness: Duration) -> Duration {
    freshness.saturating_mul(3) / 4
}

/// Returns the time for which the keys in an answer with these headers are fresh: `max-age`, less the `age` that the answer has already, within the
/// limits.
///
/// Source: RFC 9111, section 4.2, <https://www.rfc-editor.org/rfc/rfc9111#section-4.2>.
pub(super) fn freshness(headers: &HeaderMap) -> Duration {
    let seconds = |text: &str| text.trim().trim_matches('"').parse().ok();
    let max_age = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|directive| {
            let (name, value) = directive.split_once('=')?;
            let is_max_age = name.trim().eq_ignore_ascii_case("max-age");
            is_max_age.then(|| seconds(value)).flatten()
        });
    let age = headers
        .get(header::AGE)
        .and_then(|value| seconds(value.to_str().ok()?));
    let stated =
        max_age.map(|max_age: u64| Duration::from_secs(max_age.saturating_sub(age.unwrap_or(0))));
    stated
        .unwrap_or(UNSTATED_FRESHNESS)
        .clamp(MIN_FRESHNESS, MAX_FRESHNESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn one_fetch_is_in_flight_and_one_starts_in_a_cool_down() {
        let mut fetches = Fetches::default();
        let cool_down = 10 * SECOND;
        assert_eq!(fetches.start(5 * SECOND), Fetch::Start);
        assert_eq!(fetches.start(5 * SECOND), Fetch::Wait);
        assert_eq!(fetches.start(500 * SECOND), Fetch::Wait);
        fetches.ended(6 * SECOND, cool_down, None);
        assert_eq!(fetches.start(12 * SECOND), Fetch::NotWithin(3 * SECOND));
        assert_eq!(fetches.start(15 * SECOND), Fetch::Start);
        // A fetch that takes longer than the cool-down is not followed by another at once.
        fetches.ended(40 * SECOND, cool_down, None);
        assert_eq!(fetches.start(40 * SECOND), Fetch::NotWithin(SECOND));
        assert_eq!(fetches.start(41 * SECOND), Fetch::Start);
        // The issuer asks to be left alone.
        fetches.ended(42 * SECOND, cool_down, Some(120 * SECOND));
        assert_eq!(fetches.pause(42 * SECOND), 120 * SECOND);
        assert_eq!(fetches.start(162 * SECOND), Fetch::Start);
        fetches.ended(163 * SECOND, cool_down, Some(Duration::MAX));
        assert_eq!(fetches.pause(163 * SECOND), 600 * SECOND);
    }

    #[test]
    fn x28_keys_are_fresh_for_the_stated_time_within_limits() {
        for (cache_control, age, expected) in [
            (&[][..], None, 600),
            (&["max-age=300"], None, 300),
            (&["public, MAX-AGE = 300"], None, 300),
            (&["public", "max-age=\"300\""], None, 300),
            (&["max-age=300"], Some("100"), 200),
            (&["max-age=300"], Some("1000"), 60),
            (&["max-age=0"], None, 60),
            (&["no-store"], None, 600),
            (&["s-maxage=5, max-age=300"], None, 300),
            (&["max-age=31536000"], None, 86_400),
            (&["max-age=99999999999999999999"], None, 600),
            (&["max-age=-1"], None, 600),
        ] {
            let mut headers = HeaderMap::new();
            for value in cache_control {
                headers.append(header::CACHE_CONTROL, value.parse().unwrap());
            }
            if let Some(age) = age {
                headers.insert(header::AGE, age.parse().unwrap());
            }
            assert_eq!(
                freshness(&headers),
                Duration::from_secs(expected),
                "{cache_control:?} {age:?}"
            );
        }
    }
}
