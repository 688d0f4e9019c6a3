//! The required parts of every crate, and of every shared dependency.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::Tree;

/// The line that makes the README the crate's documentation.
const README_IS_DOC: &str = r#"#![doc = include_str!("../README.md")]"#;

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    let crates: BTreeSet<&str> = tree
        .files()
        .filter_map(|file| folder_of_crate(&file.path))
        .collect();
    for folder in crates {
        check_crate(tree, folder, findings);
    }
    for line in uncommented_dependencies(tree.text("Cargo.toml").unwrap_or_default()) {
        findings.fail(format!(
            "Cargo.toml: add a comment after `{line}` that states why it is needed"
        ));
    }
}

/// The folder of the crate whose manifest this is.
fn folder_of_crate(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/Cargo.toml")?;
    let name = folder.strip_prefix("crates/")?;
    (!name.contains('/')).then_some(folder)
}

fn check_crate(tree: &Tree, folder: &str, findings: &mut Findings) {
    let file = |name: &str| tree.text(&format!("{folder}/{name}"));
    if file("README.md").is_none() {
        findings.fail(format!(
            "{folder}: add a README.md, which is also the crate's documentation"
        ));
    }
    if !file("Cargo.toml").is_some_and(inherits_lints) {
        findings.fail(format!(
            "{folder}/Cargo.toml: add `[lints]` with `workspace = true`"
        ));
    }
    if file("Cargo.toml").is_some_and(lacks_docs_of_all_features) {
        findings.fail(format!(
            "{folder}/Cargo.toml: add `[package.metadata.docs.rs]` with `all-features = true`, so that docs.rs shows the items of all features"
        ));
    }
    let root = file("src/lib.rs").or_else(|| file("src/main.rs"));
    if !root.is_some_and(has_doc_of_readme) {
        findings.fail(format!(
            "{folder}: add `{README_IS_DOC}` to src/lib.rs, or to src/main.rs if there is no library"
        ));
    }
}

/// True for a crate that is published without all its features in its documentation.
fn lacks_docs_of_all_features(manifest: &str) -> bool {
    let says = |line: &str| manifest.lines().any(|own| own == line);
    let shows_all = says("[package.metadata.docs.rs]") && says("all-features = true");
    !shows_all && !says("publish = false")
}

/// Returns true if the file includes the README as documentation. Examples in a README may need features; without them the README is still
/// documentation, but not a test.
fn has_doc_of_readme(text: &str) -> bool {
    let compact: String = text.split_whitespace().collect();
    let with_features = compact
        .split_once("#![cfg_attr(any(not(doctest),")
        .and_then(|(_, rest)| rest.split_once(")]"))
        .is_some_and(|(rest, _)| rest.ends_with("),doc=include_str!(\"../README.md\")"));
    with_features || text.lines().any(|line| line == README_IS_DOC)
}

fn inherits_lints(manifest: &str) -> bool {
    manifest
        .split_once("[lints]")
        .is_some_and(|(_, rest)| rest.lines().nth(1) == Some("workspace = true"))
}

/// Returns the shared third-party dependencies without a comment on why they are needed.
fn uncommented_dependencies(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.contains('=') && !line.starts_with('#') && !line.contains("path ="))
        .filter(|line| !line.contains(" # "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_dependency_has_a_comment() {
        let manifest = "[workspace.dependencies]\n# Ours.\na = { path = \"a\" }\n\nb = \"1\" # bytes\nc = \"1\"\n\n[workspace.lints]\nd = 1\n";
        assert_eq!(uncommented_dependencies(manifest), ["c = \"1\""]);
    }

    #[test]
    fn a_crate_has_a_readme_as_its_documentation_and_the_shared_lints() {
        let manifest = (
            "crates/a/Cargo.toml",
            "[package]\npublish = false\n\n[lints]\nworkspace = true\n",
        );
        let good = Tree::of(&[
            manifest,
            ("crates/a/README.md", "# a"),
            ("crates/a/src/lib.rs", README_IS_DOC),
        ]);
        let bad = Tree::of(&[
            ("crates/a/Cargo.toml", "[package]\n"),
            ("crates/a/src/lib.rs", "//! a"),
        ]);
        let with_a_feature = Tree::of(&[
            manifest,
            ("crates/a/README.md", "# a"),
            (
                "crates/a/src/lib.rs",
                r#"#![cfg_attr(any(not(doctest), feature = "b"), doc = include_str!("../README.md"))]"#,
            ),
        ]);
        let with_features = Tree::of(&[
            manifest,
            ("crates/a/README.md", "# a"),
            (
                "crates/a/src/lib.rs",
                "#![cfg_attr(\n    any(not(doctest), all(feature = \"b\", feature = \"c\")),\n    doc = include_str!(\"../README.md\")\n)]",
            ),
        ]);
        for (tree, expected) in [(good, 0), (with_a_feature, 0), (with_features, 0), (bad, 4)] {
            let mut findings = Findings::default();
            check(&tree, &mut findings);
            assert_eq!(findings.failures.len(), expected, "{findings:?}");
        }
    }
}
