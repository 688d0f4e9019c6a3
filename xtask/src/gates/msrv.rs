//! The oldest Rust version that the workspace promises to compile with.

use std::path::Path;

use serde::Deserialize;
use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    rust_version: Option<String>,
    /// `None` for members of the workspace.
    source: Option<String>,
}

/// Checks the workspace with that version if it is installed, and otherwise with what can be known without it: the versions that the
/// dependencies name, and the lint that knows since when each function of the standard library exists.
pub(super) fn run(root: &Path) -> Outcome {
    let arguments = ["metadata", "--format-version", "1", "--all-features"];
    let text = command::text(cargo(&arguments).current_dir(root))?;
    let metadata: Metadata = serde_json::from_str(&text).map_err(|error| {
        Failure::new(
            format!("`cargo metadata` cannot be read: {error}"),
            "use the Rust version that Cargo.toml names",
        )
    })?;
    let own = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .find_map(|package| package.rust_version.clone())
        .ok_or_else(|| Failure::new("Cargo.toml names no rust-version", "set rust-version"))?;
    let newer: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| is_newer(package.rust_version.as_deref(), &own))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    if !newer.is_empty() {
        return Err(Failure::new(
            format!("these need a newer Rust than {own}: {}", newer.join(", ")),
            "use an older version of the dependency, or raise rust-version in Cargo.toml, which is a change that the changelog names",
        ));
    }
    let toolchain = format!("+{own}");
    if command::succeeds(&mut cargo(&[&toolchain, "--version"])) {
        let arguments = [&toolchain, "check", "--workspace", "--all-features"];
        return command::run(
            cargo(&arguments).current_dir(root),
            "avoid what that version lacks",
        );
    }
    println!(
        "Rust {own} is not installed: the workspace is not compiled with it, and is linted instead"
    );
    let lint = [
        "clippy",
        "--workspace",
        "--",
        "-D",
        "clippy::incompatible_msrv",
    ];
    command::run(
        cargo(&lint).current_dir(root),
        "avoid the function that is newer, or raise rust-version in Cargo.toml",
    )
}

/// Returns true if the version is newer than ours. A version that is absent or cannot be read is not.
fn is_newer(version: Option<&str>, own: &str) -> bool {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        text.split('.').map(|number| number.parse().ok()).collect()
    };
    let (Some(Some(version)), Some(own)) = (version.map(numbers), numbers(own)) else {
        return false;
    };
    version > own && version.iter().zip(&own).any(|(one, other)| one != other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_newer(Some("1.92"), "1.91"));
        assert!(is_newer(Some("1.100.0"), "1.91"));
        assert!(is_newer(Some("2.0"), "1.91"));
        for version in [Some("1.91.0"), Some("1.9"), Some("1.91"), Some("?"), None] {
            assert!(!is_newer(version, "1.91"), "{version:?}");
        }
    }
}
