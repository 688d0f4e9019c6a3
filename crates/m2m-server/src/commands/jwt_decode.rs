//! `m2m jwt decode`: what a token says.

use m2m_jwt::{Limits, Unverified};

use super::{token_input, token_text};
use crate::cli::{Format, JwtDecodeOptions};
use crate::clock;
use crate::error::Failure;
use crate::output::Output;

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
