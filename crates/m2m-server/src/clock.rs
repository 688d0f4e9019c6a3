//! The one place where the time is read.

use std::time::SystemTime;

use m2m_jwt::UnixTime;

/// Now, by the clock of the machine. A clock before 1970 says 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that the rule names"
)]
pub(crate) fn now() -> UnixTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixTime::from_seconds(since_1970.map_or(0, |duration| duration.as_secs()))
}
