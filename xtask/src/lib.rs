//! The parts that the tasks of the workspace share: running programs, naming failures, timing steps, installing missing programs.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task reports to the person who started it"
)]

pub mod command;
pub mod failure;
pub mod install;
pub mod steps;
pub mod workspace;
