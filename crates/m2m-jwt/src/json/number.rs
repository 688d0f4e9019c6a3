//! Numbers, as times.

use crate::UnixTime;

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonNumber<'b> {
    /// The text, which follows the grammar of RFC 8259, section 6.
    text: &'b str,
}

/// The rounding of a fraction of a second.
///
/// Exhaustive: there is no third direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Down to the previous second: an expiration is never later than stated.
    Down,
    /// Up to the next second: a beginning is never earlier than stated.
    Up,
}

impl<'b> JsonNumber<'b> {
    /// `text` is a number by the grammar.
    pub(super) const fn new(text: &'b str) -> Self {
        Self { text }
    }

    /// The number as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'b str {
        self.text
    }

    /// Returns the number as a point in time, exactly, in any notation; `None` if it is negative or out of range.
    ///
    /// Source: `NumericDate`, [RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2).
    #[must_use]
    pub fn to_time(self, rounding: Rounding) -> Option<UnixTime> {
        // Nearly always it is a plain integer, of ten digits until the year 2286.
        let digits = self.text.bytes().map(|byte| byte.wrapping_sub(b'0'));
        if self.text.len() < U64_DIGITS && digits.clone().all(|digit| digit < 10) {
            let seconds = digits.fold(0, |seconds, digit| seconds * 10 + u64::from(digit));
            return Some(UnixTime::from_seconds(seconds));
        }
        self.to_time_from_decimal(rounding)
    }

    fn to_time_from_decimal(self, rounding: Rounding) -> Option<UnixTime> {
        let (negative, text) = match self.text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, self.text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if integer
            .bytes()
            .chain(fraction.bytes())
            .all(|digit| digit == b'0')
        {
            return Some(UnixTime::from_seconds(0));
        }
        if negative {
            return None;
        }
        // The number of digits before the decimal point once the exponent is applied.
        let point =
            saturating_exponent(exponent).saturating_add(i64::try_from(integer.len()).ok()?);
        let mut seconds = 0_u64;
        let mut position = 0_i64;
        let mut remainder = false;
        for digit in integer.bytes().chain(fraction.bytes()) {
            if position < point {
                seconds = seconds
                    .checked_mul(10)?
                    .checked_add(u64::from(digit - b'0'))?;
            } else {
                remainder |= digit != b'0';
            }
            position += 1;
        }
        // The digits that the number omits; the multiplication overflows long before there are many.
        while position < point && seconds != 0 {
            seconds = seconds.checked_mul(10)?;
            position += 1;
        }
        match rounding {
            Rounding::Up if remainder => seconds.checked_add(1).map(UnixTime::from_seconds),
            Rounding::Up | Rounding::Down => Some(UnixTime::from_seconds(seconds)),
        }
    }
}

/// A number of fewer digits fits into an `u64`.
const U64_DIGITS: usize = 20;

/// An exponent beyond the range of `i64` has the same effect as its limit.
fn saturating_exponent(exponent: &str) -> i64 {
    let limit = if exponent.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    exponent.parse().unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, down: Option<u64>, up: Option<u64>) {
        let number = JsonNumber::new(text);
        assert_eq!(
            number.to_time(Rounding::Down).map(UnixTime::as_seconds),
            down,
            "{text} down"
        );
        assert_eq!(
            number.to_time(Rounding::Up).map(UnixTime::as_seconds),
            up,
            "{text} up"
        );
    }

    #[test]
    fn x3_finite_decimals_are_floored_or_ceiled() {
        check("0", Some(0), Some(0));
        check("1800000000", Some(1_800_000_000), Some(1_800_000_000));
        check("1800000000.0", Some(1_800_000_000), Some(1_800_000_000));
        check(
            "1800000000.000000001",
            Some(1_800_000_000),
            Some(1_800_000_001),
        );
        check("1800000000.999", Some(1_800_000_000), Some(1_800_000_001));
        check("1.8e9", Some(1_800_000_000), Some(1_800_000_000));
        check("1.8E+9", Some(1_800_000_000), Some(1_800_000_000));
        check("18000000000e-1", Some(1_800_000_000), Some(1_800_000_000));
        check("18000000005e-1", Some(1_800_000_000), Some(1_800_000_001));
        check("0.5", Some(0), Some(1));
        check("1e-400", Some(0), Some(1));
        check("1e-99999999999999999999", Some(0), Some(1));
        check("-0", Some(0), Some(0));
        check("0e400", Some(0), Some(0));
        check("18446744073709551615", Some(u64::MAX), Some(u64::MAX));
        check("18446744073709551615.5", Some(u64::MAX), None);
    }

    #[test]
    fn x3_refuses_negative_and_out_of_range_numbers() {
        for text in [
            "-1",
            "-0.1",
            "1e400",
            "1e20",
            "1e99999999999999999999",
            "18446744073709551616",
            "0.1e400",
        ] {
            check(text, None, None);
        }
    }
}
