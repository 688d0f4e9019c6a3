//! Injects faults of disk, files, memory, descriptors and clock into a running server, for any length of time.

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};

/// The default time for which it runs, also used in the test run. Unit: seconds.
pub(crate) const DEFAULT_SECONDS: u64 = 120;

/// The variable by which the test receives its length. Unit: seconds.
pub(crate) const SECONDS: &str = "TORTURE_SECONDS";

/// The variable by which it receives the seed of its choices.
const SEED: &str = "TORTURE_SEED";

/// Runs the test for the time in the options.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let mut seconds = DEFAULT_SECONDS;
    let mut seed = None;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let value = options.next().copied().unwrap_or_default();
        let number: u64 = value
            .parse()
            .map_err(|_| Failure::usage(format!("`{option}` needs a number, not `{value}`")))?;
        match *option {
            "--seconds" => seconds = number,
            "--minutes" => seconds = number.saturating_mul(60),
            "--hours" => seconds = number.saturating_mul(60 * 60),
            "--seed" => seed = Some(number),
            other => return Err(Failure::usage(format!("`torture` has no option `{other}`"))),
        }
    }
    let mut command = cargo(&[
        "test",
        "-p",
        "m2m",
        "--test",
        "binary",
        "--",
        "torture",
        "--nocapture",
    ]);
    command.env(SECONDS, seconds.to_string());
    if let Some(seed) = seed {
        command.env(SEED, seed.to_string());
    }
    command::run(
        &mut command,
        "the last line names the fault, and the data that was lost or the error that was not reported; `--seed N` repeats the choices of a run",
    )
}
