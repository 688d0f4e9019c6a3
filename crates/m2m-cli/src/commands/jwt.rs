//! `m2m jwt`: the contents of a token, whether it is valid, and how it differs from another one.

mod decode;
mod diff;
mod verify;

use clap::Subcommand;
use m2m_authority::diagnose::nearest;
use m2m_errors::Cause;
use m2m_host::error::Failure;
use m2m_host::output::Output;
use m2m_jwt::Algorithm;

use decode::JwtDecodeOptions;
use diff::JwtDiffOptions;
use verify::JwtVerifyOptions;

/// The commands for tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum JwtCommand {
    Decode(JwtDecodeOptions),
    Verify(JwtVerifyOptions),
    Diff(JwtDiffOptions),
}

impl JwtCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Decode(options) => decode::decode(options, output),
            Self::Verify(options) => verify::verify(options, output),
            Self::Diff(options) => diff::diff(options, output),
        }
    }
}

/// Returns the fixes for the reader of a token: those of the caller, or those of the operator where only the server can be changed.
/// `is_of_issuer` tells that the token is from the issuer that the API trusts.
pub(super) fn token_fixes(cause: Cause, is_of_issuer: bool) -> &'static [&'static str] {
    let entry = cause.entry();
    let is_for_operator = matches!(
        cause,
        Cause::TokenTypeWrong
            | Cause::TokenAlgorithmWrong
            | Cause::TokenCriticalHeader
            | Cause::TokenClaimMalformed
            | Cause::TokenClaimMissing
    );
    let is_of_keys = matches!(cause, Cause::TokenKeyUnknown | Cause::TokenKeyAmbiguous);
    if is_for_operator || is_of_keys && is_of_issuer {
        entry.for_operator.fixes
    } else {
        entry.for_caller.fixes
    }
}

pub(super) fn algorithm(name: &str) -> Result<Algorithm, String> {
    name.parse().map_err(|_| {
        let all = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str());
        if name.len() == 5 && name.to_ascii_uppercase().starts_with("HS") {
            return format!(
                "HMAC is not supported, because a key that verifies such a token also signs one; expected one of {}",
                all.collect::<Vec<_>>().join(", ")
            );
        }
        let same = all.clone().find(|own| own.eq_ignore_ascii_case(name));
        match same.or_else(|| nearest(name, all.clone())) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("expected one of {}", all.collect::<Vec<_>>().join(", ")),
        }
    })
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt verify \"$TOKEN\" --issuer http://127.0.0.1:8080
  m2m jwt diff \"$TOKEN\" \"$(m2m token)\"";
