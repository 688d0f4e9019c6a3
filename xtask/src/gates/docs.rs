//! The documentation as docs.rs builds it: each public crate alone, with all its features and the marks of features.

use std::path::Path;

use xtask::command::{self, cargo};
use xtask::failure::Outcome;

/// Builds the documentation.
pub(super) fn run(root: &Path, packages: &[String]) -> Outcome {
    for package in packages {
        let arguments = [
            "doc",
            "--no-deps",
            "--all-features",
            "--target-dir",
            "target/docs-rs",
            "-p",
            package,
        ];
        command::run(
            cargo(&arguments)
                .current_dir(root)
                // docs.rs has a nightly compiler, and tells the crates so with this cfg.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings"),
            "fix the links, code blocks and attributes that rustdoc reports",
        )?;
    }
    Ok(())
}
