//! A limit for lines of the log that would come too often.

use m2m_jwt::UnixTime;

/// An event that is logged once in a while, and counted in between.
#[derive(Debug, Default)]
pub(crate) struct Seldom {
    told_at: Option<UnixTime>,
    untold: u64,
}

impl Seldom {
    /// Counts one more. Returns the number of events not logged yet when a line is due: `interval` seconds after the last.
    pub(crate) fn count(&mut self, now: UnixTime, interval: u64) -> Option<u64> {
        self.untold = self.untold.saturating_add(1);
        // After a clock was set back, the event is logged again.
        let is_recent =
            |told_at: UnixTime| told_at <= now && now < told_at.saturating_add_seconds(interval);
        if self.told_at.is_some_and(is_recent) {
            return None;
        }
        self.told_at = Some(now);
        Some(core::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x24_a_failure_that_comes_often_is_told_once_a_minute_with_its_number() {
        let mut seldom = Seldom::default();
        let mut count =
            |seconds: u64| seldom.count(UnixTime::from_seconds(1_800_000_000 + seconds), 60);
        assert_eq!(count(0), Some(1));
        assert_eq!(count(1), None);
        assert_eq!(count(59), None);
        assert_eq!(count(60), Some(3));
        assert_eq!(count(61), None);
        // The clock was set back.
        assert_eq!(count(5), Some(2));
    }
}
