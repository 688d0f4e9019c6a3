//! Lengths of time as people write them.

/// The number of seconds in a text such as `90s`, `15m`, `1h` or `7d`, as people write lengths of time; nothing for any other, and for
/// 0.
#[must_use]
pub fn parse_seconds(text: &str) -> Option<u64> {
    let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    number.checked_mul(seconds).filter(|seconds| *seconds > 0)
}

/// A number of seconds as such a text, in the largest unit that needs no fraction.
pub(crate) fn seconds_text(seconds: u64) -> String {
    let whole = |(_, length): &(char, u64)| seconds.is_multiple_of(*length);
    let (unit, length) = UNITS.into_iter().rev().find(whole).unwrap_or(('s', 1));
    format!("{}{unit}", seconds / length)
}

const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];

#[cfg(test)]
mod tests {
    use super::{parse_seconds, seconds_text};

    #[test]
    fn writes_what_it_reads() {
        for text in ["90s", "15m", "1h", "25h", "7d"] {
            assert_eq!(parse_seconds(text).map(seconds_text).as_deref(), Some(text));
        }
    }

    #[test]
    fn reads_a_number_and_a_unit_and_nothing_else() {
        assert_eq!(parse_seconds("90s"), Some(90));
        assert_eq!(parse_seconds("15m"), Some(900));
        assert_eq!(parse_seconds("1h"), Some(3600));
        assert_eq!(parse_seconds("7d"), Some(604_800));
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
            assert_eq!(parse_seconds(wrong), None, "{wrong}");
        }
    }
}
