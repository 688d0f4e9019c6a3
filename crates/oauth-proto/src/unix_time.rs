//! Points in time.

use core::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A point in time, in whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// No crate that takes one reads a clock: the caller passes the time, and a program passes `SystemTime::now().into()`.
///
/// Unit: seconds. Range: 0 to `u64::MAX`; times before 1970 cannot be represented.
/// Source: `NumericDate`, [RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2).
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use oauth_proto::UnixTime;
///
/// let issued_at = UnixTime::from_seconds(1_800_000_000);
/// assert_eq!(issued_at.saturating_add_seconds(3600).as_seconds(), 1_800_003_600);
///
/// let read_from_a_clock = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
/// assert_eq!(UnixTime::from(read_from_a_clock), issued_at);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// Returns the point in time this many seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// Returns the point in time this many seconds later, or the last one that can be represented.
    #[must_use]
    pub const fn saturating_add_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Returns the point in time this many seconds earlier, or 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn saturating_sub_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

/// Cuts off a fraction of a second, and converts a time before 1970 to 1970-01-01T00:00:00Z.
impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since.as_secs())
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
