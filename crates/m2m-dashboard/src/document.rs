//! A document that callers keep, and ask for again with its entity tag.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::hash::hash;

/// A public document, which callers may keep for a short time.
#[derive(Debug)]
pub struct Document {
    body: Bytes,
    content_type: &'static str,
    entity_tag: HeaderValue,
}

impl Document {
    /// Returns a document with this content.
    #[must_use]
    pub fn new(content_type: &'static str, body: String) -> Self {
        let tag = format!("\"{:016x}\"", hash(body.as_bytes()));
        let entity_tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self {
            body: Bytes::from(body),
            content_type,
            entity_tag,
        }
    }

    /// Returns the response to a request for the document: 304 if the caller already has it.
    #[must_use]
    pub fn respond(&self, request: &HeaderMap) -> Response<Bytes> {
        let mut response = Response::default();
        if self.is_known(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            *response.body_mut() = self.body.clone();
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.content_type),
            );
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.entity_tag.clone());
        headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        response
    }

    /// Returns true if the caller already has this version of the document (RFC 9110, section 13.1.2).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let tags = request
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok());
        tags.flat_map(|list| list.split(','))
            .map(str::trim)
            .any(|tag| {
                tag == "*"
                    || tag.strip_prefix("W/").unwrap_or(tag).as_bytes()
                        == self.entity_tag.as_bytes()
            })
    }
}

/// Five minutes: short enough for a new key to be known soon, long enough that clients do not fetch the document for each token.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=300");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_that_has_the_document_gets_304() {
        let document = Document::new("application/json", "{}".to_owned());
        let ask = |tag: &str| {
            let mut request = HeaderMap::new();
            request.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
            document.respond(&request).status().as_u16()
        };
        let own = document.entity_tag.to_str().unwrap();
        assert_eq!(ask(own), 304);
        assert_eq!(ask(&format!("\"other\", W/{own}")), 304);
        assert_eq!(ask("*"), 304);
        assert_eq!(ask("\"other\""), 200);
        assert_ne!(
            own,
            Document::new("application/json", "[]".to_owned()).entity_tag
        );
    }
}
