//! Lengths of time as people write them.

use core::fmt;
use core::str::FromStr;

/// A length of time of one second or more, written as `90s`, `15m`, `1h` or `7d`. Unit: seconds.
///
/// ```
/// use m2m_authority::registry::Period;
///
/// let hour: Period = "60m".parse().unwrap();
/// assert_eq!((hour.as_seconds(), hour.to_string()), (3600, "1h".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period(u64);

/// The error for a text that is not a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a duration must be a number and a unit (s, m, h or d), such as 1h")]
pub struct InvalidPeriod;

impl Period {
    /// A length of time of this many seconds; `None` for 0.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Option<Self> {
        if seconds == 0 {
            None
        } else {
            Some(Self(seconds))
        }
    }

    /// The number of seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let unit = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit));
        let (unit, seconds) = unit.ok_or(InvalidPeriod)?;
        let number = text.strip_suffix(unit).unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidPeriod);
        }
        let number: u64 = number.parse().map_err(|_| InvalidPeriod)?;
        let seconds = number.checked_mul(seconds);
        seconds.and_then(Self::from_seconds).ok_or(InvalidPeriod)
    }
}

/// Writes the length in the largest unit that needs no fraction.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, length): &(char, u64)| self.0.is_multiple_of(*length);
        let (unit, length) = UNITS.into_iter().rev().find(whole).unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / length)
    }
}

const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_it_was_read() {
        for text in ["90s", "15m", "1h", "25h", "7d"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_period_is_a_number_and_a_unit() {
        let seconds = |text: &str| text.parse::<Period>().map(Period::as_seconds);
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("1h"), Ok(3600));
        assert_eq!(seconds("7d"), Ok(604_800));
        for wrong in [
            "",
            "h",
            "1",
            "1 h",
            "-1h",
            "+1h",
            "1.5h",
            "1w",
            "0h",
            "99999999999999999999h",
        ] {
            assert_eq!(seconds(wrong), Err(InvalidPeriod), "{wrong}");
        }
    }
}
