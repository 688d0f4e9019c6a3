//! The public crates with the oldest dependencies that their manifests allow.

use std::path::Path;

use xtask::command::{self, cargo};
use xtask::failure::Outcome;

use super::{empty_folder, extract};

/// Checks a copy of the last commit, whose lock file is replaced.
pub(super) fn run(root: &Path, packages: &[String]) -> Outcome {
    let copy = empty_folder(root, "minimal-versions")?;
    extract(root, "HEAD", &copy)?;
    check(&copy, packages)
}

/// Checks the workspace in this folder, and replaces its lock file.
pub(super) fn check(folder: &Path, packages: &[String]) -> Outcome {
    command::run(
        cargo(&["update", "-Zdirect-minimal-versions"])
            .current_dir(folder)
            .env("RUSTC_BOOTSTRAP", "1"),
        "the oldest versions do not fit together: raise the version in Cargo.toml that the message names",
    )?;
    for package in packages {
        command::run(
            cargo(&["check", "--all-features", "-p", package]).current_dir(folder),
            "raise the version of the dependency in Cargo.toml that lacks what the errors name",
        )?;
    }
    Ok(())
}
