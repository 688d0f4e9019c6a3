//! A limit for lines of the log that would come too often.

use m2m_jwt::UnixTime;

/// An event that is logged once in a while, and counted in between.
#[derive(Debug, Default)]
pub struct LogInterval {
    logged_at: Option<UnixTime>,
    unlogged: u64,
}

impl LogInterval {
    /// Counts one more. Returns the number of events not logged yet when a line is due: `interval` seconds after the last.
    pub fn count(&mut self, now: UnixTime, interval: u64) -> Option<u64> {
        self.unlogged = self.unlogged.saturating_add(1);
        // After a clock was set back, the event is logged again.
        let is_recent = |logged_at: UnixTime| {
            logged_at <= now && now < logged_at.saturating_add_seconds(interval)
        };
        if self.logged_at.is_some_and(is_recent) {
            return None;
        }
        self.logged_at = Some(now);
        Some(core::mem::take(&mut self.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x24_a_frequent_failure_is_logged_once_a_minute_with_its_count() {
        let mut interval = LogInterval::default();
        let mut count =
            |seconds: u64| interval.count(UnixTime::from_seconds(1_800_000_000 + seconds), 60);
        assert_eq!(count(0), Some(1));
        assert_eq!(count(1), None);
        assert_eq!(count(59), None);
        assert_eq!(count(60), Some(3));
        assert_eq!(count(61), None);
        // The clock was set back.
        assert_eq!(count(5), Some(2));
    }
}
