//! The changelog, whose section `Unreleased` becomes that of the release.

use xtask::failure::Failure;

const UNRELEASED: &str = "\n## Unreleased\n";

/// Returns the changelog of the release: the section `Unreleased` has its version and day, and there is an empty one above it.
pub(super) fn released(log: &str, version: &str, day: &str) -> Result<String, Failure> {
    let parts = log.split_once(UNRELEASED);
    let (before, after) = parts.ok_or_else(|| {
        Failure::new(
            "CHANGELOG.md has no section `## Unreleased`",
            "add it above the newest release",
        )
    })?;
    let section = after.split("\n## ").next().unwrap_or_default();
    if section.trim().is_empty() {
        return Err(Failure::new(
            "the section `Unreleased` of CHANGELOG.md is empty",
            "describe what changes for users",
        ));
    }
    Ok(format!(
        "{before}{UNRELEASED}\n## {version} ({day})\n{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unreleased_gets_version_and_day() {
        let log = "# Changelog\n\n## Unreleased\n\n### Added\n- A.\n\n## 0.1.0 (2026-01-01)\n";
        let expected = "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n### Added\n- A.\n\n## 0.1.0 (2026-01-01)\n";
        assert_eq!(
            released(log, "0.2.0", "2026-12-01").expect("a log"),
            expected
        );
    }

    #[test]
    fn a_release_without_changes_is_refused() {
        for log in ["# Changelog\n", "\n## Unreleased\n\n## 0.1.0\n- A.\n"] {
            assert!(released(log, "0.2.0", "2026-12-01").is_err(), "{log}");
        }
    }
}
