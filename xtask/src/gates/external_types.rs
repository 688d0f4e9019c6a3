//! The types of other crates in the public API.

use std::path::Path;

use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};

use super::needs;

/// Compares the types of other crates in the public API with the list of those that are allowed.
pub(super) fn run(root: &Path, packages: &[String]) -> Outcome {
    needs("check-external-types")?;
    for package in packages {
        let manifest = root.join("crates").join(package).join("Cargo.toml");
        check(root, &manifest, &root.join("xtask/external-types.toml"))?;
    }
    Ok(())
}

/// Checks the crate with this manifest.
pub(super) fn check(root: &Path, manifest: &Path, allowed: &Path) -> Outcome {
    if !manifest.is_file() {
        return Err(Failure::new(
            format!("{} does not exist", manifest.display()),
            "a public crate is a folder of crates with its name",
        ));
    }
    let mut command = cargo(&["check-external-types", "--all-features", "--manifest-path"]);
    command.arg(manifest).arg("--config").arg(allowed);
    command::run(
        // The document of rustdoc that it reads is unstable.
        command.current_dir(root).env("RUSTC_BOOTSTRAP", "1"),
        "use a type of your own in the public API, or allow the type in xtask/external-types.toml if its crate is stable",
    )
}
