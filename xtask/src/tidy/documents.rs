//! The required content of the documents, and their lists that repeat other sources.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::Tree;
use crate::workspace::Workspace;

/// The commands that a new user types, which the README has to show.
const SHOWN: [&str; 2] = ["cargo run -- demo", "cargo xtask test"];

/// The documents that a new reader looks for.
const EXPECTED: [&str; 11] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "docs/architecture.md",
    "docs/decisions.md",
    "docs/errors.md",
    "docs/requirements.md",
    "docs/rows.md",
];

/// The document that lists the crates.
const ARCHITECTURE: &str = "docs/architecture.md";

pub(super) fn check(tree: &Tree, workspace: &Workspace, findings: &mut Findings) {
    for path in EXPECTED {
        if tree.text(path).is_none() {
            findings.fail(format!("{path}: the file is missing; add it"));
        }
    }
    for command in SHOWN {
        if tree
            .text("README.md")
            .is_some_and(|text| !text.contains(command))
        {
            findings.fail(format!("README.md: show `{command}`"));
        }
    }
    if !tree
        .text(".ci/run")
        .is_some_and(|text| text.contains("cargo xtask test"))
    {
        findings.fail(
            ".ci/run: run `cargo xtask test`, and no command that the README does not contain"
                .to_owned(),
        );
    }
    if let Some(text) = tree.text(ARCHITECTURE) {
        let members: BTreeSet<&str> = workspace
            .packages
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        check_crates(&listed_crates(text), &members, findings);
    }
}

fn check_crates(listed: &BTreeSet<&str>, members: &BTreeSet<&str>, findings: &mut Findings) {
    for name in members.difference(listed).filter(|name| **name != "xtask") {
        findings.fail(format!("{ARCHITECTURE}: the crate table lacks {name}"));
    }
    for name in listed.difference(members) {
        findings.fail(format!(
            "{ARCHITECTURE}: the crate table has {name}, which is not a member of the workspace"
        ));
    }
}

/// The names in the first column of the table that is headed `crate`.
fn listed_crates(text: &str) -> BTreeSet<&str> {
    text.lines()
        .skip_while(|line| !first_cell(line).is_some_and(|cell| cell.eq_ignore_ascii_case("crate")))
        .skip(1)
        .map_while(first_cell)
        .filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`'))
        .collect()
}

/// The first cell of a row of a table.
fn first_cell(line: &str) -> Option<&str> {
    line.strip_prefix('|')?.split('|').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "| step | file |\n|---|---|\n| `x` | y |\n\n| Crate | Sentence |\n|---|---|\n| `a` | one |\n| `b` | two |\n\n| `c` | no |\n";

    #[test]
    fn reads_only_the_crate_table() {
        assert_eq!(listed_crates(TEXT), BTreeSet::from(["a", "b"]));
    }

    #[test]
    fn reports_a_missing_and_a_surplus_crate() {
        let mut findings = Findings::default();
        check_crates(
            &BTreeSet::from(["a", "b"]),
            &BTreeSet::from(["a", "c", "xtask"]),
            &mut findings,
        );
        assert_eq!(findings.failures.len(), 2, "{findings:?}");
        assert!(findings.failures[0].contains("lacks c"));
        assert!(findings.failures[1].contains("has b"));
    }
}
