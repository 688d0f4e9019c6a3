//! `m2m jwt decode`: the header and claims of a token.

use clap::Args;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::{clock, token_text};
use m2m_jwt::{Limits, Unverified};

use crate::token_input;

/// Decode a token without verification: print the header and the claims, with readable times.
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
    let token =
        Unverified::parse(&token, &Limits::DEFAULT).map_err(|error| token_text::failure(&error))?;
    match options.output {
        Format::Text => {
            token_text::print(&token, clock::now(), output)
                .map_err(|error| token_text::failure(&error))?;
            output.line("Nothing is verified: m2m jwt verify does that.");
        }
        Format::Json => {
            let json = token_text::to_json(&token).map_err(|error| token_text::failure(&error))?;
            output.json(&json);
        }
    }
    Ok(())
}
