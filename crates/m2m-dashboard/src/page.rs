//! A page as it is sent.

use askama::Template;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::Document;

/// A page, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
    /// The other header fields that belong to the page, names in lower case.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Page {
    /// Returns the response to a request for the page: 304 if the caller already has it.
    #[must_use]
    pub fn respond(self, request: &HeaderMap) -> Response<Bytes> {
        let mut response = Document::new(self.content_type, self.body).respond(request);
        add_fields(response.headers_mut(), self.fields);
        response
    }

    /// Replaces the body of a refusal, whose status and other header fields remain.
    #[must_use]
    pub fn in_place_of<B: From<String>>(self, refusal: Response<B>) -> Response<B> {
        let mut response = refusal.map(|_| B::from(self.body));
        let content_type = HeaderValue::from_static(self.content_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        add_fields(response.headers_mut(), self.fields);
        response
    }

    /// Returns a page of HTML.
    pub(crate) fn html(status: u16, template: &impl Template) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            // Rendering fails only if a value cannot be written, and the values here are texts and numbers.
            body: template.render().unwrap_or_default(),
            fields: &HTML_FIELDS,
        }
    }

    /// Returns a page of HTML that contains texts of its caller, which caches must not keep.
    pub(crate) fn private_html(status: u16, template: &impl Template) -> Self {
        Self {
            fields: &PRIVATE_FIELDS,
            ..Self::html(status, template)
        }
    }

    /// Returns a document for programs.
    pub(crate) const fn json(body: String) -> Self {
        Self {
            status: 200,
            content_type: "application/json",
            body,
            fields: &[VARY],
        }
    }

    /// Returns a file that never changes under its name.
    pub(crate) fn asset(content_type: &'static str, body: &str) -> Self {
        Self {
            status: 200,
            content_type,
            body: body.to_owned(),
            fields: &[NO_SNIFFING, IMMUTABLE],
        }
    }
}

fn add_fields(headers: &mut HeaderMap, fields: &[(&'static str, &'static str)]) {
    for (name, value) in fields {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

/// The fields of every page of HTML. The policy allows the style sheet, pictures in the page, and forms of this server, and nothing else.
const HTML_FIELDS: [(&str, &str); 4] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    NO_SNIFFING,
    ("referrer-policy", "no-referrer"),
    VARY,
];

const PRIVATE_FIELDS: [(&str, &str); 5] = {
    let [policy, no_sniffing, referrer, vary] = HTML_FIELDS;
    [
        policy,
        no_sniffing,
        referrer,
        vary,
        ("cache-control", "no-store"),
    ]
};

const NO_SNIFFING: (&str, &str) = ("x-content-type-options", "nosniff");

/// Each path has a page of HTML and one of JSON.
const VARY: (&str, &str) = ("vary", "accept");

/// One year, the longest time that caches regard (RFC 9111, section 1.2.2, has no maximum; RFC 8246 defines `immutable`).
const IMMUTABLE: (&str, &str) = ("cache-control", "public, max-age=31536000, immutable");
