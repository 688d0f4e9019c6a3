//! The error of a forced answer.

use http::{Method, StatusCode};

use crate::refusal::{ChallengeScheme, Refusal};

/// An error that a test has forced, with the usual values where the test named none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ForcedError<'f> {
    error: &'f str,
    status: u16,
    description: Option<&'f str>,
    retry_after: Option<u32>,
}

impl<'f> ForcedError<'f> {
    pub(crate) fn new(
        error: Option<&'f str>,
        status: Option<u16>,
        description: Option<&'f str>,
        retry_after: Option<u32>,
    ) -> Self {
        let (error, status) = match (error, status) {
            (Some(error), status) => (error, status.unwrap_or_else(|| usual_status(error))),
            (None, status) => {
                let status = status.unwrap_or(500);
                (usual_error(status), status)
            }
        };
        Self {
            error,
            status,
            description,
            retry_after,
        }
    }

    /// Returns the error as it is answered.
    pub(crate) fn refusal(&self) -> Refusal {
        let description = match self.description {
            Some(description) => description.to_owned(),
            None => format!("m2m mock was asked to answer {}", self.error),
        };
        let status = StatusCode::from_u16(self.status);
        Refusal {
            challenge: self.challenge(),
            retry_after: self.retry_after,
            allow: match self.status {
                405 => vec![Method::POST],
                _ => Vec::new(),
            },
            ..Refusal::new(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                self.error.to_owned(),
                description,
            )
        }
    }

    /// Returns the challenge that belongs to the error: that of an API for the errors of tokens, that of the token endpoint for any other 401.
    fn challenge(&self) -> Option<ChallengeScheme> {
        match (self.error, self.status) {
            ("invalid_token" | "insufficient_scope" | "insufficient_user_authentication", _) => {
                Some(ChallengeScheme::Bearer)
            }
            (_, 401) => Some(ChallengeScheme::Basic),
            _ => None,
        }
    }
}

/// The status by the RFCs of an error that is answered directly. The others have 400 (RFC 6749, section 5.2).
const STATUSES: [(&str, u16); 7] = [
    ("invalid_client", 401),
    ("invalid_token", 401),
    ("insufficient_scope", 403),
    ("insufficient_user_authentication", 401),
    ("not_found", 404),
    ("server_error", 500),
    ("temporarily_unavailable", 503),
];

fn usual_status(error: &str) -> u16 {
    let mut known = STATUSES.into_iter();
    known
        .find(|(own, _)| *own == error)
        .map_or(400, |(_, status)| status)
}

/// Returns the error that servers usually have with a status.
const fn usual_error(status: u16) -> &'static str {
    match status {
        401 => "invalid_client",
        403 => "access_denied",
        404 => "not_found",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    }
}
