//! `m2m jwt decode`: the header and claims of a token.

use clap::Args;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::{clock, token_text};
use m2m_jwt::{Reading, TokenForm};

use crate::token_input;

/// Decode a token without verification: print the header and the claims, with readable times and remarks.
///
/// Claims of any type are printed, and remarks name those that differ from what an API expects. A token of another kind is named, such as one that is
/// encrypted, and its readable parts are printed. Exits 0, and 1 if there is nothing to print.
#[derive(Debug, Args)]
#[command(after_help = DECODE_EXAMPLES)]
pub(crate) struct JwtDecodeOptions {
    /// Token, or response of a token endpoint. Without this argument, or with -, the token is read from standard input
    #[arg(value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

const DECODE_EXAMPLES: &str = "\
Examples:
  m2m jwt decode \"$TOKEN\"
  m2m jwt decode --output json - < token.txt";

pub(super) fn decode(options: &JwtDecodeOptions, output: &Output) -> Result<(), Failure> {
    let token = token_input::read(options.token.as_deref(), "m2m jwt decode \"$TOKEN\"")?;
    let reading = Reading::of(&token);
    if reading.form() == TokenForm::Opaque {
        return Err(token_text::unreadable(&reading));
    }
    match options.output {
        Format::Text => {
            token_text::print(&reading, clock::now(), output);
            output.line("Nothing is verified: m2m jwt verify does that.");
        }
        Format::Json => output.json(&token_text::to_json(&reading)),
    }
    Ok(())
}
