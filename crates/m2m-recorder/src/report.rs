//! The times at which dropped events are reported.

use std::time::Duration;

use m2m_jwt::UnixTime;

use crate::queues::Dropped;

/// The numbers that were last reported.
#[derive(Debug, Default)]
pub(crate) struct Report {
    said: Dropped,
    at: Option<UnixTime>,
}

/// The shortest time between two reports: events are reported while they are dropped, but without adding to a flood.
pub(crate) const REPORT_INTERVAL: Duration = Duration::from_secs(5);

impl Report {
    /// Returns the numbers to report now: at once the first time, then not more often than each [`REPORT_INTERVAL`].
    pub(crate) fn due(&mut self, dropped: Dropped, now: UnixTime) -> Option<Dropped> {
        // A clock that was set back must not silence the report.
        let is_recent =
            |at: UnixTime| now.as_seconds().abs_diff(at.as_seconds()) < REPORT_INTERVAL.as_secs();
        if dropped == self.said || self.at.is_some_and(is_recent) {
            return None;
        }
        self.said = dropped;
        self.at = Some(now);
        Some(dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn dropped(of_others: u64) -> Dropped {
        Dropped {
            of_others,
            ..Dropped::default()
        }
    }

    #[test]
    fn drops_are_reported_at_once_and_then_every_few_seconds() {
        let mut report = Report::default();
        let mut due = |count, seconds| {
            report
                .due(dropped(count), NOON.saturating_add_seconds(seconds))
                .map(|dropped| dropped.of_others)
        };
        assert_eq!(due(0, 0), None);
        assert_eq!(due(1, 1), Some(1));
        assert_eq!(due(2, 5), None);
        assert_eq!(due(3, 6), Some(3));
        assert_eq!(due(3, 60), None, "nothing new");
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_silence_it() {
        let mut report = Report::default();
        let later = NOON.saturating_add_seconds(3600);
        assert!(report.due(dropped(1), later).is_some());
        assert!(report.due(dropped(2), NOON).is_some());
    }
}
