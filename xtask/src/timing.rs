//! The measurement that shows if a caller can find out by time which clients exist (attack X8).

use crate::command::{self, cargo};
use crate::failure::Outcome;

/// Measures a server of the shipped profile. It takes minutes and needs a quiet machine, so it is not a test; a test compares the numbers of
/// instructions.
pub(crate) fn run() -> Outcome {
    let mut bench = cargo(&["run", "--quiet", "--package", "m2m-bench", "--", "--timing"]);
    command::run(&mut bench, "the output above names the problem")
}
