//! The time at which a node last reached its registry.

use core::time::Duration;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::Uptime;

/// The contact of a node with its registry, which it needs to know what has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// The node knows what has changed.
    In {
        /// The time since which it has known without a break.
        since: Uptime,
    },
    /// The node could not ask, or has not asked for too long.
    Lost {
        /// The time at which it last knew.
        since: Uptime,
        /// The time that has passed since then. Unit: seconds.
        seconds: u64,
    },
}

/// The time at which the registry was last seen. Unit of both times: milliseconds since the start.
#[derive(Debug)]
pub(super) struct LastSeen {
    at: AtomicU64,
    /// The time since which it has been seen without a break.
    since: AtomicU64,
    lost: AtomicBool,
    /// The time for which the node may serve after the registry was last seen. Unit: seconds.
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

    /// Notes that the registry was seen.
    pub(super) fn seen(&self, now: Uptime) {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.since.store(now.as_milliseconds(), Ordering::SeqCst);
        }
        self.at.fetch_max(now.as_milliseconds(), Ordering::SeqCst);
    }

    /// Notes that the registry could not be seen.
    pub(super) fn not_seen(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Returns true if the last attempt to see it failed.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Returns true if the registry was last seen so long ago that nothing may be served any more. The time counts from the last
    /// success and not from the first failure: a node that stopped asking does not know what has changed either.
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
