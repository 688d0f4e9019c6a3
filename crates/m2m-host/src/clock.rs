//! The one place where the time is read.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime};

use m2m_jwt::UnixTime;
use m2m_store::Uptime;

/// Now, by the clock of the machine. A clock before 1970 says 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub fn now() -> UnixTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixTime::from_seconds(since_1970.map_or(0, |duration| duration.as_secs()))
}

/// The time since the process asked first, by a clock that nobody sets.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub fn uptime() -> Uptime {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // Read first, so that the beginning is not after it.
    let start = *START;
    Uptime::new(Instant::now().saturating_duration_since(start))
}
