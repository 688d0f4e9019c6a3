//! The commands that start a server, or check a server or its settings.

use clap::Subcommand;
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::output::Output;

use crate::config_check::{self, ConfigCommand};
use crate::healthcheck::{self, HealthcheckOptions};
use crate::serve::{self, ServeOptions};

/// A command that starts a server, or checks a server or its settings.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "a comment on a variant would take the place of the help of its options"
)]
pub enum Command {
    Serve(ServeOptions),
    /// Check the configuration of a server.
    #[command(subcommand, after_help = config_check::EXAMPLES)]
    Config(ConfigCommand),
    Healthcheck(HealthcheckOptions),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub fn run(&self, output: &Output) -> Result<(), Failure> {
        let environment = Environment::of_process();
        match self {
            Self::Serve(options) => serve::run(options, &environment, output),
            Self::Config(ConfigCommand::Check(options)) => {
                config_check::check(options, &environment, output)
            }
            Self::Healthcheck(options) => healthcheck::healthcheck(options, &environment, output),
        }
    }
}
