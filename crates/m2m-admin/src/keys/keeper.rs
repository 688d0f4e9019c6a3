//! The signing keys of a server while it runs: the steps that it takes by itself, and what it logs about them.

use core::fmt::Display;
use std::time::Duration;

use m2m_authority::registry::{KeyState, time_text};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::{Backend, KeyRecord, SealingKey, Uptime};
use serde_json::{Value, json};

use super::active;
use super::clock_watch::ClockWatch;
use super::keep::{KeyStep, KeysKept, keep_keys};
use super::schedule::KeySchedule;
use crate::Randomness;

/// Takes the steps of signing keys that are due, and notices when keys change, on whichever node they were changed.
#[derive(Debug)]
pub struct KeyKeeper {
    schedule: KeySchedule,
    clock: ClockWatch,
    /// The time of the last attempt.
    last: Option<Uptime>,
    /// The failures of the last attempt, which are not logged again.
    failures: Vec<String>,
    /// The keys at the last look; `None` before the first.
    known: Option<Vec<(Box<str>, KeyState)>>,
}

/// The result of [`KeyKeeper::tick`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeyReport {
    /// The lines for the log.
    pub lines: Vec<Value>,
    /// The number of steps that failed.
    pub failed: u64,
}

/// The age of a key that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAge {
    /// The time for which it has signed. Unit: seconds.
    pub seconds: u64,
    /// The time at which the schedule replaces it, if it does.
    pub rotates_at: Option<UnixTime>,
}

impl KeyKeeper {
    /// Returns a keeper that has not looked at the clock and the keys yet.
    #[must_use]
    pub fn new(schedule: KeySchedule) -> Self {
        Self {
            schedule,
            clock: ClockWatch::default(),
            last: None,
            failures: Vec::new(),
            known: None,
        }
    }

    /// Looks at the clock, and [takes the steps that are due](keep_keys), the first time and then once a minute. To be called about every second. A step
    /// that fails is attempted again a minute later, and its reason is logged once.
    pub async fn tick<B: Backend>(
        &mut self,
        backend: &B,
        sealing: &SealingKey,
        randomness: &mut dyn Randomness,
        now: UnixTime,
        uptime: Uptime,
    ) -> KeyReport {
        let clock = self.clock.look(now, uptime);
        if !self.is_due(uptime) {
            return KeyReport::default();
        }
        self.last = Some(uptime);
        let kept = keep_keys(backend, clock, self.schedule, sealing, randomness, now).await;
        let (steps, failures) = match kept {
            Ok(KeysKept { steps, refused }) => {
                let refused = refused.iter();
                let refused = refused.map(|(algorithm, why)| format!("{algorithm}: {why}"));
                (steps, refused.collect())
            }
            Err(error) => (Vec::new(), vec![error.to_string()]),
        };
        let steps = steps.iter().map(|step| taken(step, now));
        let fresh = failures.iter().filter(|why| !self.failures.contains(why));
        let lines = steps.chain(fresh.map(|why| failed(why, now))).collect();
        let report = KeyReport {
            lines,
            failed: u64::try_from(failures.len()).unwrap_or(u64::MAX),
        };
        self.failures = failures;
        report
    }

    /// Returns true if the next [`tick`](Self::tick) takes the steps that are due.
    #[must_use]
    pub fn is_due(&self, uptime: Uptime) -> bool {
        self.last.is_none_or(|last| uptime.since(last) >= INTERVAL)
    }

    /// Returns the age of the key that signs with each algorithm, and when it is replaced; `None` if no key signs with the algorithm.
    pub fn ages<'k>(
        &self,
        keys: &'k [KeyRecord],
        now: UnixTime,
    ) -> impl Iterator<Item = (Algorithm, Option<KeyAge>)> + use<'k> {
        let schedule = self.schedule;
        Algorithm::ALL.iter().map(move |algorithm| {
            let age = active(keys, *algorithm).map(|key| KeyAge {
                seconds: now
                    .as_seconds()
                    .saturating_sub(key.state_since.as_seconds()),
                rotates_at: schedule.next_rotation(keys, *algorithm, now),
            });
            (*algorithm, age)
        })
    }

    /// Looks at the keys, and returns a line for the log if they have changed since the last look.
    pub fn changed(&mut self, keys: &[KeyRecord], now: UnixTime) -> Option<Value> {
        let current = keys.iter().map(|key| (key.kid.clone(), key.state));
        let before = self.known.replace(current.collect())?;
        let current = self.known.as_deref().unwrap_or_default();
        if before == current {
            return None;
        }
        let of = |state| {
            let keys = current.iter().filter(move |(_, own)| *own == state);
            keys.map(|(kid, _)| kid.clone()).collect::<Vec<_>>()
        };
        let is_there = |kid: &str| current.iter().any(|(own, _)| **own == *kid);
        let removed = before.iter().map(|(kid, _)| kid);
        let removed: Vec<_> = removed.filter(|kid| !is_there(kid)).collect();
        Some(json!({
            "time": time_text(now),
            "event": "signing_keys_changed",
            "signing": of(KeyState::Active),
            "announced": of(KeyState::Next),
            "retiring": of(KeyState::Retiring),
            "removed": removed,
        }))
    }
}

fn taken(step: &KeyStep, now: UnixTime) -> Value {
    json!({
        "time": time_text(now),
        "event": "signing_key_step",
        "kid": step.kid,
        "alg": step.algorithm.as_str(),
        "state": step.state.as_str(),
    })
}

fn failed(why: &dyn Display, now: UnixTime) -> Value {
    json!({
        "time": time_text(now),
        "event": "signing_key_step_failed",
        "reason": why.to_string(),
    })
}

/// The time between two attempts.
const INTERVAL: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use m2m_authority::registry::KeyOrigin;
    use m2m_store::SealedKey;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    fn key(kid: &str, state: KeyState) -> KeyRecord {
        KeyRecord {
            kid: kid.into(),
            algorithm: Algorithm::Es256,
            state,
            origin: KeyOrigin::Generated,
            created_at: NOW,
            state_since: NOW,
            public_jwk: "{}".into(),
            sealed: SealedKey::from_bytes([]),
        }
    }

    #[test]
    fn a_change_of_keys_is_logged_once() {
        let mut keeper = KeyKeeper::new(KeySchedule::OFF);
        let before = [key("a", KeyState::Active), key("b", KeyState::Next)];
        assert_eq!(keeper.changed(&before, NOW), None);
        assert_eq!(keeper.changed(&before, NOW), None);
        let after = [key("c", KeyState::Active)];
        let line = keeper.changed(&after, NOW).unwrap();
        assert_eq!(line["event"], "signing_keys_changed");
        assert_eq!(line["signing"], json!(["c"]));
        assert_eq!(line["removed"], json!(["a", "b"]));
        assert_eq!(keeper.changed(&after, NOW), None);
    }

    #[test]
    fn the_age_of_a_signing_key_is_never_negative() {
        let keeper = KeyKeeper::new(KeySchedule::every_days(90));
        let keys = [key("a", KeyState::Active), key("b", KeyState::Next)];
        let rotates_after = |now: UnixTime| now.saturating_add_seconds(90 * 24 * 3600);
        let (later, earlier) = (
            NOW.saturating_add_seconds(90),
            NOW.saturating_sub_seconds(90),
        );
        for (now, seconds, since) in [(later, 90, NOW), (earlier, 0, earlier)] {
            let ages: Vec<_> = keeper.ages(&keys, now).collect();
            assert_eq!(ages.len(), Algorithm::ALL.len());
            for (algorithm, age) in ages {
                let expected = (algorithm == Algorithm::Es256).then(|| KeyAge {
                    seconds,
                    rotates_at: Some(rotates_after(since)),
                });
                assert_eq!(age, expected, "{algorithm}");
            }
        }
    }
}
