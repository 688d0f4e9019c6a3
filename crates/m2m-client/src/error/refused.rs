//! Refusals of the token endpoint.

use core::fmt;
use core::time::Duration;

use http::StatusCode;
use m2m_errors::{Advice, ErrorCode, Status};

use super::token::is_temporary;

/// A refusal of the token endpoint, of any provider.
///
/// The texts are the server's own, shortened, without characters that control a terminal, and with the secret redacted.
///
/// Source: RFC 6749, section 5.2, <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The status of HTTP.
    pub status: StatusCode,
    /// The code, such as `invalid_client`.
    pub error: String,
    /// The text for developers.
    pub error_description: Option<String>,
    /// The page for developers.
    pub error_uri: Option<String>,
    /// The id under which the operator finds this refusal in the log. m2m sends it; other servers rarely do.
    pub trace_id: Option<String>,
    /// The time to wait before the next attempt, if the server states it in seconds.
    pub retry_after: Option<Duration>,
}

impl Refused {
    /// Returns the code, if it is a known one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.error.parse().ok()
    }

    /// Returns the text for a refusal of this endpoint.
    pub(crate) const fn told_of(&self, endpoint: &'static str) -> RefusedBy<'_> {
        let refused = self;
        RefusedBy { refused, endpoint }
    }

    /// Returns true if the same request can succeed later: the status or the code says that the server cannot answer now, or the server states when to
    /// try again.
    pub(super) fn is_temporary(&self) -> bool {
        let is_code = matches!(
            self.code(),
            Some(ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError)
        );
        is_code || self.retry_after.is_some() || is_temporary(self.status)
    }

    /// Returns the usual causes of the code, else of the status, and the fixes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let of_status =
            || Status::from_code(self.status.as_u16()).map(|status| status.entry().advice);
        self.code()
            .map(|code| code.entry().advice)
            .or_else(of_status)
            .unwrap_or(OWN_CODE)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told_of("token endpoint").fmt(f)
    }
}

impl core::error::Error for Refused {}

/// The text for the refusal of an endpoint.
pub(crate) struct RefusedBy<'r> {
    refused: &'r Refused,
    endpoint: &'static str,
}

impl fmt::Display for RefusedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refused, endpoint } = self;
        let status = refused.status.as_u16();
        let code = &refused.error;
        write!(f, "the {endpoint} refused the request with {status} {code}")?;
        if let Some(description) = &refused.error_description {
            write!(f, ": {description}")?;
        }
        if let Some(trace_id) = &refused.trace_id {
            write!(f, " (trace_id {trace_id})")?;
        }
        Ok(())
    }
}

/// The advice for a code that only this server has, with a status that does not explain it either.
const OWN_CODE: Advice = Advice {
    causes: &["The error code is specific to this server."],
    fixes: &[
        "Look up the code in the documentation of the server.",
        "Send the code and the time of the request to the operator of the server.",
    ],
};
