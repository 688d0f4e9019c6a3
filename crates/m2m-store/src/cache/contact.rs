//! When the registry was last seen.

use core::time::Duration;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::Uptime;

/// Whether a node knows what has changed in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// It knows.
    In {
        /// Since when without a break.
        since: Uptime,
    },
    /// It could not ask.
    Lost {
        /// When it last knew.
        since: Uptime,
        /// How long ago that is. Unit: seconds.
        seconds: u64,
    },
}

/// When the registry was last seen. Unit of all times: milliseconds since the start.
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
    pub(super) fn new(now: Uptime, most_seconds: u64) -> Self {
        Self {
            at: AtomicU64::new(now.as_milliseconds()),
            since: AtomicU64::new(now.as_milliseconds()),
            lost: AtomicBool::new(false),
            most_seconds,
        }
    }

    /// It was seen.
    pub(super) fn seen(&self, now: Uptime) {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.since.store(now.as_milliseconds(), Ordering::SeqCst);
        }
        self.at.fetch_max(now.as_milliseconds(), Ordering::SeqCst);
    }

    /// It could not be seen.
    pub(super) fn not_seen(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Returns true if the last attempt to see it failed.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Whether that was so long ago that nothing may be served any more. It counts from when the registry was seen, and not
    /// from when it was missed: who stopped looking does not know either.
    pub(super) fn too_long_ago(&self, now: Uptime) -> bool {
        self.seconds(now) > self.most_seconds
    }

    pub(super) fn contact(&self, now: Uptime) -> Contact {
        if self.is_lost() || self.too_long_ago(now) {
            Contact::Lost {
                since: uptime(&self.at),
                seconds: self.seconds(now),
            }
        } else {
            Contact::In {
                since: uptime(&self.since),
            }
        }
    }

    fn seconds(&self, now: Uptime) -> u64 {
        now.since(uptime(&self.at)).as_secs()
    }
}

fn uptime(milliseconds: &AtomicU64) -> Uptime {
    Uptime::new(Duration::from_millis(milliseconds.load(Ordering::SeqCst)))
}
