//! `m2m completions`

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsOptions};
use crate::output::Output;

pub(super) fn completions(options: &CompletionsOptions, output: &Output) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "m2m", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end());
}
