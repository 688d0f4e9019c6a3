//! `m2m jwt decode`: what a token says.

use m2m_jwt::{Limits, Unverified};

use super::token_input;
use crate::options::JwtDecodeOptions;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::token_text;

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
