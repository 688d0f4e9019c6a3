//! The clock of the mock, which a test sets.

use m2m_jwt::UnixTime;
use serde::Deserialize;

use crate::error::InvalidClock;
use crate::limits::MAX_TIME;

/// A setting of the clock: a time, and true in `frozen` if it stays as it is until it is set or advanced. Without a time the clock keeps the
/// one that it has.
///
/// ```
/// let setting: m2m_mock::ClockSetting = serde_json::from_str(r#"{"time":1800000000,"frozen":true}"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ClockSetting {
    time: Option<UnixTime>,
    is_frozen: bool,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a clock, such as { time = 1800000000 }"
)]
struct Fields {
    /// Unit: seconds since 1970-01-01T00:00:00Z.
    time: Option<u64>,
    #[serde(default)]
    frozen: bool,
}

impl TryFrom<Fields> for ClockSetting {
    type Error = InvalidClock;

    fn try_from(Fields { time, frozen }: Fields) -> Result<Self, InvalidClock> {
        Ok(Self {
            time: time.map(time_of).transpose()?,
            is_frozen: frozen,
        })
    }
}

/// Returns the time, if a `Date` can have it.
const fn time_of(seconds: u64) -> Result<UnixTime, InvalidClock> {
    match seconds {
        ..=MAX_TIME => Ok(UnixTime::from_seconds(seconds)),
        _ => Err(InvalidClock { seconds }),
    }
}

/// A clock that is that of the machine until it is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MockClock {
    /// The time of this clock when it was set, and the time of the machine at that moment.
    set: Option<(UnixTime, UnixTime)>,
    is_frozen: bool,
}

impl MockClock {
    /// The clock of the machine.
    pub(crate) const OF_MACHINE: Self = Self {
        set: None,
        is_frozen: false,
    };

    /// Returns the time of this clock at a time of the machine. It stops at the end of the calendar.
    pub(crate) fn time(self, now: UnixTime) -> UnixTime {
        let time = match self.set {
            None => now,
            Some((time, _)) if self.is_frozen => time,
            Some((time, since)) => {
                time.saturating_add_seconds(now.as_seconds().saturating_sub(since.as_seconds()))
            }
        };
        time.min(UnixTime::from_seconds(MAX_TIME))
    }

    /// True if the time stays as it is.
    pub(crate) const fn is_frozen(self) -> bool {
        self.is_frozen
    }

    /// Sets the clock.
    pub(crate) fn set(&mut self, setting: ClockSetting, now: UnixTime) {
        let time = setting.time.unwrap_or_else(|| self.time(now));
        self.set = Some((time, now));
        self.is_frozen = setting.is_frozen;
    }

    /// Advances the clock.
    ///
    /// # Errors
    ///
    /// If the time would be beyond the calendar.
    pub(crate) fn advance(&mut self, seconds: u64, now: UnixTime) -> Result<(), InvalidClock> {
        let time = self.time(now).saturating_add_seconds(seconds);
        self.set = Some((time_of(time.as_seconds())?, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn runs_from_the_time_that_was_set_or_stays_there() {
        let mut clock = MockClock::OF_MACHINE;
        assert_eq!(clock.time(at(100)), at(100));
        let time = Some(at(5_000));
        let setting = |is_frozen| ClockSetting { time, is_frozen };
        clock.set(setting(false), at(100));
        assert_eq!(clock.time(at(107)), at(5_007));
        clock.advance(60, at(107)).unwrap();
        assert_eq!(clock.time(at(110)), at(5_070));
        clock.set(setting(true), at(110));
        assert_eq!(clock.time(at(999)), at(5_000));
        clock.advance(1, at(999)).unwrap();
        assert_eq!(clock.time(at(1_500)), at(5_001));
    }

    #[test]
    fn a_clock_without_a_time_is_frozen_where_it_is() {
        let mut clock = MockClock::OF_MACHINE;
        let setting = ClockSetting {
            time: None,
            is_frozen: true,
        };
        clock.set(setting, at(100));
        assert_eq!(clock.time(at(200)), at(100));
    }

    #[test]
    fn no_time_is_after_the_calendar() {
        let mut clock = MockClock::OF_MACHINE;
        let error = clock.advance(u64::MAX, at(1)).unwrap_err();
        assert_eq!(error, InvalidClock { seconds: u64::MAX });
        assert_eq!(clock.time(at(7)), at(7));
    }

    #[test]
    fn it_stops_at_the_end_of_the_calendar() {
        let mut clock = MockClock::OF_MACHINE;
        let time = Some(at(MAX_TIME - 1));
        let is_frozen = false;
        clock.set(ClockSetting { time, is_frozen }, at(100));
        assert_eq!(clock.time(at(102)), at(MAX_TIME));
        clock.set(ClockSetting::default(), at(200));
        assert_eq!(clock.time(at(200)), at(MAX_TIME));
        clock.advance(1, at(300)).unwrap_err();
        assert_eq!(clock.time(at(u64::MAX)), at(MAX_TIME));
    }
}
