//! The answer to a browser that asks whether a page of another origin may request a document (Fetch Standard, section 3.3.5).

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

/// Returns the response to an `OPTIONS` request for a public document: any page may request it, with the header fields that it asks for.
#[must_use]
pub fn preflight(request: &HeaderMap) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in FIELDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if request.contains_key(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        // A request for a public document needs no credentials, so that `*` means all fields; older browsers need their names.
        let names = asked(request).unwrap_or(HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
    response
}

/// Returns the names of the header fields that are asked for, if they are names of fields, and not too many.
fn asked(request: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = request
        .get_all(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let list = line.to_str().ok().filter(|list| list.len() <= MAX_BYTES)?;
    let mut names = Vec::new();
    for name in list.split(',') {
        names.push(HeaderName::from_bytes(name.trim().as_bytes()).ok()?);
    }
    let names: Vec<&str> = names.iter().map(HeaderName::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}

/// The fields of every answer. Browsers keep it for a day, or for as long as they allow.
const FIELDS: [(HeaderName, &str); 5] = [
    (header::ALLOW, "GET, HEAD, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    (header::VARY, "access-control-request-headers"),
];

/// The maximum length of the names that are repeated. Browsers send a few. Unit: bytes.
const MAX_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(lines: &[&str]) -> Option<String> {
        let mut request = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            request.append(header::ACCESS_CONTROL_REQUEST_HEADERS, line);
        }
        let response = preflight(&request);
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let field = |name| response.headers().get(name)?.to_str().ok();
        assert_eq!(field(header::ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
        assert_eq!(
            field(header::ACCESS_CONTROL_ALLOW_METHODS),
            Some("GET, HEAD")
        );
        assert!(field(header::ACCESS_CONTROL_MAX_AGE).is_some());
        field(header::ACCESS_CONTROL_ALLOW_HEADERS).map(str::to_owned)
    }

    #[test]
    fn a7_the_header_fields_that_are_asked_for_are_allowed() {
        assert_eq!(allowed(&[]), None);
        let names = "traceparent,X-Own, authorization";
        let expected = "traceparent, x-own, authorization";
        assert_eq!(allowed(&[names]).as_deref(), Some(expected));
    }

    #[test]
    fn a7_other_texts_are_not_repeated() {
        let long = vec!["x-own"; 300].join(",");
        for garbage in [
            "",
            ",",
            "a b",
            "<script>",
            "x, \u{fc}",
            "a:b",
            long.as_str(),
        ] {
            assert_eq!(allowed(&[garbage]).as_deref(), Some("*"), "{garbage}");
        }
        assert_eq!(allowed(&["a", "b"]).as_deref(), Some("*"));
    }
}
