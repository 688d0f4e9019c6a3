//! The error answer of an endpoint.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{
    InvalidDocument,
    description::{clean_text, clean_uri},
    json::{self, ObjectWriter, Text},
};

/// A refusal of the token endpoint, with the id under which the operator finds its cause.
///
/// Source: RFC 6749, section 5.2, <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>.
///
/// ```
/// use oauth_proto::ErrorResponse;
///
/// let response = ErrorResponse::parse(br#"{"error":"invalid_scope","correlation_id":"1"}"#)?;
/// assert_eq!(response.error, "invalid_scope");
/// assert_eq!(response.error_description, None);
/// # Ok::<(), oauth_proto::InvalidDocument>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorResponse<'a> {
    /// The code, such as `invalid_client`.
    pub error: Cow<'a, str>,
    /// A text for developers.
    pub error_description: Option<Cow<'a, str>>,
    /// A page for developers.
    pub error_uri: Option<Cow<'a, str>>,
    /// The id of this one refusal; not a member of the RFC.
    pub trace_id: Option<Cow<'a, str>>,
}

impl<'a> ErrorResponse<'a> {
    /// Returns a refusal with this code alone.
    #[must_use]
    pub fn new(error: impl Into<Cow<'a, str>>) -> Self {
        Self {
            error: error.into(),
            error_description: None,
            error_uri: None,
            trace_id: None,
        }
    }

    /// The body, for servers.
    ///
    /// Only the bytes that the RFC allows are written, `%x20-21 / %x23-5B / %x5D-7E`, in `error_uri` without the space; a `?` replaces
    /// every other character.
    #[must_use]
    pub fn to_json(&self) -> String {
        let description = self.error_description.as_deref().map(clean_text);
        let uri = self.error_uri.as_deref().map(clean_uri);
        let trace_id = self.trace_id.as_deref().map(clean_text);
        let texts = [description.as_deref(), uri.as_deref(), trace_id.as_deref()];
        // The extra space is for names, punctuation and the longest registered code.
        let capacity = texts.into_iter().flatten().map(str::len).sum::<usize>() + 128;
        let mut object = ObjectWriter::with_capacity(capacity);
        object
            .string("error", &clean_text(&self.error))
            .optional_string("error_description", description.as_deref())
            .optional_string("error_uri", uri.as_deref())
            .optional_string("trace_id", trace_id.as_deref());
        object.finish()
    }

    /// Reads a body of any provider, for clients. Unknown members are ignored.
    ///
    /// # Errors
    /// - [`InvalidDocument::NotJson`]: the body is not JSON (cause `internal-error`);
    /// - [`InvalidDocument::WrongMembers`]: `error` is missing, or a member has a wrong type or is repeated (`internal-error`).
    pub fn parse(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        #[derive(Deserialize)]
        struct Members<'a> {
            #[serde(borrow)]
            error: Text<'a>,
            #[serde(borrow)]
            error_description: Option<Text<'a>>,
            #[serde(borrow)]
            error_uri: Option<Text<'a>>,
            #[serde(borrow)]
            trace_id: Option<Text<'a>>,
        }

        let members: Members<'a> = json::parse(json)?;
        Ok(Self {
            error: members.error.into_inner(),
            error_description: members.error_description.map(Text::into_inner),
            error_uri: members.error_uri.map(Text::into_inner),
            trace_id: members.trace_id.map(Text::into_inner),
        })
    }
}

json::from_json!(ErrorResponse);
