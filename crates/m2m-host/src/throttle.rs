//! A limit on how often a client id may fail to authenticate from one network.
//!
//! The secret is always checked first, and a correct one always gets an answer: only answers to failures become slower, so that no one
//! can lock out another caller, from whatever address (X19). A secret with 256 bits cannot be guessed; the limit is for secrets that were
//! imported, and for services that retry without a pause.

use core::hash::BuildHasher as _;
use core::net::IpAddr;
use std::collections::hash_map::RandomState;
use std::sync::{Mutex, PoisonError};

use m2m_jwt::UnixTime;

/// The recent failures, in memory of a fixed size.
///
/// A key is a client id as it was presented and the network it came from: one address of IPv4, a /64 of IPv6, which is what one
/// subscriber has. A new key replaces the one that would be forgotten next anyway: a flood of random ids cannot make the server forget
/// the one that is being guessed.
pub struct Throttle {
    shards: Box<[Mutex<Box<[Slot]>>]>,
    hasher: RandomState,
}

/// The decision whether a failure is one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The failure is answered as it is.
    Answer,
    /// The failure is answered with 429.
    Throttle {
        /// The time after which a failure would be answered as it is again. Unit: seconds.
        retry_after_seconds: u32,
    },
}

/// One key, by its hash, and the time at which its failures will be forgotten. Unit: seconds since 1970; 0 if the slot is empty.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    forgotten_at: u64,
}

impl Default for Throttle {
    /// Returns a throttle that has seen no failure.
    fn default() -> Self {
        let shard = || Mutex::new(vec![Slot::default(); SETS_PER_SHARD * SLOTS_PER_SET].into());
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            // Keyed at random, so that no caller can choose client ids that share a set.
            hasher: RandomState::new(),
        }
    }
}

impl Throttle {
    /// Records a failed authentication. Each failure is forgotten a few seconds after the previous one.
    pub fn failed(&self, client_id: &str, address: IpAddr, now: UnixTime) -> Verdict {
        let now = now.as_seconds();
        let hash = self.hasher.hash_one((client_id, network(address)));
        let Some(shard) = self.shards.get(index(hash, SHARDS)) else {
            return Verdict::Answer;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let set = index(hash >> SHARD_BITS, SETS_PER_SHARD);
        let Some(set) = shard.chunks_exact_mut(SLOTS_PER_SET).nth(set) else {
            return Verdict::Answer;
        };
        let known = set
            .iter()
            .position(|slot| slot.key == hash && slot.forgotten_at > now);
        let place = known.unwrap_or_else(|| {
            let nearest = set
                .iter()
                .enumerate()
                .min_by_key(|(_, slot)| slot.forgotten_at);
            nearest.map_or(0, |(place, _)| place)
        });
        let Some(slot) = set.get_mut(place) else {
            return Verdict::Answer;
        };
        // After a clock was set back, the times of earlier failures are too far in the future.
        let farthest = now.saturating_add(FAILURES * SECONDS_PER_FAILURE);
        let counted = match known {
            Some(_) if slot.forgotten_at <= farthest => slot.forgotten_at,
            Some(_) | None => now,
        };
        let forgotten_at = counted.saturating_add(SECONDS_PER_FAILURE);
        if forgotten_at > farthest {
            let wait = forgotten_at.saturating_sub(farthest);
            return Verdict::Throttle {
                retry_after_seconds: u32::try_from(wait).unwrap_or(u32::MAX),
            };
        }
        *slot = Slot {
            key: hash,
            forgotten_at,
        };
        Verdict::Answer
    }
}

impl core::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

/// Returns the part of an address that one subscriber has.
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            let upper = [a, b, c, d].map(u64::from);
            // No allocated IPv6 network begins with 32 zero bits, so the two families do not overlap.
            upper.iter().fold(0, |bits, segment| (bits << 16) | segment)
        }
    }
}

fn index(hash: u64, count: usize) -> usize {
    usize::try_from(hash).map_or(0, |hash| hash % count)
}

/// The number of failures at once that are answered as they are: a person types secrets, or a fleet of services shares one address.
const FAILURES: u64 = 20;

/// The time for which a failure counts. Beyond [`FAILURES`] one in this time is answered as it is: 10 million guesses in a year.
const SECONDS_PER_FAILURE: u64 = 3;

/// The number of parts of the table, each with its own lock, so that two cores rarely meet.
const SHARDS: usize = 1 << SHARD_BITS;
const SHARD_BITS: u32 = 4;

/// The number of sets in a shard. 16 shards, 1,024 sets, 4 slots of 16 bytes: 65,536 keys in 1 MiB.
const SETS_PER_SHARD: usize = 1024;

/// The number of keys with the same place that are distinguished.
const SLOTS_PER_SET: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Returns the number of failures out of `count` that are answered as they are.
    fn answered(
        throttle: &Throttle,
        client_id: &str,
        from: &str,
        count: u32,
        now: UnixTime,
    ) -> u32 {
        let verdicts = (0..count).map(|_| throttle.failed(client_id, address(from), now));
        let answered = verdicts
            .filter(|verdict| *verdict == Verdict::Answer)
            .count();
        u32::try_from(answered).unwrap()
    }

    #[test]
    fn a5_so_many_failures_are_answered_and_then_one_every_few_seconds() {
        let throttle = Throttle::default();
        let mut now = NOON;
        assert_eq!(answered(&throttle, "job", "192.0.2.1", 100, now), 20);
        let verdict = throttle.failed("job", address("192.0.2.1"), now);
        let retry_after_seconds = 3;
        assert_eq!(
            verdict,
            Verdict::Throttle {
                retry_after_seconds
            }
        );
        for _ in 0..10 {
            now = now.saturating_add_seconds(3);
            assert_eq!(answered(&throttle, "job", "192.0.2.1", 10, now), 1);
        }
        now = now.saturating_add_seconds(60);
        assert_eq!(answered(&throttle, "job", "192.0.2.1", 100, now), 20);
    }

    #[test]
    fn operators_read_how_many_failures_are_answered() {
        let limit = format!(
            "after {FAILURES} failures, only one failed request every {SECONDS_PER_FAILURE} seconds"
        );
        let cause = m2m_errors::Cause::AuthenticationThrottled;
        assert!(cause.entry().operator.contains(&limit), "{limit}");
    }

    #[test]
    fn x19_neither_another_client_nor_another_network_is_slowed() {
        let throttle = Throttle::default();
        answered(&throttle, "job", "192.0.2.1", 100, NOON);
        answered(&throttle, "job", "2001:db8:0:1::1", 100, NOON);
        for (client_id, from, expected) in [
            ("job", "192.0.2.1", 0),
            ("job", "::ffff:192.0.2.1", 0),
            ("job", "192.0.2.2", 20),
            ("joc", "192.0.2.1", 20),
            ("job", "2001:db8:0:1:ffff::9", 0),
            ("job", "2001:db8:0:2::1", 20),
        ] {
            assert_eq!(
                answered(&throttle, client_id, from, 30, NOON),
                expected,
                "{client_id} {from}"
            );
        }
    }

    #[test]
    fn a5_a_flood_of_random_ids_does_not_push_out_the_one_that_is_guessed() {
        let throttle = Throttle::default();
        assert_eq!(answered(&throttle, "job", "192.0.2.1", 20, NOON), 20);
        for id in 0..200_000 {
            throttle.failed(&format!("random-{id}"), address("192.0.2.1"), NOON);
        }
        assert_eq!(answered(&throttle, "job", "192.0.2.1", 20, NOON), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_slows_no_caller_for_long() {
        let throttle = Throttle::default();
        answered(
            &throttle,
            "job",
            "192.0.2.1",
            100,
            NOON.saturating_add_seconds(86_400),
        );
        assert_eq!(answered(&throttle, "job", "192.0.2.1", 30, NOON), 20);
    }
}
