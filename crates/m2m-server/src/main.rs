#![doc = include_str!("../README.md")]

mod cli;
mod clock;
mod commands;
mod credentials;
mod data;
mod environment;
mod error;
mod explanation;
mod first_credentials;
mod http;
mod http_client;
mod issuer;
mod keys;
mod listen;
mod log_format;
mod management;
mod metrics;
mod ops;
mod output;
mod printable;
mod private_file;
mod random;
mod readiness;
mod recorder;
mod regular_file;
mod sealing;
mod secret_file;
mod settings;
mod store;
mod store_health;
mod table;
mod throttle;
mod timestamp;
mod token_failure;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::output::Output;

/// The allocator returns free memory to the system, also when nothing is allocated any more. That of the C library keeps it, so that a
/// server would stay as large as its largest change made it.
#[cfg(all(
    feature = "jemalloc",
    target_os = "linux",
    target_env = "gnu",
    target_arch = "x86_64"
))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.colour());
    let done = commands::run(cli.command, &output).and_then(|()| output.finish());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}
