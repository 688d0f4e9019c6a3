//! The declaration of an operation.

use core::fmt;

use crate::Field;

/// The declaration of an operation, from which the server, its OpenAPI document and its clients follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// The id of the operation in the OpenAPI document, such as `createApi`.
    pub id: &'static str,
    /// The method. By default, this is `GET`.
    pub method: Method,
    /// The path, with its placeholders in braces.
    pub path: &'static str,
    /// The scope that a management token needs for the operation.
    pub scope: &'static str,
    /// The parts of a request that need more scopes because other operations can set the same data.
    pub fields: &'static [Field],
    /// The summary of the operation, in one line.
    pub summary: &'static str,
    /// The code of a success, such as `API_CREATED`.
    pub code: &'static str,
    /// True if the answer has a member `code` of its own, which takes the place of the code of the success.
    pub has_own_code: bool,
    /// The message of a success.
    pub message: &'static str,
    /// The status of a success.
    pub status: u16,
    /// The use of entity tags.
    pub versioning: Versioning,
    /// The statuses of refusals that not every operation has. The status 412 is not listed here: it follows from `versioning`.
    pub refusals: &'static [u16],
    /// An example of a body, in JSON.
    pub example: Option<&'static str>,
    /// True if the operation answers as the token endpoint does, also with refusals.
    pub answers_as_token_endpoint: bool,
}

/// The method of a request.
///
/// Exhaustive: a client has to know for every method if it changes data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Reads data and does not change any.
    Get,
    /// Creates a record, or starts an action.
    Post,
    /// Sets a value.
    Put,
    /// Changes the members that the request has.
    Patch,
    /// Deletes a record.
    Delete,
}

/// The use of entity tags by an operation (RFC 9110, section 8.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Versioning {
    /// The operation does not use entity tags, and refuses `If-Match`.
    None,
    /// The answer has an `ETag`.
    Tagged,
    /// The operation compares the record with `If-Match`, and answers 412 if the record has changed.
    Compared,
}

impl Spec {
    /// The values that most operations have in common. They do not declare an operation yet.
    pub(crate) const DEFAULT: Self = Self {
        id: "",
        method: Method::Get,
        path: "",
        scope: "",
        fields: &[],
        summary: "",
        code: "OK",
        has_own_code: false,
        message: "Success",
        status: 200,
        versioning: Versioning::None,
        refusals: &[],
        example: None,
        answers_as_token_endpoint: false,
    };

    /// Returns the names of the placeholders in the path, in their order.
    pub fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl Method {
    /// Returns the method as requests have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}
