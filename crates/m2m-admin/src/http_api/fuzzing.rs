//! The bodies of the fuzz targets, replayed by a test.

use bytes::Bytes;
use http::HeaderValue;
use m2m_authority::TraceId;
use m2m_jwt::UnixTime;

use super::request::Raw;
use super::{router, table};
use crate::World;
use crate::operator::Operator;

/// A request of the management API: method and target in the first line, the media type in the second, then the body.
///
/// Every operation that the request may be for reads it, or refuses it with a message that is safe for a terminal and a status of the OpenAPI
/// document.
pub fn management(data: &[u8]) {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let content_type = lines.next().unwrap_or_default();
    let body = lines.next().unwrap_or_default();
    let (method, target) = first.split_once(' ').unwrap_or(("GET", &first));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    for (description, read) in table::readers() {
        if description.method.as_str() != method {
            continue;
        }
        let Some(names) = router::names(description.path, path) else {
            continue;
        };
        let raw = Raw {
            operator: Operator {
                client_id: "fuzz".into(),
                scopes: Box::default(),
                jwt_id: Box::default(),
                issued_at: UnixTime::from_seconds(1_800_000_000),
                needs: vec![description.scope],
                trace_id: TraceId::from_random([0; 16]),
                address: None,
                now: UnixTime::from_seconds(1_800_000_000),
            },
            names,
            query: query.map(Into::into),
            content_type: HeaderValue::from_bytes(content_type)
                .ok()
                .filter(|value| !value.is_empty()),
            if_match: None,
            body: Bytes::copy_from_slice(body),
        };
        if let Err(error) = read(raw) {
            assert!(matches!(error.status(), 400 | 415), "{error}");
            assert!(!error.to_string().is_empty());
        }
    }
}

/// A `world.toml`: it is read, or the first mistake has a place in it. If the text is JSON, it is also read as JSON, or the mistake has a path.
pub fn world(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    if let Err(mistake) = World::parse(text) {
        let span = mistake.span();
        assert!(span.start <= span.end && span.end <= text.len());
        assert!(!mistake.what().is_empty());
    }
    if let Ok(value) = serde_json::from_str(text)
        && let Err(mistake) = World::from_json(value)
    {
        assert_eq!(*mistake.span(), 0..0);
        assert!(!mistake.what().is_empty());
    }
}
