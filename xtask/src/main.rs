//! The tasks of the workspace. `cargo xtask help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task reports to the person who started it"
)]

mod arrows;
mod budget;
mod circles;
mod codegen;
mod fuzz;
mod gates;
mod lines;
mod readmes;
mod release;
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

  cargo xtask test                     Run every check that must pass before a change is merged
  cargo xtask test --list              List the steps, and the reason for each
  cargo xtask test --only clippy       Run one step; may be repeated
  cargo xtask test --skip clients      Run all steps except one; may be repeated
  cargo xtask test --no-install        Report missing programs instead of installing them
  cargo xtask tidy                     Check sizes, words, manifests, test ids, seeds and documents
  cargo xtask arrows                   Check the dependencies between crates (xtask/arrows.toml)
  cargo xtask budget                   Check the number of third-party dependencies of each library (docs/architecture.md)
  cargo xtask codegen                  Write the documents in docs that are generated from the source
  cargo xtask codegen --check          Check that docs/errors.md is up to date; tests check the other documents
  cargo xtask fuzz                     Run every fuzz target for 60 seconds
  cargo xtask fuzz --time 600 token    Run one target for ten minutes
  cargo xtask bench                    Compare the token endpoint with the yardstick (bench/README.md lists the options)
  cargo xtask bench --applications 100000   Compare a large registry with one of ten applications
  cargo xtask bench --management 100000     Measure the management API while it creates this many applications and lists them
  cargo xtask bench --readers 4        Measure token requests while this many callers read large pages of the management API
  cargo xtask bench --refusals 200000  Measure a flood of refused requests beside good tokens, and what a diagnosis costs
  cargo xtask bench --inspection       Measure tokens that are given again, and introspection
  cargo xtask bench --start            Measure the time from the start of the process to its first token
  cargo xtask bench --micro            Measure single crates: times, then instruction counts compared with the committed counts
  cargo xtask bench --counts           Compare only the instruction counts with the committed counts
  cargo xtask bench --bless            Replace the committed instruction counts with the measured ones
  cargo xtask timing                   Measure whether response times reveal the state of a client
  cargo xtask torture                  Inject faults of disk, files, memory and clock into a running server, for two minutes
  cargo xtask torture --hours 8        The same for eight hours; also --minutes, --seconds, and --seed to repeat the choices of a run
  cargo xtask trickle                  Send requests now and then through nginx, which keeps idle connections, for five minutes
  cargo xtask release minor --dry-run  Print what a release would do, and check that its changes fit a minor version
  cargo xtask release patch            Check, test, raise the version, and create the commit and the tag; --publish also publishes the crates
  cargo xtask gates                    Run all checks of a release beyond the tests; each is also a task, as in `cargo xtask semver`
  cargo xtask gates --prove            Show that each of them turns red for a planted fault
  cargo xtask help                     Print this text

Exit codes: 0 success, 1 a check failed, 2 incorrect usage.
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
        "trickle" => no_options(task, options).and_then(|()| test::trickle(&Workspace::read()?)),
        "release" => release::run(options),
        "gates" if options == ["--prove"] => gates::prove(),
        "gates" => no_options(task, options).and_then(|()| gates::all(gates::GATES.iter())),
        _ => match gates::find(task) {
            Some(gate) => no_options(task, options).and_then(|()| gates::run(gate)),
            None => Err(Failure::usage(format!("there is no task `{task}`"))),
        },
    }
}

/// Runs the benches, which are a separate program.
fn bench(options: &[&str]) -> Outcome {
    let mut bench = command::cargo(&["run", "--quiet", "--package", "m2m-bench", "--"]);
    command::run(
        bench.args(options),
        "the output above names the problem; bench/README.md lists the options",
    )
}

fn no_options(task: &str, options: &[&str]) -> Outcome {
    match options.first() {
        None => Ok(()),
        Some(option) => Err(Failure::usage(format!(
            "`{task}` takes no options, but received `{option}`"
        ))),
    }
}
