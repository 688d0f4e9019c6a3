#![doc = include_str!("../README.md")]

mod commands;
mod consent;
mod credentials;
mod destination;
mod diagnosis;
mod done;
mod input;
mod management;
mod new_credentials;
mod nowhere;
mod options;
mod secrets_file;
mod token_input;

use clap::{ArgMatches, Error, FromArgMatches, Subcommand};
use m2m_host::error::Failure;
use m2m_host::output::Output;

/// A command that calls a server, or uses the data directory of a stopped one.
#[derive(Debug)]
pub struct Command(commands::Command);

impl Command {
    /// Runs the command. `program` is the whole command line, for completions and manual pages.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub fn run(&self, program: clap::Command, output: &Output) -> Result<(), Failure> {
        commands::run(&self.0, program, output)
    }
}

impl Subcommand for Command {
    fn augment_subcommands(program: clap::Command) -> clap::Command {
        commands::Command::augment_subcommands(program)
    }

    fn augment_subcommands_for_update(program: clap::Command) -> clap::Command {
        commands::Command::augment_subcommands_for_update(program)
    }

    fn has_subcommand(name: &str) -> bool {
        commands::Command::has_subcommand(name)
    }
}

impl FromArgMatches for Command {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        commands::Command::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
