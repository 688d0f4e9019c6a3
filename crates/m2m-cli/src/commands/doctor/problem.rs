//! A problem that a step found, in words, with what to do.

use m2m_client::{TokenError, TransportError, TransportFailure};
use m2m_errors::Cause;
use m2m_host::key_help::shell_word;
use m2m_host::printable::printable;
use serde::Serialize;

/// A problem that a step found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    cause: Option<&'static str>,
    meaning: String,
    fixes: Vec<String>,
}

impl Problem {
    /// Returns a problem with its meaning in words.
    pub(super) fn new(meaning: impl AsRef<str>) -> Self {
        Self {
            cause: None,
            meaning: printable(meaning.as_ref()).into_owned(),
            fixes: Vec::new(),
        }
    }

    /// Returns a problem of the catalogue, with the words of its entry as the meaning.
    pub(super) fn of(cause: Cause) -> Self {
        Self::new(cause.entry().operator).caused_by(cause)
    }

    pub(super) fn caused_by(mut self, cause: Cause) -> Self {
        self.cause = Some(cause.id());
        self
    }

    pub(super) fn fix(mut self, fix: impl AsRef<str>) -> Self {
        self.fixes.push(printable(fix.as_ref()).into_owned());
        self
    }

    pub(super) fn fixes(self, fixes: &[&str]) -> Self {
        fixes.iter().fold(self, Self::fix)
    }

    /// Returns the cause in the catalogue, if it is one of its causes.
    pub(super) const fn cause(&self) -> Option<&'static str> {
        self.cause
    }

    /// Returns the cause, if there is one, and the meaning.
    pub(super) fn text(&self) -> String {
        match self.cause {
            Some(cause) => format!("{cause}: {}", self.meaning),
            None => self.meaning.clone(),
        }
    }

    pub(super) fn to_do(&self) -> &[String] {
        &self.fixes
    }

    /// Returns the problem of a server that did not answer.
    pub(super) fn of_transport(error: &TransportError) -> Self {
        let failure = error.failure();
        let problem = Self::new(error.to_string()).caused_by(failure.cause());
        let problem = if failure == TransportFailure::CertificateUntrusted {
            problem.fix("if the authority is one of your own, set --ca-file FILE to its certificate, in PEM")
        } else {
            problem
        };
        problem.fixes(failure.advice().fixes)
    }

    /// Returns the problem of a request for metadata or for a token.
    pub(super) fn of_token_error(error: &TokenError) -> Self {
        if let TokenError::Transport(error) = error {
            return Self::of_transport(error);
        }
        let problem = Self::new(error.to_string()).caused_by(error.cause());
        let problem = match own_fix(error) {
            Some(fix) => problem.fix(fix),
            None => problem,
        };
        let problem = problem.fixes(error.fixes());
        if let TokenError::Refused(refused) = error
            && let Some(error_uri) = &refused.error_uri
        {
            return problem.fix(format!("see {error_uri}"));
        }
        problem
    }
}

/// Returns the fix that contains a value of the answer. It is part of a command, and its author may be a stranger.
fn own_fix(error: &TokenError) -> Option<String> {
    if let TokenError::Refused(refused) = error {
        let trace_id = printable(refused.trace_id.as_deref()?);
        let trace_id = shell_word(&trace_id)?;
        return Some(format!(
            "the operator of an m2m server finds the exact cause with m2m diagnose {trace_id}"
        ));
    }
    if let TokenError::Discovery(error) = error {
        let named = printable(error.usable_issuer()?);
        let named = shell_word(&named)?;
        return Some(format!(
            "if this is the server that you mean, use --issuer {named}"
        ));
    }
    None
}
