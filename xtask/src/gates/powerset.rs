//! The public crates with each combination of features.

use std::path::Path;

use xtask::command::{self, cargo};
use xtask::failure::Outcome;

use super::needs;

/// Checks each crate with each combination of its features.
pub(super) fn run(root: &Path, packages: &[String]) -> Outcome {
    needs("hack")?;
    let mut arguments = vec!["hack", "check", "--feature-powerset", "--no-dev-deps"];
    // m2m-jwt and what uses it need one of the crypto libraries.
    arguments.extend(["--at-least-one-of", "ring,aws-lc-rs"]);
    for package in packages {
        arguments.extend(["-p", package]);
    }
    command::run(
        cargo(&arguments).current_dir(root),
        "the features above do not compile together: let one enable what it needs",
    )
}
