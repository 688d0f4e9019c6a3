//! Dependencies that are not used.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::Findings;
use super::tree::Tree;

/// Dependencies that are needed although no source names them: the folder of the member, the dependency, the reason.
const UNNAMED: [(&str, &str, &str); 0] = [];

/// The tables of a manifest that contain dependencies, each with the sources that may use them: beginnings of paths within the member.
const KINDS: [(&str, &[&str]); 3] = [
    ("dependencies", &["src/"]),
    ("build-dependencies", &["build.rs", "build/"]),
    ("dev-dependencies", &[""]),
];

/// A line of a member's dependencies.
struct Dependency<'m> {
    name: &'m str,
    inherited: bool,
    /// The beginnings of the paths of the sources that may use it.
    sources: &'static [&'static str],
}

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    check_except(tree, &UNNAMED, findings);
}

fn check_except(tree: &Tree, unnamed: &[(&str, &str, &str)], findings: &mut Findings) {
    let root = manifest(tree, "Cargo.toml");
    let mut unused: BTreeSet<&str> = root
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies")?.as_table())
        .map(|shared| shared.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut excused = BTreeSet::new();
    for folder in members(tree, &root) {
        let manifest = manifest(tree, &format!("{folder}/Cargo.toml"));
        for dependency in dependencies(&manifest) {
            if dependency.inherited {
                unused.remove(dependency.name);
            }
            if is_named(tree, folder, &dependency) {
                continue;
            }
            if let Some(exception) = unnamed
                .iter()
                .find(|(of, name, _)| *of == folder && *name == dependency.name)
            {
                excused.insert(exception);
                continue;
            }
            findings.fail(format!(
                "{folder}/Cargo.toml: no source names `{}`: remove the dependency, or add it to UNNAMED in the tidy check with a reason",
                dependency.name
            ));
        }
    }
    for name in unused {
        findings.fail(format!(
            "Cargo.toml: no member uses `{name}` of `[workspace.dependencies]`: remove it"
        ));
    }
    for (folder, name, _) in unnamed
        .iter()
        .filter(|exception| !excused.contains(exception))
    {
        findings.fail(format!(
            "UNNAMED in the tidy check: {folder} does not need the exception for `{name}`: remove it"
        ));
    }
}

/// Returns a manifest, empty if it cannot be read: cargo reports the reason.
fn manifest(tree: &Tree, path: &str) -> Table {
    let text = tree.text(path).unwrap_or_default();
    text.parse().unwrap_or_default()
}

/// The folders of the members of the workspace, which are paths, or all folders in one: `crates/*`.
fn members<'t>(tree: &'t Tree, root: &Table) -> Vec<&'t str> {
    let patterns = root
        .get("workspace")
        .and_then(|workspace| workspace.get("members")?.as_array())
        .map(|patterns| {
            patterns
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    let is_member = |folder: &str| {
        patterns
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(parent) => folder
                    .strip_prefix(parent)
                    .is_some_and(|name| !name.contains('/')),
                None => folder == *pattern,
            })
    };
    tree.files()
        .filter_map(|file| file.path.strip_suffix("/Cargo.toml"))
        .filter(|folder| is_member(folder))
        .collect()
}

/// The dependencies of a member, those of single platforms included.
fn dependencies(manifest: &Table) -> Vec<Dependency<'_>> {
    let platforms = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    core::iter::once(manifest)
        .chain(platforms)
        .flat_map(|tables| {
            KINDS.iter().flat_map(|(kind, sources)| {
                let lines = tables.get(*kind).and_then(Value::as_table);
                lines.into_iter().flatten().map(|(name, line)| Dependency {
                    name,
                    inherited: line.get("workspace").is_some(),
                    sources,
                })
            })
        })
        .collect()
}

/// Looks for the name of the dependency, as a word, in the sources of the member. Examples in a README are tests.
fn is_named(tree: &Tree, folder: &str, dependency: &Dependency<'_>) -> bool {
    let word = dependency.name.replace('-', "_");
    tree.files()
        .filter(|file| file.path.ends_with(".rs") || file.path.ends_with("/README.md"))
        .filter_map(|file| Some((file.path.strip_prefix(folder)?.strip_prefix('/')?, file)))
        .filter(|(path, _)| {
            dependency
                .sources
                .iter()
                .any(|beginning| path.starts_with(beginning))
        })
        .any(|(_, file)| has_word(&file.text, &word))
}

fn has_word(text: &str, word: &str) -> bool {
    let continues = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(start, _)| {
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(start + word.len()..).unwrap_or_default();
        !before.ends_with(continues) && !after.starts_with(continues)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str =
        "[workspace]\nmembers = [\"crates/*\"]\n[workspace.dependencies]\na-b = \"1\"\nc = \"1\"\n";

    #[track_caller]
    fn check(member: &str, sources: &[(&str, &str)], expected: &[&str]) {
        check_excusing(&[], member, sources, expected);
    }

    #[track_caller]
    fn check_excusing(
        unnamed: &[(&str, &str, &str)],
        member: &str,
        sources: &[(&str, &str)],
        expected: &[&str],
    ) {
        let mut files = vec![("Cargo.toml", SHARED), ("crates/m/Cargo.toml", member)];
        files.extend(sources);
        let mut findings = Findings::default();
        check_except(&Tree::of(&files), unnamed, &mut findings);
        assert_eq!(findings.failures.len(), expected.len(), "{findings:?}");
        for (failure, expected) in findings.failures.iter().zip(expected) {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    const BOTH: &str = "[dependencies]\na-b.workspace = true\n[dev-dependencies]\nc = { workspace = true, features = [\"x\"] }\n";

    #[test]
    fn accepts_dependencies_that_are_named() {
        check(
            BOTH,
            &[
                ("crates/m/src/lib.rs", "use a_b::X;"),
                ("crates/m/tests/t.rs", "c::f();"),
            ],
            &[],
        );
        check(
            "[target.'cfg(unix)'.dependencies]\na-b.workspace = true\n[build-dependencies]\nc.workspace = true\n",
            &[
                ("crates/m/src/a.rs", "a_b::f()"),
                ("crates/m/build.rs", "use c;"),
            ],
            &[],
        );
    }

    #[test]
    fn refuses_a_shared_dependency_that_no_member_inherits() {
        check(
            "[dependencies]\na-b.workspace = true\nc = \"2\"\n",
            &[("crates/m/src/lib.rs", "use a_b::X; use c::Y;")],
            &["no member uses `c`"],
        );
    }

    #[test]
    fn refuses_a_dependency_that_no_source_names() {
        check(
            BOTH,
            &[
                ("crates/m/src/lib.rs", "use a_bc::X; use xa_b::Y;"),
                ("crates/other/src/lib.rs", "use a_b::X;"),
                ("crates/m/README.md", "c::f()"),
            ],
            &["crates/m/Cargo.toml: no source names `a-b`"],
        );
    }

    #[test]
    fn a_test_alone_does_not_need_a_normal_dependency() {
        check(
            BOTH,
            &[("crates/m/tests/t.rs", "use a_b::X; use c::Y;")],
            &["no source names `a-b`"],
        );
    }

    #[test]
    fn an_exception_has_to_be_needed() {
        let unnamed = [("crates/m", "a-b", "turns a feature on")];
        let named = ("crates/m/tests/t.rs", "use c::Y;");
        check_excusing(&unnamed, BOTH, &[named], &[]);
        let source = ("crates/m/src/lib.rs", "use a_b::X;");
        check_excusing(
            &unnamed,
            BOTH,
            &[named, source],
            &["does not need the exception"],
        );
    }
}
