//! When the registry was last seen.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use m2m_jwt::UnixTime;

/// Whether a node knows what has changed in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// It knows.
    In {
        /// Since when without a break.
        since: UnixTime,
    },
    /// It could not ask.
    Lost {
        /// When it last knew.
        since: UnixTime,
        /// How long ago that is. Unit: seconds.
        seconds: u64,
    },
}

/// When the registry was last seen. Unit of all times: seconds since 1970.
#[derive(Debug)]
pub(super) struct LastSeen {
    at: AtomicU64,
    /// Since when it has been seen without a break.
    since: AtomicU64,
    lost: AtomicBool,
    /// How long what was seen is good for. Unit: seconds.
    most_seconds: u64,
}

impl LastSeen {
    pub(super) const fn new(now: UnixTime, most_seconds: u64) -> Self {
        Self {
            at: AtomicU64::new(now.as_seconds()),
            since: AtomicU64::new(now.as_seconds()),
            lost: AtomicBool::new(false),
            most_seconds,
        }
    }

    /// It was seen.
    pub(super) fn seen(&self, now: UnixTime) {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.since.store(now.as_seconds(), Ordering::SeqCst);
        }
        // An earlier time than the last counts as well: the clock was set back.
        self.at.store(now.as_seconds(), Ordering::SeqCst);
    }

    /// It could not be seen.
    pub(super) fn not_seen(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Whether that was so long ago that nothing may be served any more. It counts from when the registry was seen, and not
    /// from when it was missed: who stopped looking does not know either.
    pub(super) fn too_long_ago(&self, now: UnixTime) -> bool {
        self.seconds(now) > self.most_seconds
    }

    pub(super) fn contact(&self, now: UnixTime) -> Contact {
        if self.lost.load(Ordering::SeqCst) || self.too_long_ago(now) {
            Contact::Lost {
                since: UnixTime::from_seconds(self.at.load(Ordering::SeqCst)),
                seconds: self.seconds(now),
            }
        } else {
            Contact::In {
                since: UnixTime::from_seconds(self.since.load(Ordering::SeqCst)),
            }
        }
    }

    fn seconds(&self, now: UnixTime) -> u64 {
        let at = self.at.load(Ordering::Acquire);
        now.as_seconds().saturating_sub(at)
    }
}
