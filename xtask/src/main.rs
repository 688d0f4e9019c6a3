//! The tasks of the workspace. `cargo xtask help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task speaks to whoever started it"
)]

mod arrows;
mod budget;
mod circles;
mod codegen;
mod fuzz;
mod lines;
mod readmes;
mod test;
mod tidy;
mod timing;
mod torture;

use std::process::ExitCode;

use xtask::{command, failure, install, steps, workspace};

use failure::{Failure, Outcome};
use workspace::Workspace;

const HELP: &str = "\
The tasks of the workspace.

  cargo xtask test                     everything that has to hold before a change lands
  cargo xtask test --list              the steps and what each is for
  cargo xtask test --only clippy       one step; may be repeated
  cargo xtask test --skip clients      all but one step; may be repeated
  cargo xtask test --no-install        the same, and what the machine lacks is named, not installed
  cargo xtask tidy                     sizes, words, manifests, ids and their tests, seeds, documents
  cargo xtask arrows                   which crate may use which (xtask/arrows.toml)
  cargo xtask budget                   how many crates of others are behind each library (docs/architecture.md)
  cargo xtask codegen                  writes the documents in docs that are made from the source
  cargo xtask codegen --check          only says whether they are up to date
  cargo xtask fuzz                     every fuzz target for 60 seconds
  cargo xtask fuzz --time 600 token    one target for ten minutes
  cargo xtask bench                    the token endpoint beside the yardstick (bench/README.md has the options)
  cargo xtask bench --applications 100000   over a large registry, beside one of ten applications
  cargo xtask bench --management 100000     the management API while it makes so many, and pages of them
  cargo xtask bench --readers 4        tokens beside so many readers of large pages of the management API
  cargo xtask bench --start            from the start of the process to its first token
  cargo xtask bench --micro            single crates: criterion, then instruction counts against the committed figures
  cargo xtask bench --counts           the instruction counts alone
  cargo xtask bench --bless            makes the measured instruction counts the committed ones
  cargo xtask timing                   whether the states of a client can be told apart by time
  cargo xtask torture                  two minutes of faults of disk, files, memory and clock under a server that others change
  cargo xtask torture --hours 8        the same for a night; also --minutes, --seconds, and --seed to repeat the choices of a run
  cargo xtask help                     this text

Exit codes: 0 done, 1 something does not hold, 2 wrong usage.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.split_first() {
        None | Some((&("help" | "--help" | "-h"), _)) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some((&task, options)) => dispatch(task, options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            failure.exit_code()
        }
    }
}

fn dispatch(task: &str, options: &[&str]) -> Outcome {
    match task {
        "test" => test::run(options),
        "tidy" => no_options(task, options).and_then(|()| tidy::run(&Workspace::read()?)),
        "arrows" => no_options(task, options).and_then(|()| arrows::run(&Workspace::read()?)),
        "budget" => no_options(task, options).and_then(|()| budget::run(&Workspace::read()?)),
        "codegen" => codegen::run(options),
        "fuzz" => fuzz::run(options),
        "bench" => bench(options),
        "timing" => no_options(task, options).and_then(|()| timing::run()),
        "torture" => torture::run(options),
        _ => Err(Failure::usage(format!("there is no task `{task}`"))),
    }
}

/// Runs the benches, which are a separate program.
fn bench(options: &[&str]) -> Outcome {
    let mut bench = command::cargo(&["run", "--quiet", "--package", "m2m-bench", "--"]);
    command::run(
        bench.args(options),
        "bench/README.md has the options of the benches",
    )
}

fn no_options(task: &str, options: &[&str]) -> Outcome {
    match options.first() {
        None => Ok(()),
        Some(option) => Err(Failure::usage(format!(
            "`{task}` takes no options, and was given `{option}`"
        ))),
    }
}
