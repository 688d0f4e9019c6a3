//! The statuses of HTTP that a caller can meet.

use crate::{Advice, Source};

/// A status of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// 400.
    BadRequest,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 408.
    RequestTimeout,
    /// 413.
    ContentTooLarge,
    /// 414.
    UriTooLong,
    /// 429.
    TooManyRequests,
    /// 431.
    RequestHeaderFieldsTooLarge,
    /// 500.
    InternalServerError,
    /// 503.
    ServiceUnavailable,
}

/// What a status means to who calls for a token or with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusEntry {
    /// The number, such as 400.
    pub code: u16,
    /// The reason phrase of RFC 9110, section 15.
    pub reason: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// What leads to it and what to do.
    pub advice: Advice,
    /// Where the status is defined.
    pub sources: &'static [Source],
    /// The rows of the seed documents that it answers.
    pub rows: &'static [&'static str],
}
