//! Points in time, such as `2026-11-20T00:00:00Z` (RFC 3339).

use m2m_jwt::UnixTime;
use serde::de::{Deserialize, Deserializer};
use serde::ser::Serializer;

/// Returns a time as files and answers have it, such as `2026-11-20T00:00:00Z`. A time beyond the year 9999 is written as the end of that
/// year.
///
/// ```
/// use m2m_authority::registry::{parse_time, time_text};
/// use m2m_jwt::UnixTime;
///
/// let time = UnixTime::from_seconds(1_795_132_800);
/// assert_eq!(time_text(time), "2026-11-20T00:00:00Z");
/// assert_eq!(parse_time("2026-11-20T01:00:00+01:00"), Some(time));
/// ```
#[must_use]
pub fn time_text(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_seconds()).ok();
    seconds
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .unwrap_or(jiff::Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Parses a time as in RFC 3339. A time before 1970 is read as 1970-01-01T00:00:00Z, since nothing here is older.
#[must_use]
pub fn parse_time(text: &str) -> Option<UnixTime> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    let seconds = u64::try_from(timestamp.as_second()).unwrap_or(0);
    Some(UnixTime::from_seconds(seconds))
}

pub(in crate::registry) fn serialize<S: Serializer>(
    time: &Option<UnixTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_some(&time_text(*time)),
        None => serializer.serialize_none(),
    }
}

pub(in crate::registry) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<UnixTime>, D::Error> {
    struct Time(UnixTime);

    impl<'de> Deserialize<'de> for Time {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            super::from_text(
                deserializer,
                "a timestamp such as 2026-11-20T00:00:00Z",
                |text| {
                    parse_time(text).map(Self).ok_or_else(|| {
                    format!("{text:?} is not a timestamp; write date, time and offset, as in 2026-11-20T00:00:00Z")
                })
                },
            )
        }
    }

    Ok(Option::<Time>::deserialize(deserializer)?.map(|Time(time)| time))
}
