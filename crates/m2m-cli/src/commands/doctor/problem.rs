//! A problem that a step found, in words, with what to do.

use m2m_client::{DiscoveryError, TokenError, TransportError, TransportFailure};
use m2m_errors::Cause;
use m2m_host::key_help::shell_word;
use m2m_host::printable::printable;
use m2m_host::quoted_answer;
use serde::Serialize;

/// A problem that a step found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    cause: Option<&'static str>,
    meaning: String,
    fixes: Vec<String>,
    #[serde(skip)]
    is_unreachable: bool,
}

impl Problem {
    /// Returns a problem with its meaning in words.
    pub(super) fn new(meaning: impl AsRef<str>) -> Self {
        Self {
            cause: None,
            meaning: printable(meaning.as_ref()).into_owned(),
            fixes: Vec::new(),
            is_unreachable: false,
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

    /// Marks the problem as that of a server that cannot be reached, or does not answer as one.
    pub(super) const fn unreachable(mut self) -> Self {
        self.is_unreachable = true;
        self
    }

    pub(super) const fn is_unreachable(&self) -> bool {
        self.is_unreachable
    }

    /// Returns the problem without secrets.
    pub(super) fn cleaned(mut self, clean: &impl Fn(&str) -> String) -> Self {
        self.meaning = clean(&self.meaning);
        self.fixes = self.fixes.iter().map(|fix| clean(fix)).collect();
        self
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
        let is_of_address = matches!(
            failure,
            TransportFailure::UrlInvalid | TransportFailure::PlainHttp
        );
        let problem = match is_of_address {
            true => problem,
            false => problem.unreachable(),
        };
        let problem = if failure == TransportFailure::CertificateUntrusted {
            problem.fix("if the authority is one of your own, set --ca-file FILE to its certificate, in PEM")
        } else {
            problem
        };
        problem.fixes(failure.advice().fixes)
    }

    /// Returns the problem of a request for metadata or for a token. A blemish of the secret explains a refusal better than all else.
    pub(super) fn of_token_error(error: &TokenError, blemish: Option<&str>) -> Self {
        if let TokenError::Transport(error) = error {
            return Self::of_transport(error);
        }
        let problem = Self::new(error.to_string()).caused_by(error.cause());
        // The caller of a refusal mends it first, and the operator of another issuer is right as a rule.
        let is_refused = matches!(error, TokenError::Refused(_));
        let (first, last) = match is_refused {
            true => (None, own_fix(error)),
            false => (own_fix(error), None),
        };
        let problem = blemish.iter().fold(problem, Self::fix);
        let problem = first.iter().fold(problem, Self::fix);
        let problem = problem.fixes(error.fixes());
        let problem = last.iter().fold(problem, Self::fix);
        match error {
            TokenError::Refused(refused) => {
                match refused.error_uri.as_deref().and_then(quoted_answer::page) {
                    Some(page) => problem.fix(format!("see {page}")),
                    None => problem,
                }
            }
            TokenError::Discovery(DiscoveryError::OtherIssuer { .. }) => problem,
            TokenError::Discovery(_) => problem.unreachable(),
            TokenError::Unexpected(_)
            | TokenError::Transport(_)
            | TokenError::Credentials(_)
            | TokenError::Interrupted
            | _ => problem,
        }
    }
}

/// Returns the fix that contains a value of the answer. It is part of a command, and its author may be a stranger.
fn own_fix(error: &TokenError) -> Option<String> {
    if let TokenError::Refused(refused) = error {
        let command = quoted_answer::diagnose_command(refused.trace_id.as_deref()?)?;
        return Some(format!(
            "send the trace id to the operator, who finds the exact cause with {command}, if it is an m2m server"
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
