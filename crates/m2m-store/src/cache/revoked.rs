//! The revoked tokens in memory.

use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use m2m_jwt::UnixTime;

use crate::{RevokedToken, Uptime};

/// The revoked tokens, each with the time at which it expires. One takes about 40 bytes.
#[derive(Debug)]
pub(super) struct RevokedTokens {
    shards: [RwLock<Shard>; SHARDS],
    /// The shard that is swept next.
    swept_next: AtomicUsize,
    clock: SlowestClock,
}

/// Times fit into 32 bits until 2106; a later one counts as the last of them, when no release of today is in use.
type Shard = HashMap<RevokedToken, u32, BuildHasherDefault<Prefix>>;

/// There are so many that a lock is held for a few microseconds only, and that they do not all grow at once.
const SHARDS: usize = 64;

impl Default for RevokedTokens {
    fn default() -> Self {
        Self {
            shards: core::array::from_fn(|_| RwLock::default()),
            swept_next: AtomicUsize::new(0),
            clock: SlowestClock::default(),
        }
    }
}

impl RevokedTokens {
    /// Returns true if a token was revoked. A token that has expired may be forgotten.
    pub(super) fn contains(&self, token: RevokedToken) -> bool {
        let shard = self.shard(token).read();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.contains_key(&token)
    }

    pub(super) fn insert(&self, token: RevokedToken, expires_at: UnixTime) {
        let expires_at = u32::try_from(expires_at.as_seconds()).unwrap_or(u32::MAX);
        let shard = self.shard(token).write();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        let kept = shard.entry(token).or_insert(expires_at);
        *kept = expires_at.max(*kept);
    }

    /// Returns the time by which a token has certainly expired, or nothing shortly after the start.
    pub(super) fn horizon(&self, now: UnixTime, uptime: Uptime) -> Option<UnixTime> {
        self.clock.certainly(now, uptime)
    }

    /// Forgets the expired tokens of some shards, so that a few calls go through all of them.
    pub(super) fn sweep(&self, horizon: UnixTime) {
        let horizon = u32::try_from(horizon.as_seconds()).unwrap_or(u32::MAX);
        for _ in 0..SWEPT_AT_ONCE {
            let next = self.swept_next.fetch_add(1, Ordering::Relaxed) % SHARDS;
            let Some(shard) = self.shards.get(next) else {
                return;
            };
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, expires_at| *expires_at > horizon);
            if shard.len() < shard.capacity() / 4 {
                let room = shard.len() * 2;
                shard.shrink_to(room);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        let shards = self.shards.iter();
        let lengths =
            shards.map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).len());
        lengths.sum()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the number of shards"
    )]
    fn shard(&self, token: RevokedToken) -> &RwLock<Shard> {
        let [.., last] = token.as_bytes();
        &self.shards[usize::from(*last) % SHARDS]
    }
}

/// The number of shards that one call sweeps: with a call each second, all of them within eight.
const SWEPT_AT_ONCE: usize = 8;

/// A hash of an identifier: its first eight bytes, since it is part of a SHA-256 already.
#[derive(Debug, Default)]
pub(super) struct Prefix(u64);

impl Hasher for Prefix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {
        // The length of an array, which is always the same.
    }
}

/// The slowest reading of the clock since the start, by the steady time of the process. A clock that is set forward by mistake must not end
/// revocations: when it is corrected, their tokens would be valid again.
#[derive(Debug)]
struct SlowestClock {
    /// The smallest difference between the clock and the time since the start. Unit: seconds.
    offset: AtomicI64,
}

impl Default for SlowestClock {
    fn default() -> Self {
        Self {
            offset: AtomicI64::new(i64::MAX),
        }
    }
}

impl SlowestClock {
    fn certainly(&self, now: UnixTime, uptime: Uptime) -> Option<UnixTime> {
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let uptime = seconds(uptime.as_milliseconds() / 1_000);
        let offset = seconds(now.as_seconds()).saturating_sub(uptime);
        let slowest = self.offset.fetch_min(offset, Ordering::Relaxed).min(offset);
        // A machine that starts with a wrong clock corrects it within its first minute.
        let is_settled = uptime >= SETTLED_AFTER_SECONDS;
        let certainly = u64::try_from(slowest.saturating_add(uptime)).unwrap_or(0);
        is_settled.then(|| UnixTime::from_seconds(certainly))
    }
}

/// The running time before which nothing is forgotten. Unit: seconds.
const SETTLED_AFTER_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    fn at(seconds: u64) -> (UnixTime, Uptime) {
        let uptime = Uptime::new(Duration::from_secs(seconds));
        (NOW.saturating_add_seconds(seconds), uptime)
    }

    #[test]
    fn a_revoked_token_is_remembered_until_it_has_expired() {
        let revoked = RevokedTokens::default();
        let (one, other) = (RevokedToken::of("one"), RevokedToken::of("other"));
        revoked.insert(one, NOW.saturating_add_seconds(100));
        revoked.insert(other, NOW.saturating_add_seconds(200));
        revoked.insert(one, NOW.saturating_add_seconds(50));
        assert!(revoked.contains(one) && revoked.contains(other));
        assert!(!revoked.contains(RevokedToken::of("another")));
        for (seconds, left) in [(99, 2), (100, 1), (200, 0)] {
            let (now, uptime) = at(seconds);
            let horizon = revoked.horizon(now, uptime).unwrap();
            (0..SHARDS / SWEPT_AT_ONCE).for_each(|_| revoked.sweep(horizon));
            assert_eq!(revoked.len(), left, "{seconds}");
        }
    }

    #[test]
    fn x27_a_clock_that_is_set_forward_ends_no_revocation() {
        let revoked = RevokedTokens::default();
        assert_eq!(revoked.horizon(NOW, Uptime::ZERO), None, "just started");
        let (now, uptime) = at(100);
        let year = now.saturating_add_seconds(365 * 24 * 3600);
        assert_eq!(revoked.horizon(year, uptime), Some(now));
        let (now, uptime) = at(160);
        assert_eq!(revoked.horizon(now, uptime), Some(now));
        let earlier = NOW.saturating_sub_seconds(3600);
        assert_eq!(revoked.horizon(earlier, uptime), Some(earlier));
    }
}
