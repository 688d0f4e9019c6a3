//! Breaking changes of the public API since the last release.

use std::path::{Path, PathBuf};

use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};

use super::{empty_folder, extract, needs};

/// The effect that the changes of a release may have on its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Code that compiles with the last release compiles with this one.
    Compatible,
    /// Anything.
    Breaking,
}

/// The release that the public API is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// The tag of the release, or the commit that is used before the first one.
    pub(crate) revision: String,
}

impl Baseline {
    /// Finds the last release, or before the first one the commit that `xtask/baseline` names.
    pub(crate) fn find(root: &Path) -> Result<Self, Failure> {
        let arguments = ["describe", "--tags", "--abbrev=0", "--match", "v*"];
        let tag = command::output(command::program("git", &arguments).current_dir(root))?;
        if tag.status.success() {
            let revision = String::from_utf8_lossy(&tag.stdout).trim().to_owned();
            return Ok(Self { revision });
        }
        let file = root.join("xtask/baseline");
        let named = std::fs::read_to_string(&file).map_err(|error| Failure::file(&file, &error))?;
        let revision = named.trim().to_owned();
        let known = ["cat-file", "-e", &format!("{revision}^{{commit}}")];
        if command::succeeds(command::program("git", &known).current_dir(root)) {
            Ok(Self { revision })
        } else {
            Err(Failure::new(
                format!("there is no tag, and the commit {revision} of xtask/baseline is unknown"),
                "fetch the history: git fetch --unshallow --tags",
            ))
        }
    }

    /// Writes the sources of the release into the target directory.
    fn sources(&self, root: &Path) -> Result<PathBuf, Failure> {
        let folder = empty_folder(root, "baseline")?;
        extract(root, &self.revision, &folder)?;
        Ok(folder)
    }
}

/// Compares the public API with that of the baseline.
pub(super) fn run(
    root: &Path,
    packages: &[String],
    baseline: &Baseline,
    change: Change,
) -> Outcome {
    needs("semver-checks")?;
    let sources = baseline.sources(root)?;
    compare(root, packages, &sources, change)
}

/// Compares the public API with that of the sources in a folder.
pub(super) fn compare(root: &Path, packages: &[String], sources: &Path, change: Change) -> Outcome {
    let mut command = cargo(&["semver-checks", "--release-type"]);
    command.arg(match change {
        Change::Compatible => "minor",
        Change::Breaking => "major",
    });
    for package in packages {
        command.args(["-p", package]);
    }
    command.arg("--baseline-root").arg(sources);
    command::run(
        command.current_dir(root),
        "keep the item that is named above, or make the release one that may break its users",
    )
}
