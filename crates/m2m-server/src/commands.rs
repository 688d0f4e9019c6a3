//! What each command does.

mod demo;
mod explain;
mod jwt_decode;
mod jwt_verify;
mod serve;
mod start;
mod token_text;

use std::io::Read as _;

use crate::cli::{Command, JwtCommand};
use crate::error::Failure;
use crate::output::Output;

/// Does what the command line says.
///
/// # Errors
///
/// What the command could not do, and why.
pub(crate) fn run(command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Demo(options) => demo::demo(&options, output),
        Command::Serve(options) => serve::serve(&options, output),
        Command::Jwt(JwtCommand::Decode(options)) => jwt_decode::decode(&options, output),
        Command::Jwt(JwtCommand::Verify(options)) => jwt_verify::verify(&options, output),
        Command::Explain(options) => explain::explain(&options, output),
    }
}

/// The token of an argument, or from standard input where there is none or it is `-`. White space around it is dropped.
fn read_token(argument: Option<&str>) -> Result<String, Failure> {
    let text = match argument {
        Some(token) if token != "-" => token.to_owned(),
        Some(_) | None => {
            let mut text = String::new();
            let mut stdin = std::io::stdin().lock().take(MAX_STDIN_BYTES);
            stdin.read_to_string(&mut text).map_err(|error| {
                Failure::usage("cannot read standard input").because(error.to_string())
            })?;
            text
        }
    };
    let token = text.trim();
    if token.is_empty() {
        return Err(Failure::usage("there is no token")
            .help("m2m jwt decode \"$TOKEN\", or pipe it into standard input"));
    }
    Ok(token.to_owned())
}

/// Far more than any token has. Unit: bytes.
const MAX_STDIN_BYTES: u64 = 1024 * 1024;

/// What the threads of a server run on.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::refused("the server's threads cannot be started").because(error.to_string())
        })
}
