//! The mistakes in what a test asks of the mock. Each message has the fix behind its last semicolon.

use core::ops::Range;

use crate::limits::{MAX_CLIENT_ID_BYTES, MAX_DELAY_MS, MAX_TIME};

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

/// The mock has as many forced answers as it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there are {} forced answers already; delete them with DELETE /mock/forced-answers",
    crate::limits::MAX_FORCED_ANSWERS
)]
pub(crate) struct TooManyForcedAnswers;
