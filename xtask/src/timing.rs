//! The measurement that shows if a caller can find out by time which clients exist (attack X8).

use crate::command::{self, cargo};
use crate::failure::Outcome;

/// Measures every state of a client, compared with one that is measured twice. It takes minutes and needs a quiet machine, so it is not a test.
pub(crate) fn run() -> Outcome {
    command::run(
        &mut cargo(&[
            "run",
            "--release",
            "-p",
            "m2m-authority",
            "--example",
            "enumeration",
            "--",
            "time",
        ]),
        "repeat the measurement on a quiet machine; if the times of a state differ again, check flow/authenticate.rs for work that is done only in this state",
    )
}
