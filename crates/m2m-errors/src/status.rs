//! The HTTP statuses that a caller can receive.

use crate::catalogued::catalogued;
use crate::{Advice, Cause, Profile, Source};

/// The meaning of a status for a caller that requests a token or presents one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusEntry {
    /// The number, such as 400.
    pub code: u16,
    /// The reason phrase of RFC 9110, section 15, or of RFC 6585.
    pub reason: &'static str,
    /// The meaning, in one sentence.
    pub meaning: &'static str,
    /// The usual causes and the fixes.
    pub advice: Advice,
    /// The sections that define the status.
    pub sources: &'static [Source],
}

/// The text is not the number of a known status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownStatus;

impl core::fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("unknown HTTP status; docs/errors.md lists the known ones")
    }
}

impl core::error::Error for UnknownStatus {}

impl Status {
    /// The number, such as 400.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.entry().code
    }

    /// Returns the status with this number, if it is one that a caller of these crates can receive.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.code() == code)
    }

    /// The causes that a server with this profile answers with this status, in the order of the catalogue.
    pub fn causes(self, profile: Profile) -> impl Iterator<Item = Cause> {
        let answered = Cause::ALL
            .iter()
            .copied()
            .filter(|cause| cause.is_answered());
        answered.filter(move |cause| {
            let wire = &cause.entry().wire;
            [wire.of(profile), wire.of_resource(profile)]
                .iter()
                .any(|form| form.status == self)
        })
    }
}

impl core::str::FromStr for Status {
    type Err = UnknownStatus;

    /// Reads the number alone, such as `400`, without the reason phrase.
    fn from_str(number: &str) -> Result<Self, UnknownStatus> {
        number
            .parse()
            .ok()
            .and_then(Self::from_code)
            .ok_or(UnknownStatus)
    }
}

catalogued! {
    /// An HTTP status.
    pub enum Status: StatusEntry {
        /// 400.
        BadRequest => statuses::BAD_REQUEST,
        /// 401.
        Unauthorized => statuses::UNAUTHORIZED,
        /// 403.
        Forbidden => statuses::FORBIDDEN,
        /// 404.
        NotFound => statuses::NOT_FOUND,
        /// 405.
        MethodNotAllowed => statuses::METHOD_NOT_ALLOWED,
        /// 408.
        RequestTimeout => statuses::REQUEST_TIMEOUT,
        /// 409.
        Conflict => statuses::CONFLICT,
        /// 412.
        PreconditionFailed => statuses::PRECONDITION_FAILED,
        /// 413.
        ContentTooLarge => statuses::CONTENT_TOO_LARGE,
        /// 414.
        UriTooLong => statuses::URI_TOO_LONG,
        /// 415.
        UnsupportedMediaType => statuses::UNSUPPORTED_MEDIA_TYPE,
        /// 429.
        TooManyRequests => statuses::TOO_MANY_REQUESTS,
        /// 431.
        RequestHeaderFieldsTooLarge => statuses::REQUEST_HEADER_FIELDS_TOO_LARGE,
        /// 500.
        InternalServerError => statuses::INTERNAL_SERVER_ERROR,
        /// 503.
        ServiceUnavailable => statuses::SERVICE_UNAVAILABLE,
    }
}
