//! The error answer of an endpoint.

use std::borrow::Cow;

use crate::description::{clean_text, clean_uri};
use crate::json::{self, ObjectWriter};
use crate::members::{Members, Value, foreign_text};
use crate::{InvalidDocument, MemberProblem};

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

    /// Reads a body of any provider, for clients. `error` decides: all other members may have any value, and are absent if it is not a
    /// string.
    ///
    /// An `error` that is an object, as APIs send it, or a list of such objects or of codes, is read as well: its code is the first string
    /// without a space among `code`, `error`, `type` and `status`, and its description the one of `error_description`, `message` and
    /// `description`.
    ///
    /// # Errors
    /// - [`InvalidDocument::NotJson`]: the body is not JSON (cause `internal-error`);
    /// - [`InvalidDocument::WrongMembers`]: `error` is missing or repeated, or contains no code (`internal-error`).
    pub fn parse(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        match foreign_text(json) {
            Cow::Borrowed(text) => Self::read(text),
            Cow::Owned(text) => ErrorResponse::read(&text).map(ErrorResponse::into_owned),
        }
    }

    fn read(text: &'a str) -> Result<Self, InvalidDocument> {
        let members = Members::parse(text)?;
        let found = members.needed("error", code_and_description)?;
        let (error, inner) = found.ok_or_else(|| members.wrong("error", MemberProblem::Missing))?;
        Ok(Self {
            error,
            error_description: text_of(&members, "error_description").or(inner),
            error_uri: text_of(&members, "error_uri"),
            trace_id: text_of(&members, "trace_id"),
        })
    }

    fn into_owned(self) -> ErrorResponse<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        ErrorResponse {
            error: owned(self.error),
            error_description: self.error_description.map(owned),
            error_uri: self.error_uri.map(owned),
            trace_id: self.trace_id.map(owned),
        }
    }
}

/// A code, and a description if the code is in an object.
type Coded<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

fn code_and_description(value: Value<'_>) -> Result<Coded<'_>, MemberProblem> {
    let expected = "an error code";
    let value = if value.is_list() {
        let first = value.entries(expected)?.into_iter().next();
        first.ok_or_else(|| value.wrong_type(expected))?
    } else {
        value
    };
    if !value.is_object() {
        return Ok((value.text()?, None));
    }
    let members = value.members()?;
    let is_word = |text: &Cow<'_, str>| !text.is_empty() && !text.contains([' ', '\n']);
    let mut codes = ["code", "error", "type", "status"].into_iter();
    let code = codes.find_map(|name| text_of(&members, name).filter(is_word));
    let mut descriptions = ["error_description", "message", "description"].into_iter();
    let description = descriptions.find_map(|name| text_of(&members, name));
    code.map(|code| (code, description))
        .ok_or_else(|| value.wrong_type(expected))
}

fn text_of<'a>(members: &Members<'a>, name: &str) -> Option<Cow<'a, str>> {
    members.get(name).ok().flatten()?.text().ok()
}

json::from_json!(ErrorResponse);
