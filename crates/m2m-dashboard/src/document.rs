//! A document that callers keep, and ask for again with its entity tag.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::hash::hash;
use crate::representation::prefers;

/// A public document, which callers may keep for a short time.
#[derive(Debug)]
pub struct Document {
    body: Bytes,
    content_type: &'static str,
    /// Another media type of the same content, for callers that prefer it.
    alternative: Option<&'static str>,
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
            alternative: None,
            entity_tag,
        }
    }

    /// Returns the same document, which callers get as another media type if their `Accept` header prefers it.
    #[must_use]
    pub const fn or(mut self, alternative: &'static str) -> Self {
        self.alternative = Some(alternative);
        self
    }

    /// Returns the media type that a request prefers, and the own one if it prefers neither.
    fn content_type(&self, request: &HeaderMap) -> &'static str {
        match self.alternative {
            Some(alternative) if prefers(request, alternative, self.content_type) => alternative,
            _ => self.content_type,
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
                HeaderValue::from_static(self.content_type(request)),
            );
        }
        let headers = response.headers_mut();
        if self.alternative.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        }
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
    fn a6_the_media_type_is_the_one_that_the_caller_prefers() {
        const SET: &str = "application/jwk-set+json";
        const JSON: &str = "application/json";
        let document = Document::new(SET, "{}".to_owned()).or(JSON);
        for (accept, expected) in [
            ("", SET),
            ("*/*", SET),
            ("application/*", SET),
            ("application/jwk-set+json", SET),
            ("application/jwk-set+json, application/json", SET),
            ("application/json, application/jwk-set+json", SET),
            ("application/json;q=0.9, application/jwk-set+json", SET),
            ("application/json;q=0", SET),
            ("text/html", SET),
            ("nonsense", SET),
            ("application/json", JSON),
            ("Application/JSON", JSON),
            ("application/json; charset=utf-8", JSON),
            ("application/json, text/plain, */*", JSON),
            ("application/json;q=0.5, */*;q=0.1", JSON),
            ("application/jwk-set+json;q=0.5, application/json", JSON),
            ("application/jwk-set+json;q=0, */*", JSON),
            ("application/json;q=0.1, */*", SET),
        ] {
            let mut request = HeaderMap::new();
            if !accept.is_empty() {
                request.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            let response = document.respond(&request);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                expected,
                "{accept}"
            );
            assert_eq!(response.headers()[header::VARY], "Accept");
            request.insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
            let known = document.respond(&request);
            assert_eq!(known.status().as_u16(), 304);
            assert_eq!(known.headers()[header::VARY], "Accept");
        }
        let plain = Document::new(JSON, "{}".to_owned()).respond(&HeaderMap::new());
        assert!(!plain.headers().contains_key(header::VARY));
    }

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
