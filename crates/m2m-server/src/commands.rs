//! What each command does.

mod curl;
mod demo;
mod explain;
mod input;
mod jwt_decode;
mod jwt_verify;
mod serve;
mod start;
mod token;
mod token_input;
mod token_text;

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
        Command::Token(options) => token::token(&options, output),
        Command::Jwt(JwtCommand::Decode(options)) => jwt_decode::decode(&options, output),
        Command::Jwt(JwtCommand::Verify(options)) => jwt_verify::verify(&options, output),
        Command::Explain(options) => explain::explain(&options, output),
    }
}

/// What the threads of a server run on.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::refused("the server's threads cannot be started").because(error.to_string())
        })
}
