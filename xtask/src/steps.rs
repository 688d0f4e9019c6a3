//! Steps that run one after the other, each timed, up to the first that fails.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// One step of a task.
#[derive(Debug)]
pub struct Step {
    /// The name for `--only` and `--skip`.
    pub name: &'static str,
    /// A short description of the step.
    pub title: &'static str,
    /// The reason why it must pass.
    pub why: &'static str,
    /// The function that runs it.
    pub run: fn(&Workspace) -> Outcome,
}

/// Runs the steps in order, and stops at the first that fails.
///
/// # Errors
///
/// The failure of the first step that fails.
pub fn run(steps: &[&Step], workspace: &Workspace) -> Outcome {
    let begin = now();
    let mut done: Vec<(&Step, Duration, bool)> = Vec::new();
    let mut failed = None;
    for (index, step) in steps.iter().enumerate() {
        println!(
            "\n== {}/{} {}: {}",
            index + 1,
            steps.len(),
            step.name,
            step.title
        );
        let begin = now();
        let outcome = (step.run)(workspace);
        let took = begin.elapsed();
        println!(
            "-- {}: {} after {}",
            step.name,
            if outcome.is_ok() { "passed" } else { "failed" },
            seconds(took)
        );
        done.push((step, took, outcome.is_ok()));
        if let Err(failure) = outcome {
            failed = Some((step, failure));
            break;
        }
    }

    println!("\n{:<10} {:>9}", "step", "time");
    for (step, took, holds) in &done {
        println!(
            "{:<10} {:>9}  {}",
            step.name,
            seconds(*took),
            if *holds { "passed" } else { "failed" }
        );
    }
    for step in steps.iter().skip(done.len()) {
        println!("{:<10} {:>9}  not run", step.name, "");
    }
    println!("{:<10} {:>9}", "total", seconds(begin.elapsed()));

    match failed {
        None => Ok(()),
        Some((step, failure)) => {
            eprintln!("\n{failure}");
            Err(Failure::new(
                format!(
                    "the step `{}` failed. Reason for this step: {}",
                    step.name, step.why
                ),
                format!(
                    "fix it, run `cargo xtask test --only {}`, then run `cargo xtask test`",
                    step.name
                ),
            ))
        }
    }
}

/// Returns the time of this machine, to measure the duration of a step.
#[expect(
    clippy::disallowed_methods,
    reason = "a task reports how long each step took; no decision depends on it"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// Formats a duration for people.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
