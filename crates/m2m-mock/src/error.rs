//! The mistakes in what a test asks of the mock. Each message has the fix behind its last semicolon.

use core::ops::Range;

use crate::endpoint::CONTROL_PREFIX;
use crate::limits::{
    MAX_CLIENT_ID_BYTES, MAX_DELAY_MS, MAX_FORCED_ANSWERS, MAX_FORCED_BYTES, MAX_TIME,
};

/// A script cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
#[non_exhaustive]
pub struct InvalidScript {
    /// The mistake, without its place.
    pub what: Box<str>,
    /// The place in the text of the script. Unit: bytes.
    pub span: Range<usize>,
    /// The suggested fix, if there is one.
    pub help: Option<Box<str>>,
}

/// The fields of a forced answer contradict each other, or one is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidForcedAnswer {
    /// Nothing would differ from the usual answer.
    #[error(
        "the forced answer would be the usual one; set error, status, broken, token or delay_ms"
    )]
    Usual,
    /// Two fields each determine the whole answer.
    #[error("{first} and {second} exclude each other; write two forced answers")]
    Excluded {
        /// The one field.
        first: &'static str,
        /// The other field.
        second: &'static str,
    },
    /// A field belongs to another one that is missing.
    #[error("{field} needs another field; set {needs} as well")]
    Alone {
        /// The field.
        field: &'static str,
        /// The fields that it can belong to.
        needs: &'static str,
    },
    /// The answer applies to no request.
    #[error("times is 0; leave it out for every request")]
    NoTimes,
    /// The delay is too long.
    #[error("delay_ms is {0}; the maximum is {MAX_DELAY_MS}")]
    DelayTooLong(u32),
    /// The status is not that of a final answer.
    #[error("{0} is not the status of an answer; choose one from 200 to 599")]
    Status(u16),
    /// An error with a status that clients take for a success.
    #[error("status {0} is a success, and an error has another one; choose one from 400 to 599")]
    SuccessfulError(u16),
    /// The code is almost a registered one.
    #[error("unknown error {code:?}; did you mean `{nearest}`?")]
    ErrorMisspelled {
        /// The code.
        code: Box<str>,
        /// The registered code that is nearest.
        nearest: &'static str,
    },
    /// The code has characters that no `error` has.
    #[error(
        "an error is printable ASCII without quotes and backslashes, of up to 64 characters; write a code such as invalid_scope"
    )]
    ErrorMalformed,
    /// An endpoint that issues no tokens has a forced token.
    #[error("token belongs to the endpoint token; leave out the endpoint, or the token")]
    TokenElsewhere,
    /// An endpoint without clients has a client.
    #[error(
        "requests for metadata and keys have no client_id; leave it out for the endpoints metadata and jwks"
    )]
    ClientElsewhere,
}

/// A client of a script cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidClient {
    /// The client id is empty or too long.
    #[error("a client_id has 1 to {MAX_CLIENT_ID_BYTES} bytes; choose another one")]
    ClientId,
    /// The secret is empty.
    #[error("the client_secret is empty; set one, since an empty one counts as missing")]
    EmptySecret,
}

/// A time that the clock cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time {seconds} is beyond the calendar; the latest one is {MAX_TIME}")]
pub(crate) struct InvalidClock {
    /// The time. Unit: seconds since 1970-01-01T00:00:00Z.
    pub(crate) seconds: u64,
}

/// The mock keeps no more forced answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ForcedAnswersFull {
    /// There are as many as it keeps.
    #[error(
        "there are {MAX_FORCED_ANSWERS} forced answers already; delete them with DELETE /mock/forced-answers"
    )]
    Number,
    /// Their texts would take more memory than it has for them.
    #[error(
        "the forced answers would take more than {MAX_FORCED_BYTES} bytes; delete them with DELETE /mock/forced-answers, or shorten their claims and texts"
    )]
    Size,
}

/// A request comes from a page in a browser, as far as its headers show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeniedCaller {
    /// A browser states the origin of the page.
    #[error("the header Origin is that of a page in a browser; send the request from a program")]
    Origin,
    /// A browser states that a page caused the request.
    #[error(
        "the header Sec-Fetch-Site is that of a page in a browser; send the request from a program"
    )]
    SecFetchSite,
    /// The name may be one that a page has rebound to loopback.
    #[error(
        "Host is neither a loopback address nor that of the issuer; set issuer in the script to the URL by which tests reach the mock"
    )]
    Host,
}

/// The path of a script's issuer cannot be that of a mock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidIssuerPath {
    /// It is that of the control endpoints.
    #[error(
        "the path {CONTROL_PREFIX} is that of the control endpoints; choose another path for the issuer"
    )]
    Control,
    /// Clients resolve such segments before they send a request.
    #[error("the path of an issuer has no segments . and ..; write the path without them")]
    DotSegment,
}
