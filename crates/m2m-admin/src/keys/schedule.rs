//! The schedule by which signing keys are replaced.

use m2m_authority::registry::{KeyOrigin, KeyState, Lifetime};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::KeyRecord;

use super::{KEY_ANNOUNCE_SECONDS, active};

/// The time for which the schedule announces a key before it signs: many verifiers read a JWK set once a day, whatever its `max-age`. Unit: seconds.
pub const SCHEDULED_ANNOUNCE_SECONDS: u64 = SECONDS_OF_DAY;

/// The schedule by which a server replaces the signing keys that it generated.
///
/// A key is replaced when it has signed for the period. The next key is announced [`SCHEDULED_ANNOUNCE_SECONDS`] before, or later if the server was stopped
/// then, and always for this time. A rotation by hand begins the period anew, and uses the key that the schedule has announced. A key that was imported is
/// never replaced: its operator decides when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeySchedule {
    /// The time for which a key signs. Zero if there is no schedule. Unit: seconds.
    period: u64,
}

/// A step that the schedule takes for an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduledStep<'k> {
    /// A new key is generated and announced.
    Announce,
    /// This key signs in the place of the active one.
    Sign(&'k KeyRecord),
    /// The clock was ahead when this key entered its state. The time in the state is counted from now on.
    CountAgain(&'k KeyRecord),
}

impl KeySchedule {
    /// No schedule: keys are rotated by operators only.
    pub const OFF: Self = Self { period: 0 };

    /// The minimum number of days of a schedule. With the replaced keys of the last 30 days, the longest lifetime of a token, and the key that is announced,
    /// the JWK set has room for one more key then, so that keys can also be rotated by hand.
    pub const MIN_DAYS: u32 = 7;

    /// Returns the schedule in which a key signs for this number of days; [`OFF`](Self::OFF) for zero.
    #[must_use]
    pub fn every_days(days: u32) -> Self {
        Self {
            period: u64::from(days).saturating_mul(SECONDS_OF_DAY),
        }
    }

    /// Returns the step that is due for an algorithm that APIs sign with, if there is one.
    #[must_use]
    pub fn due(
        self,
        keys: &[KeyRecord],
        algorithm: Algorithm,
        now: UnixTime,
    ) -> Option<ScheduledStep<'_>> {
        let signing = self.replaced(keys, algorithm)?;
        let next = next(keys, algorithm);
        if let Some(ahead) = next
            .into_iter()
            .chain([signing])
            .find(|key| key.state_since > now)
        {
            return Some(ScheduledStep::CountAgain(ahead));
        }
        let ends = signing.state_since.saturating_add_seconds(self.period);
        match next {
            None => (ends.saturating_sub_seconds(SCHEDULED_ANNOUNCE_SECONDS) <= now)
                .then_some(ScheduledStep::Announce),
            Some(next) => (ends.max(is_known(next)) <= now).then_some(ScheduledStep::Sign(next)),
        }
    }

    /// Returns the time of the next rotation of an algorithm that APIs sign with: the earliest time at which the schedule lets another key sign. `None` if
    /// the key that signs is not replaced by the schedule.
    #[must_use]
    pub fn next_rotation(
        self,
        keys: &[KeyRecord],
        algorithm: Algorithm,
        now: UnixTime,
    ) -> Option<UnixTime> {
        let signing = self.replaced(keys, algorithm)?;
        let since = signing.state_since.min(now);
        let known = next(keys, algorithm).map_or(now, |next| next.state_since.min(now));
        let known = known.saturating_add_seconds(SCHEDULED_ANNOUNCE_SECONDS);
        Some(since.saturating_add_seconds(self.period).max(known))
    }

    /// Returns the [time of the next rotation](Self::next_rotation) of a key that takes part in it: the one that signs, or the one that signs next.
    #[must_use]
    pub fn rotation_of(
        self,
        keys: &[KeyRecord],
        key: &KeyRecord,
        now: UnixTime,
    ) -> Option<UnixTime> {
        let algorithm = key.algorithm;
        // Of several keys that are announced, the first is the next one.
        let mut taking_part = [active(keys, algorithm), next(keys, algorithm)]
            .into_iter()
            .flatten();
        taking_part.find(|own| own.kid == key.kid)?;
        self.next_rotation(keys, algorithm, now)
    }

    /// Returns the key that signs with the algorithm, if the schedule replaces it.
    fn replaced(self, keys: &[KeyRecord], algorithm: Algorithm) -> Option<&KeyRecord> {
        let signing = active(keys, algorithm)?;
        (self.period > 0 && signing.origin == KeyOrigin::Generated).then_some(signing)
    }
}

/// Returns the latest time at which a key that no longer signs is removed from the JWK set: its last token has expired then, for every verifier. `None` for
/// keys in other states.
#[must_use]
pub fn retires_at(key: &KeyRecord) -> Option<UnixTime> {
    let seconds = u64::from(Lifetime::MAX.as_seconds());
    // Some more time, because other nodes may have signed with it until they noticed, and clocks differ.
    let seconds = seconds.saturating_add(KEY_ANNOUNCE_SECONDS);
    (key.state == KeyState::Retiring).then(|| key.state_since.saturating_add_seconds(seconds))
}

/// Returns the time from which every verifier knows an announced key.
fn is_known(next: &KeyRecord) -> UnixTime {
    next.state_since
        .saturating_add_seconds(SCHEDULED_ANNOUNCE_SECONDS)
}

/// Returns the announced key that signs next: the one that a rotation by hand takes too.
pub(super) fn next(keys: &[KeyRecord], algorithm: Algorithm) -> Option<&KeyRecord> {
    keys.iter()
        .find(|key| key.algorithm == algorithm && key.state == KeyState::Next)
}

const SECONDS_OF_DAY: u64 = 24 * 3600;

#[cfg(test)]
mod tests {
    use m2m_store::SealedKey;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
    const DAY: u64 = SECONDS_OF_DAY;
    const SCHEDULE: KeySchedule = KeySchedule { period: 90 * DAY };

    fn key(kid: &str, state: KeyState, since: UnixTime) -> KeyRecord {
        KeyRecord {
            kid: kid.into(),
            algorithm: Algorithm::Es256,
            state,
            origin: KeyOrigin::Generated,
            created_at: since,
            state_since: since,
            public_jwk: "{}".into(),
            sealed: SealedKey::from_bytes([]),
        }
    }

    fn after(days: u64) -> UnixTime {
        NOW.saturating_add_seconds(days * DAY)
    }

    fn due(keys: &[KeyRecord], now: UnixTime) -> Option<ScheduledStep<'_>> {
        SCHEDULE.due(keys, Algorithm::Es256, now)
    }

    #[test]
    fn x11_the_next_key_is_announced_a_day_before_it_signs() {
        let mut keys = vec![key("a", KeyState::Active, NOW)];
        let announced = after(89);
        assert_eq!(due(&keys, announced.saturating_sub_seconds(1)), None);
        assert_eq!(due(&keys, announced), Some(ScheduledStep::Announce));
        let rotation = SCHEDULE.next_rotation(&keys, Algorithm::Es256, NOW);
        assert_eq!(rotation, Some(after(90)));
        keys.push(key("b", KeyState::Next, announced));
        assert_eq!(due(&keys, after(90).saturating_sub_seconds(1)), None);
        assert_eq!(due(&keys, after(90)), Some(ScheduledStep::Sign(&keys[1])));
        // Another key that was announced has to wait for the rotation after it.
        keys.push(key("c", KeyState::Next, announced));
        let rotations = keys
            .iter()
            .map(|key| SCHEDULE.rotation_of(&keys, key, announced));
        let rotations: Vec<_> = rotations.collect();
        assert_eq!(rotations, [Some(after(90)), Some(after(90)), None]);
    }

    #[test]
    fn missed_periods_are_one_rotation() {
        let mut keys = vec![key("a", KeyState::Active, NOW)];
        let late = after(1000);
        assert_eq!(due(&keys, late), Some(ScheduledStep::Announce));
        let rotation = SCHEDULE.next_rotation(&keys, Algorithm::Es256, late);
        assert_eq!(rotation, Some(after(1001)));
        keys.push(key("b", KeyState::Next, late));
        assert_eq!(due(&keys, after(1001).saturating_sub_seconds(1)), None);
        assert_eq!(due(&keys, after(1001)), Some(ScheduledStep::Sign(&keys[1])));
        let keys = [
            key("a", KeyState::Retiring, after(1001)),
            key("b", KeyState::Active, after(1001)),
        ];
        assert_eq!(due(&keys, after(1001 + 88)), None);
    }

    #[test]
    fn an_imported_key_is_replaced_by_its_operator_only() {
        let imported = KeyRecord {
            origin: KeyOrigin::Imported,
            ..key("a", KeyState::Active, NOW)
        };
        let keys = [imported, key("b", KeyState::Next, NOW)];
        assert_eq!(due(&keys, after(1000)), None);
        let rotation = SCHEDULE.next_rotation(&keys, Algorithm::Es256, NOW);
        assert_eq!(rotation, None);
        // An imported key that is announced is meant to sign next.
        let imported = KeyRecord {
            origin: KeyOrigin::Imported,
            ..key("b", KeyState::Next, after(1))
        };
        let keys = [key("a", KeyState::Active, NOW), imported];
        assert_eq!(due(&keys, after(89)), None);
        assert_eq!(due(&keys, after(90)), Some(ScheduledStep::Sign(&keys[1])));
    }

    #[test]
    fn without_a_schedule_nothing_is_due() {
        let keys = [key("a", KeyState::Active, NOW)];
        for schedule in [KeySchedule::OFF, KeySchedule::every_days(0)] {
            assert_eq!(schedule.due(&keys, Algorithm::Es256, after(10_000)), None);
            let rotation = schedule.next_rotation(&keys, Algorithm::Es256, NOW);
            assert_eq!(rotation, None);
        }
    }

    #[test]
    fn only_the_algorithm_of_the_key_is_rotated() {
        let keys = [key("a", KeyState::Active, NOW)];
        assert_eq!(SCHEDULE.due(&keys, Algorithm::EdDsa, after(1000)), None);
    }

    #[test]
    fn f12_a_time_in_the_future_counts_from_now_on() {
        let keys = [key("a", KeyState::Active, after(4000))];
        let again = ScheduledStep::CountAgain(&keys[0]);
        assert_eq!(due(&keys, NOW), Some(again));
        let rotation = SCHEDULE.next_rotation(&keys, Algorithm::Es256, NOW);
        assert_eq!(rotation, Some(after(90)));
        let keys = [
            key("a", KeyState::Active, NOW),
            key("b", KeyState::Next, after(4000)),
        ];
        let again = ScheduledStep::CountAgain(&keys[1]);
        assert_eq!(due(&keys, after(90)), Some(again));
    }

    #[test]
    fn a_retiring_key_outlasts_every_token() {
        let retiring = key("a", KeyState::Retiring, NOW);
        let expected = after(30).saturating_add_seconds(KEY_ANNOUNCE_SECONDS);
        assert_eq!(retires_at(&retiring), Some(expected));
        assert_eq!(retires_at(&key("a", KeyState::Active, NOW)), None);
    }
}
