//! Whole numbers.

use core::fmt;
use core::ops::RangeInclusive;

use serde::de::{Error, Unexpected, Visitor};

/// The whole numbers that every reader of JSON keeps exactly (RFC 8259, section 6).
pub(in crate::registry) const SAFE_INTEGERS: RangeInclusive<i64> =
    -9_007_199_254_740_991..=9_007_199_254_740_991;

/// Reads a whole number of zero or more. Some programs write it with an empty fraction, as `60.0`, which JSON does not distinguish from 60.
#[derive(Clone, Copy)]
pub(in crate::registry) struct Whole(pub(in crate::registry) &'static str);

impl Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        let is_safe = i64::try_from(number).is_ok_and(|number| SAFE_INTEGERS.contains(&number));
        is_safe
            .then_some(number)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<u64, E> {
        match integer(number).map(u64::try_from) {
            Some(Ok(number)) => Ok(number),
            Some(Err(_)) | None => Err(E::invalid_value(Unexpected::Float(number), &self)),
        }
    }
}

/// Returns the number as an integer, if its fraction is zero and it is a safe integer.
pub(super) fn integer(number: f64) -> Option<i64> {
    if number.fract() != 0.0 {
        return None;
    }
    let number: i64 = format!("{number:.0}").parse().ok()?;
    SAFE_INTEGERS.contains(&number).then_some(number)
}
