//! What each command does.

mod apply;
mod completions;
mod config_check;
mod curl;
mod demo;
mod explain;
mod export;
mod input;
mod issuer;
mod jwt_decode;
mod jwt_verify;
mod key_import;
mod key_list;
mod key_reseal;
mod man;
mod reset_management;
mod secrets_file;
mod serve;
mod start;
mod token;
mod token_input;
mod token_text;

use std::num::NonZero;

use crate::cli::{ApplicationCommand, Command, ConfigCommand, JwtCommand, KeyCommand};
use crate::environment::Environment;
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
        Command::Token(options) => token::token(&options, output),
        Command::Serve(options) => serve::serve(&options, &Environment::of_process(), output),
        Command::Config(ConfigCommand::Check(options)) => {
            config_check::check(&options, &Environment::of_process(), output)
        }
        Command::Apply(options) => apply::apply(&options, output),
        Command::Export(options) => export::export(&options, output),
        Command::Application(ApplicationCommand::ResetManagement(options)) => {
            reset_management::reset(&options, output)
        }
        Command::Key(KeyCommand::List(options)) => key_list::list(&options, output),
        Command::Key(KeyCommand::Import(options)) => key_import::import(&options, output),
        Command::Key(KeyCommand::Reseal(options)) => key_reseal::reseal(&options, output),
        Command::Jwt(JwtCommand::Decode(options)) => jwt_decode::decode(&options, output),
        Command::Jwt(JwtCommand::Verify(options)) => jwt_verify::verify(&options, output),
        Command::Explain(options) => explain::explain(&options, output),
        Command::Completions(options) => {
            completions::completions(&options, output);
            Ok(())
        }
        Command::Man(options) => man::man(&options, output),
    }
}

/// What the threads of a server run on. Where there is one processor there is one thread: others would only take turns with it.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut builder = match processors {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.enable_all().build().map_err(|error| {
        Failure::refused("the server's threads cannot be started").because(error.to_string())
    })
}
