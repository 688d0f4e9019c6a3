#![doc = include_str!("../README.md")]

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use m2m_demo::DemoOptions;
use m2m_host::output::{Colour, Output};
use m2m_mock::MockOptions;

/// The allocator, which returns free memory to the system even when nothing is allocated any more. The one of the C library keeps it, so
/// a server would stay as large as its largest change made it.
#[cfg(all(
    feature = "jemalloc",
    target_os = "linux",
    target_env = "gnu",
    target_arch = "x86_64"
))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Access tokens for machines, and the exact reason when one is refused.
///
/// m2m is an OAuth 2.0 authorization server for the client credentials grant.
#[derive(Debug, Parser)]
#[command(name = "m2m", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    /// Disables colors if it has a value (see no-color.org).
    #[arg(long, env = "NO_COLOR", hide = true)]
    no_color: Option<String>,
    /// The command.
    #[command(subcommand)]
    command: Command,
}

/// The commands of the server, and those that call one.
#[derive(Debug, Subcommand)]
enum Command {
    Demo(DemoOptions),
    Mock(MockOptions),
    #[command(flatten)]
    Server(m2m_server::Command),
    #[command(flatten)]
    Other(Box<m2m_cli::Command>),
    /// Print the version.
    #[command(after_help = "Example:\n  m2m version")]
    Version,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let colour = match cli.no_color.as_deref() {
        None | Some("") => Colour::OnTerminals,
        Some(_) => Colour::Never,
    };
    let output = Output::new(colour);
    let done = match cli.command {
        Command::Demo(options) => options.run(&output),
        Command::Mock(options) => options.run(&output),
        Command::Server(command) => command.run(&output),
        Command::Other(command) => command.run(Cli::command(), &output),
        Command::Version => {
            output.line(concat!("m2m ", env!("CARGO_PKG_VERSION")));
            Ok(())
        }
    };
    match done.and_then(|()| output.finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  m2m demo                               # a server, a token, a refusal
  m2m mock                               # an issuer for the tests of a service
  m2m serve --world world.toml           # serve the applications in a file
  m2m serve --data data                  # serve a data directory
  m2m apply -f world.toml --data data    # apply a file to a data directory
  m2m token --audience https://orders.example/api
  m2m application list                   # the applications of a running server
  m2m check --client billing-job         # would this job get a token?
  m2m diagnose TRACE_ID                  # why a request was refused
  m2m doctor                             # which step to a token fails
  m2m jwt decode \"$TOKEN\"                # the claims of a token
  m2m explain invalid_client             # what an error means
  m2m config check --config m2m.toml     # check a configuration

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not reachable, 130 interrupted.";
