//! The failures of commands that get no token.

use m2m_client::{DiscoveryError, Refused, TokenError, UnexpectedAnswer, UnexpectedReason};
use m2m_errors::Advice;
use oauth_proto::Issuer;

use crate::error::Failure;
use crate::http_client;
use crate::printable::printable;
use crate::quoted_answer;

/// Returns the failure for a missing token, with the reason and fixes.
pub fn failure(error: &TokenError, issuer: &Issuer) -> Failure {
    missing(error, issuer, "the token endpoint")
}

/// Returns the failure for the metadata of an issuer, in which `sought` was to be found.
pub fn missing(error: &TokenError, issuer: &Issuer, sought: &str) -> Failure {
    let failure = match error {
        TokenError::Refused(refused) => return with_refusal(refused, issuer),
        TokenError::Transport(error) => return http_client::unreachable(error),
        TokenError::Unexpected(answer) => unexpected(answer, issuer),
        TokenError::Discovery(error @ DiscoveryError::OtherIssuer { .. }) => {
            let failure = Failure::refused(format!(
                "{issuer} is not the issuer of the server at this URL"
            ))
            .because(printable(&error.to_string()));
            match error.usable_issuer() {
                Some(named) => failure.help(format!(
                    "if this is the server that you want to call, use --issuer {}",
                    printable(named)
                )),
                None => failure,
            }
        }
        TokenError::Discovery(_) | _ => {
            Failure::unreachable(format!("cannot find {sought} of {issuer}"))
                .because(printable(&error.to_string()))
        }
    };
    with_fixes(failure, &error.advice()).caused_by(error.cause())
}

fn with_refusal(refused: &Refused, issuer: &Issuer) -> Failure {
    let (status, code) = (refused.status.as_u16(), printable(&refused.error));
    let failure = Failure::refused(format!(
        "{issuer} refuses to issue a token: {status} {code}"
    ));
    let failure = match &refused.error_description {
        Some(description) => failure.because(printable(description)),
        None => failure,
    };
    let failure = match &refused.trace_id {
        Some(trace_id) => failure.because(format!(
            "trace_id {}: the operator finds the exact cause in the log of the server under this id",
            printable(trace_id)
        )),
        None => failure,
    };
    let failure = match refused.retry_after {
        Some(pause) => failure.help(format!("wait {} seconds, then try again", pause.as_secs())),
        None => failure,
    };
    let failure = with_fixes(failure, &refused.advice());
    match refused.error_uri.as_deref().and_then(quoted_answer::page) {
        Some(page) => failure.help(format!("see {page}")),
        None => failure,
    }
}

fn unexpected(answer: &UnexpectedAnswer, issuer: &Issuer) -> Failure {
    let why = answer.to_string();
    let is_token = matches!(
        answer.because,
        UnexpectedReason::TokenType { .. } | UnexpectedReason::TokenMalformed
    );
    let failure = if is_token {
        Failure::refused(format!("cannot use the token of {issuer}"))
    } else {
        Failure::unreachable(format!(
            "the answer does not come from a token endpoint of {issuer}"
        ))
    };
    failure.because(printable(&why))
}

fn with_fixes(failure: Failure, advice: &Advice) -> Failure {
    let fixes = advice.fixes.iter();
    fixes.fold(failure, |failure, fix| failure.help(*fix))
}

/// Returns true if the application is not authorized for the requested audience, in any of the forms that profiles use.
pub fn is_refusal_of_audience(error: &TokenError) -> bool {
    let TokenError::Refused(refused) = error else {
        return false;
    };
    matches!(&*refused.error, "invalid_target" | "unauthorized_client")
}
