//! The version that all crates share.

use std::fmt;

use xtask::failure::Failure;

use crate::gates::Change;

/// The part of the version that a release raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Major,
    Minor,
    Patch,
}

impl Level {
    pub(super) fn parse(word: &str) -> Result<Self, Failure> {
        match word {
            "major" => Ok(Self::Major),
            "minor" => Ok(Self::Minor),
            "patch" => Ok(Self::Patch),
            _ => Err(Failure::usage(format!(
                "`release` takes one of major, minor and patch, and not `{word}`"
            ))),
        }
    }
}

/// A version of three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version([u64; 3]);

impl Version {
    /// Reads the version in the manifest of the workspace.
    pub(super) fn of_workspace(manifest: &str) -> Result<Self, Failure> {
        let package = manifest.split_once("[workspace.package]");
        let line = package.and_then(|(_, rest)| {
            let lines = rest.lines().map(str::trim);
            lines
                .take_while(|line| !line.starts_with('['))
                .find_map(|line| line.strip_prefix("version = "))
        });
        let numbers = line.and_then(|text| {
            let mut numbers = text.trim_matches('"').split('.').map(str::parse);
            let version = [
                numbers.next()?.ok()?,
                numbers.next()?.ok()?,
                numbers.next()?.ok()?,
            ];
            numbers.next().is_none().then_some(Self(version))
        });
        numbers.ok_or_else(|| {
            Failure::new(
                "Cargo.toml has no version of three numbers in [workspace.package]",
                "write it as version = \"1.2.3\"",
            )
        })
    }

    /// Returns the version after a release of this level.
    pub(super) const fn next(self, level: Level) -> Self {
        let Self([major, minor, patch]) = self;
        Self(match level {
            Level::Major => [major.saturating_add(1), 0, 0],
            Level::Minor => [major, minor.saturating_add(1), 0],
            Level::Patch => [major, minor, patch.saturating_add(1)],
        })
    }

    /// Returns the effect that a release of this level may have. Until 1.0, a minor version may break its users, as cargo has it.
    pub(super) const fn change(self, level: Level) -> Change {
        let Self([major, ..]) = self;
        match level {
            Level::Major => Change::Breaking,
            Level::Minor if major == 0 => Change::Breaking,
            Level::Minor | Level::Patch => Change::Compatible,
        }
    }

    /// Returns the manifest of the workspace with the new version: that of the workspace, and that of each crate of it in the dependencies.
    pub(super) fn replace(self, manifest: &str, new: &Self) -> Result<String, Failure> {
        let (old, new) = (
            format!("version = \"{self}\""),
            format!("version = \"{new}\""),
        );
        let mut is_package = false;
        let lines = manifest.lines().map(|line| {
            if line.starts_with('[') {
                is_package = line == "[workspace.package]";
            }
            let is_own = is_package || line.contains("path = \"crates/");
            match is_own && line.contains(&old) {
                true => line.replace(&old, &new),
                false => line.to_owned(),
            }
        });
        let replaced: String = lines.map(|line| line + "\n").collect();
        if replaced == manifest {
            return Err(Failure::new(
                format!("Cargo.toml does not contain {old}"),
                "write versions of the crates of the workspace as version = \"1.2.3\"",
            ));
        }
        Ok(replaced)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[workspace.package]
version = \"0.4.2\"

[workspace.dependencies]
own = { path = \"crates/own\", version = \"0.4.2\" }
other = { version = \"0.4.2\" }
";

    #[test]
    fn a_release_raises_one_number_and_clears_those_after_it() {
        let version = Version::of_workspace(MANIFEST).expect("a version");
        let next = |level| version.next(level).to_string();
        assert_eq!(next(Level::Patch), "0.4.3");
        assert_eq!(next(Level::Minor), "0.5.0");
        assert_eq!(next(Level::Major), "1.0.0");
    }

    #[test]
    fn until_1_0_a_minor_version_may_break_its_users() {
        assert_eq!(Version([0, 4, 2]).change(Level::Minor), Change::Breaking);
        assert_eq!(Version([1, 4, 2]).change(Level::Minor), Change::Compatible);
        assert_eq!(Version([0, 4, 2]).change(Level::Patch), Change::Compatible);
    }

    #[test]
    fn the_crates_of_the_workspace_get_the_version_and_no_other_does() {
        let version = Version::of_workspace(MANIFEST).expect("a version");
        let replaced = version.replace(MANIFEST, &version.next(Level::Minor));
        let expected = MANIFEST.replacen("0.4.2", "0.5.0", 2);
        assert_eq!(replaced.expect("a manifest"), expected);
        assert!(version.replace("[workspace.package]\n", &version).is_err());
        for manifest in [
            "",
            "[workspace.package]\nversion = \"1.2\"",
            "[workspace.package]\n[x]\nversion = \"1.2.3\"",
        ] {
            assert!(Version::of_workspace(manifest).is_err(), "{manifest}");
        }
    }
}
