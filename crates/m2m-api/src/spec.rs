//! The declaration of an operation.

use core::fmt;

use crate::Field;

/// The declaration of an operation, from which the server, its OpenAPI document and clients are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// The name in the OpenAPI document, such as `createApi`.
    pub id: &'static str,
    /// The method. Most operations show something.
    pub method: Method,
    /// The path, with the names of its parts in braces.
    pub path: &'static str,
    /// The scope that a management token needs for it.
    pub scope: &'static str,
    /// The parts of a request that need more scopes, wherever the same can be set by another operation.
    pub fields: &'static [Field],
    /// What it does, in one line.
    pub summary: &'static str,
    /// The code of a success, such as `API_CREATED`.
    pub code: &'static str,
    /// The message of a success.
    pub message: &'static str,
    /// The status of a success.
    pub status: u16,
    /// The use of the version of the record.
    pub versioning: Versioning,
    /// The statuses of refusals beyond those that every operation has. The status 412 is not among them: it follows from `versioning`.
    pub refusals: &'static [u16],
    /// A body as an example, in JSON.
    pub example: Option<&'static str>,
    /// True for the operation that answers as the token endpoint does, refusals included.
    pub answers_as_token_endpoint: bool,
}

/// The method of a request.
///
/// Exhaustive: a client has to know of every method whether it changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Shows something and changes nothing.
    Get,
    /// Creates a record, or does something.
    Post,
    /// Sets a value.
    Put,
    /// Changes those members that the request has.
    Patch,
    /// Deletes a record.
    Delete,
}

/// The use of entity tags by an operation (RFC 9110, section 8.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Versioning {
    /// It has none, and refuses `If-Match`.
    None,
    /// Its answer has an `ETag`.
    Tagged,
    /// It compares the record with `If-Match`, and answers 412 if the record is another one by now.
    Compared,
}

impl Spec {
    /// What most operations have in common. It declares no operation yet.
    pub(crate) const DEFAULT: Self = Self {
        id: "",
        method: Method::Get,
        path: "",
        scope: "",
        fields: &[],
        summary: "",
        code: "OK",
        message: "Success",
        status: 200,
        versioning: Versioning::None,
        refusals: &[],
        example: None,
        answers_as_token_endpoint: false,
    };

    /// The names of the places in the path, in their order.
    pub fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl Method {
    /// The method as requests have it.
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
