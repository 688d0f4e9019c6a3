//! Time by a monotonic clock.

use core::time::Duration;

/// The running time of the process, by a clock that runs evenly and is never set. It measures the time between two events, and means
/// nothing to another process.
///
/// ```
/// use core::time::Duration;
/// use m2m_store::Uptime;
///
/// let earlier = Uptime::new(Duration::from_secs(2));
/// let later = Uptime::new(Duration::from_secs(5));
/// assert_eq!(later.since(earlier), Duration::from_secs(3));
/// assert_eq!(earlier.since(later), Duration::ZERO);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Uptime(Duration);

impl Uptime {
    /// The start of the process.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// Returns the time at this duration after the start.
    #[must_use]
    pub const fn new(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// Returns the time between an earlier moment and this one; zero if the other moment is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the time that has passed since the start. Unit: milliseconds.
    #[must_use]
    pub fn as_milliseconds(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }
}
