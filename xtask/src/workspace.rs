//! The workspace as `cargo metadata` sees it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::command;
use crate::failure::Failure;

/// The members of the workspace.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    /// The members, in the order of their names.
    pub packages: Vec<Package>,
    /// The root directory of the workspace.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    /// The directory in which cargo builds.
    pub target_directory: PathBuf,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The dependencies in its manifest, regardless of features.
    pub dependencies: Vec<Dependency>,
    /// Its features, each with the features and dependencies that it enables.
    pub features: BTreeMap<String, Vec<String>>,
    /// The registries to which it may be published: absent for any, empty for none.
    publish: Option<Vec<String>>,
    /// Its libraries, binaries, tests and benches.
    pub targets: Vec<Target>,
}

/// One line of a package's dependencies.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The package depended on.
    pub name: String,
    /// `dev` or `build`, absent for a normal one.
    kind: Option<String>,
}

/// A target that cargo builds from a package.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// `lib`, `bin`, `test`, `bench`, …
    kind: Vec<String>,
}

impl Workspace {
    /// Reads the members from cargo.
    ///
    /// # Errors
    ///
    /// If `cargo metadata` fails.
    pub fn read() -> Result<Self, Failure> {
        let text = command::text(&mut command::cargo(&[
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
        ]))?;
        let mut workspace: Self = serde_json::from_str(&text).map_err(|error| {
            Failure::new(
                format!("`cargo metadata` cannot be read: {error}"),
                "use the Rust version that Cargo.toml names",
            )
        })?;
        workspace
            .packages
            .sort_by(|one, other| one.name.cmp(&other.name));
        Ok(workspace)
    }

    /// Returns the member with this name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// The members that may be published.
    pub fn public(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.is_public())
    }
}

impl Package {
    /// Returns true if it may be published.
    pub fn is_public(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }

    /// The names of its benches.
    pub fn benches(&self) -> impl Iterator<Item = &str> {
        self.targets
            .iter()
            .filter(|target| target.kind.iter().any(|kind| kind == "bench"))
            .map(|target| target.name.as_str())
    }
}

impl Dependency {
    /// Returns true if only tests, examples and benches use it.
    pub fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}
