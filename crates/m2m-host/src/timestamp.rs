//! Times in a form that people read.

use jiff::Timestamp;
use m2m_jwt::UnixTime;

/// Returns the time by RFC 3339, such as `2026-11-20T10:02:00Z`; the number of seconds beyond the end of the calendar.
pub fn rfc3339(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_seconds()).ok();
    let timestamp = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map_or_else(|| time.to_string(), |timestamp| timestamp.to_string())
}

/// Parses a time by RFC 3339, with an offset.
pub fn parse(text: &str) -> Option<UnixTime> {
    let timestamp: Timestamp = text.parse().ok()?;
    let seconds = u64::try_from(timestamp.as_second()).ok()?;
    Some(UnixTime::from_seconds(seconds))
}

/// Returns the distance of `time` from `now`, in the largest unit that fits: `in 59 minutes`, `2 days ago`, `now`.
pub fn relative(time: UnixTime, now: UnixTime) -> String {
    let (time, now) = (time.as_seconds(), now.as_seconds());
    if time == now {
        return "now".to_owned();
    }
    let seconds = time.abs_diff(now);
    let (length, unit) = UNITS
        .into_iter()
        .find(|(length, _)| seconds >= *length)
        .unwrap_or((1, "second"));
    let count = seconds / length;
    let plural = if count == 1 { "" } else { "s" };
    if time > now {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    }
}

/// Lengths in seconds, the largest first.
const UNITS: [(u64, &str); 4] = [
    (86_400, "day"),
    (3600, "hour"),
    (60, "minute"),
    (1, "second"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    #[test]
    fn prints_a_time_as_a_time() {
        assert_eq!(rfc3339(NOW), "2027-01-15T08:00:00Z");
        assert_eq!(
            rfc3339(UnixTime::from_seconds(u64::MAX)),
            "18446744073709551615"
        );
    }

    #[test]
    fn shows_the_time_until_or_since() {
        assert_eq!(relative(NOW, NOW), "now");
        assert_eq!(
            relative(NOW.saturating_add_seconds(3599), NOW),
            "in 59 minutes"
        );
        assert_eq!(relative(NOW.saturating_add_seconds(3600), NOW), "in 1 hour");
        assert_eq!(
            relative(NOW.saturating_sub_seconds(200_000), NOW),
            "2 days ago"
        );
    }
}
