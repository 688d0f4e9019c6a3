//! The one place where the time is read.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime};

use m2m_jwt::UnixTime;
use m2m_store::Uptime;

/// Returns the current time by the clock of the machine. A clock before 1970 counts as 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub fn now() -> UnixTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixTime::from_seconds(since_1970.map_or(0, |duration| duration.as_secs()))
}

/// Returns the time since the first call in this process, by a monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub fn uptime() -> Uptime {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // Read first, so that the start is not after the current time.
    let start = *START;
    Uptime::new(Instant::now().saturating_duration_since(start))
}
