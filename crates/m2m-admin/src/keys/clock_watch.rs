//! Jumps of the clock, which must not count as time for which a key was announced.

use m2m_jwt::UnixTime;
use m2m_store::Uptime;

use super::KEY_ANNOUNCE_SECONDS;

/// The trust in the clock of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The clock has shown the time that has passed for at least [`KEY_ANNOUNCE_SECONDS`].
    Steady,
    /// The clock has jumped, or the server has just started. A key that the clock shows as announced long enough may have been announced just before, and a
    /// token that it shows as expired may be valid when the clock is set right.
    Unsettled,
}

/// Notices when the clock of the machine jumps, by comparison with a clock that does not.
///
/// ```
/// use std::time::Duration;
///
/// use m2m_admin::{Clock, ClockWatch};
/// use m2m_jwt::UnixTime;
/// use m2m_store::Uptime;
///
/// let mut watch = ClockWatch::default();
/// let mut look = |now, uptime| watch.look(UnixTime::from_seconds(now), Uptime::new(Duration::from_secs(uptime)));
/// assert_eq!(look(1_000, 0), Clock::Unsettled);
/// assert_eq!(look(1_600, 600), Clock::Steady);
/// assert_eq!(look(99_999, 601), Clock::Unsettled, "the clock has jumped");
/// assert_eq!(look(100_599, 1_201), Clock::Steady, "it has not jumped back");
/// ```
#[derive(Debug, Default)]
pub struct ClockWatch {
    /// The times at the first look, or at the first one after a jump.
    baseline: Option<(UnixTime, Uptime)>,
}

impl ClockWatch {
    /// Compares the clock of the machine with the time since the start of the process. To be called more often than the clock may jump and jump back.
    pub fn look(&mut self, now: UnixTime, uptime: Uptime) -> Clock {
        let steady = self.baseline.filter(|(then, since)| {
            let passed = uptime.since(*since).as_secs();
            let expected = then.saturating_add_seconds(passed);
            now.as_seconds().abs_diff(expected.as_seconds()) <= TOLERANCE_SECONDS
        });
        let (_, since) = *self.baseline.insert(steady.unwrap_or((now, uptime)));
        if uptime.since(since).as_secs() >= KEY_ANNOUNCE_SECONDS {
            Clock::Steady
        } else {
            Clock::Unsettled
        }
    }
}

/// The difference that is not a jump: clocks are corrected in small steps. Twice this time is little of that for which a key is announced. Unit: seconds.
const TOLERANCE_SECONDS: u64 = 30;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn f12_a_jump_in_either_direction_unsettles_and_a_correction_does_not() {
        let mut watch = ClockWatch::default();
        let mut look = |now, uptime| {
            let uptime = Uptime::new(Duration::from_secs(uptime));
            watch.look(UnixTime::from_seconds(now), uptime)
        };
        assert_eq!(look(50_000, 0), Clock::Unsettled);
        assert_eq!(look(50_599, 599), Clock::Unsettled);
        assert_eq!(look(50_600, 600), Clock::Steady);
        for correction in [30, 0] {
            assert_eq!(look(50_700 + correction, 700), Clock::Steady);
        }
        assert_eq!(look(50_669, 700), Clock::Unsettled);
        assert_eq!(look(51_268, 1_299), Clock::Unsettled);
        assert_eq!(look(51_269, 1_300), Clock::Steady);
        // There and back: it is not known which of the two is right.
        assert_eq!(look(90_000, 1_310), Clock::Unsettled);
        assert_eq!(look(51_290, 1_321), Clock::Unsettled);
        assert_eq!(look(51_889, 1_920), Clock::Unsettled);
        assert_eq!(look(51_890, 1_921), Clock::Steady);
    }

    #[test]
    fn small_steps_add_up_to_a_jump() {
        let mut watch = ClockWatch::default();
        let looks = (0..2_000_u64).map(|second| {
            let now = UnixTime::from_seconds(1_000_000 + second * 2);
            watch.look(now, Uptime::new(Duration::from_secs(second)))
        });
        assert!(looks.into_iter().all(|clock| clock == Clock::Unsettled));
    }
}
