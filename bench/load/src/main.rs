//! The speed of the product: the server compared with a yardstick, over a large registry, and from its start; and single crates.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench reports to the person who started it"
)]

mod applications;
mod build;
mod connection;
mod inspection;
mod load;
mod management;
mod micro;
mod options;
mod process;
mod readers;
mod refusals;
mod server;
mod start;
mod table;
mod timing;
mod token;
mod world;
mod yardstick;

use std::process::ExitCode;

use xtask::failure::Outcome;
use xtask::workspace::Workspace;

use options::{Mode, Options};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            failure.exit_code()
        }
    }
}

/// Runs the bench that the options choose.
fn run(options: &[&str]) -> Outcome {
    let options = Options::parse(options)?;
    let workspace = Workspace::read()?;
    match options.mode {
        Mode::Yardstick => yardstick::run(&workspace, &options),
        Mode::Applications(count) => applications::run(&workspace, &options, count),
        Mode::Management(count) => management::run(&workspace, &options, count),
        Mode::Readers(count) => readers::run(&workspace, &options, count),
        Mode::Inspection => inspection::run(&workspace, &options),
        Mode::Start => start::run(&workspace, &options),
        Mode::Timing => timing::run(&workspace, &options),
        Mode::Refusals(count) => refusals::run(&workspace, &options, count),
        Mode::Micro(micro) => micro::run(&workspace, micro),
    }
}
