//! The requests that the mock received, for the assertions of a test.

use std::collections::VecDeque;

use bytes::Bytes;
use http::Request;
use m2m_jwt::UnixTime;
use serde::Serialize;
use serde_json::{Value, json};

use crate::asked::{Asked, AuthenticationMethod};
use crate::limits::{MAX_KEPT_AUDIENCES, MAX_KEPT_REQUESTS, MAX_KEPT_TEXT_BYTES};

/// The latest requests, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct ReceivedRequests {
    kept: VecDeque<Received>,
    /// The number of all requests, those that were dropped included.
    count: u64,
}

/// A request, without its secrets: those of the client, and the token to introspect or to revoke.
#[derive(Debug, Serialize)]
struct Received {
    /// Counted from 1.
    number: u64,
    /// The time of the mock's clock. Unit: seconds since 1970-01-01T00:00:00Z.
    time: u64,
    method: Box<str>,
    /// The path without the query, which may contain a secret.
    path: Box<str>,
    authentication_method: AuthenticationMethod,
    client_id: Option<Box<str>>,
    grant_type: Option<Box<str>>,
    scope: Option<Box<str>>,
    audience: Vec<Box<str>>,
    /// The status of the answer. Absent if the connection was closed without one.
    status: Option<u16>,
}

impl ReceivedRequests {
    /// Adds a request. Beyond the maximum, the oldest one is dropped.
    pub(crate) fn add(
        &mut self,
        request: &Request<Bytes>,
        asked: &Asked,
        status: Option<u16>,
        time: UnixTime,
    ) {
        self.count += 1;
        let audience = asked.audience.iter().take(MAX_KEPT_AUDIENCES);
        self.kept.push_back(Received {
            number: self.count,
            time: time.as_seconds(),
            method: clipped(request.method().as_str()),
            path: clipped(request.uri().path()),
            authentication_method: asked.method,
            client_id: asked.client_id.as_deref().map(clipped),
            grant_type: asked.grant_type.as_deref().map(clipped),
            scope: asked.scope.as_deref().map(clipped),
            audience: audience.map(|audience| clipped(audience)).collect(),
            status,
        });
        if self.kept.len() > MAX_KEPT_REQUESTS {
            self.kept.pop_front();
        }
    }

    /// The number of requests that are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The requests, and the number of those that were dropped.
    pub(crate) fn shown(&self) -> Value {
        let first = self.kept.front().map_or(1, |received| received.number);
        json!({ "requests": self.kept, "dropped": first - 1 })
    }
}

fn clipped(text: &str) -> Box<str> {
    let end = text.floor_char_boundary(MAX_KEPT_TEXT_BYTES);
    text.get(..end).unwrap_or(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_requests_are_dropped_and_long_texts_are_clipped() {
        let mut received = ReceivedRequests::default();
        let path = format!(
            "/{}",
            "é".repeat(MAX_KEPT_TEXT_BYTES).replace('é', "%C3%A9")
        );
        let request = Request::get(path).body(Bytes::new()).unwrap();
        let asked = Asked {
            scope: Some("é".repeat(MAX_KEPT_TEXT_BYTES).into()),
            audience: vec!["a".into(); 100],
            ..Asked::default()
        };
        for _ in 0..MAX_KEPT_REQUESTS + 3 {
            received.add(&request, &asked, Some(200), UnixTime::from_seconds(7));
        }
        let shown = received.shown();
        assert_eq!(shown["dropped"], 3);
        let requests = shown["requests"].as_array().unwrap();
        assert_eq!(requests.len(), MAX_KEPT_REQUESTS);
        assert_eq!(requests[0]["number"], 4);
        assert_eq!(requests[0]["path"].as_str().unwrap().len(), 512);
        assert_eq!(requests[0]["scope"].as_str().unwrap().len(), 512);
        assert_eq!(requests[0]["audience"].as_array().unwrap().len(), 16);
    }
}
