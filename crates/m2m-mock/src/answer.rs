//! Answers, and the mark that every one of them has.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use m2m_jwt::UnixTime;
use serde::Serialize;
use serde_json::Value;

/// A complete answer.
pub(crate) type Answer = Response<Bytes>;

/// The header that every answer has.
pub(crate) const MARK_HEADER: HeaderName = HeaderName::from_static("m2m-mock");

/// The value of the header, and of the member of documents and token answers.
pub(crate) const MARK: &str = "not for production";

/// The member of documents and token answers.
pub(crate) const MARK_MEMBER: &str = "m2m_mock";

/// Returns an answer with this body.
pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Returns an answer with a JSON document.
pub(crate) fn json(status: StatusCode, document: impl Into<Bytes>) -> Answer {
    answer(status, "application/json", document)
}

/// Returns an answer with a JSON object, to which the mark is added.
pub(crate) fn marked(mut document: Value) -> Answer {
    if let Some(members) = document.as_object_mut() {
        members.insert(MARK_MEMBER.to_owned(), MARK.into());
    }
    json(StatusCode::OK, document.to_string())
}

/// Returns an answer with a JSON object, to which the mark is added, without a tree of it. The object must not have the member itself.
pub(crate) fn written(status: StatusCode, document: &impl Serialize) -> Answer {
    #[derive(Serialize)]
    struct Marked<'d, D> {
        #[serde(flatten)]
        document: &'d D,
        m2m_mock: &'static str,
    }

    let marked = Marked {
        document,
        m2m_mock: MARK,
    };
    let text = serde_json::to_vec(&marked);
    json(
        status,
        text.expect("its keys are texts, and it has no errors of its own"),
    )
}

/// Adds the headers that every answer has: the mark, and the time of the mock's clock.
pub(crate) fn add_common_headers(headers: &mut HeaderMap, time: UnixTime) {
    headers.insert(MARK_HEADER, HeaderValue::from_static(MARK));
    if let Some(date) = date(time) {
        headers.insert(header::DATE, date);
    }
}

/// Returns a time as a header has it; nothing beyond the end of the calendar.
fn date(time: UnixTime) -> Option<HeaderValue> {
    let timestamp = Timestamp::from_second(i64::try_from(time.as_seconds()).ok()?).ok()?;
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp);
    HeaderValue::try_from(text.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_that_of_rfc_9110() {
        let shown = |seconds| date(UnixTime::from_seconds(seconds));
        let expected = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(shown(784_111_777), Some(expected));
        assert!(shown(crate::limits::MAX_TIME).is_some());
        assert_eq!(shown(u64::MAX), None);
    }
}
