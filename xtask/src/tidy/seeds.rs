//! Every fuzz target is built, has seeds, and is replayed by a normal test.

use super::Findings;
use super::tree::Tree;

/// The minimum number of seeds. With fewer, the fuzzer has to find the grammar by itself.
const FEWEST_SEEDS: usize = 30;

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    let manifest = tree.text("fuzz/Cargo.toml").unwrap_or_default();
    let mut targets = 0_usize;
    for name in tree.files().filter_map(|file| {
        file.path
            .strip_prefix("fuzz/fuzz_targets/")?
            .strip_suffix(".rs")
    }) {
        targets += 1;
        if !manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")) {
            findings.fail(format!(
                "fuzz/Cargo.toml: add a `[[bin]]` for the target {name}"
            ));
        }
        let folder = format!("fuzz/corpus/{name}/");
        let seeds = tree
            .files()
            .filter(|file| file.path.starts_with(&folder))
            .count();
        if seeds < FEWEST_SEEDS {
            findings.fail(format!("{folder}: {seeds} seeds; the minimum is {FEWEST_SEEDS}: add inputs that reach different code"));
        }
        if !is_replayed(tree, name) {
            findings.fail(format!(
                "fuzz target {name}: replay its seeds in a crate's tests/corpus.rs"
            ));
        }
    }
    if targets == 0 {
        findings.fail("fuzz/fuzz_targets: there are no fuzz targets".to_owned());
    }
}

/// Returns true if a `tests/corpus.rs` calls the body of the target.
fn is_replayed(tree: &Tree, target: &str) -> bool {
    tree.files()
        .filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/tests/corpus.rs"))
        .any(|file| {
            file.text
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == target)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: (&str, &str) = (
        "fuzz/Cargo.toml",
        "[[bin]]\nname = \"form\"\npath = \"fuzz_targets/form.rs\"\n",
    );
    const TARGET: (&str, &str) = ("fuzz/fuzz_targets/form.rs", "");
    const REPLAY: (&str, &str) = (
        "crates/a/tests/corpus.rs",
        "replay(\"form\", fuzzing::form);",
    );

    #[track_caller]
    fn check_seeds(fixed: &[(&str, &str)], seeds: usize, expected: &[&str]) {
        let names: Vec<String> = (0..seeds)
            .map(|seed| format!("fuzz/corpus/form/{seed:02}"))
            .collect();
        let files: Vec<(&str, &str)> = fixed
            .iter()
            .copied()
            .chain(names.iter().map(|name| (name.as_str(), "")))
            .collect();
        let mut findings = Findings::default();
        check(&Tree::of(&files), &mut findings);
        assert_eq!(findings.failures.len(), expected.len(), "{findings:?}");
        for (failure, expected) in findings.failures.iter().zip(expected) {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    #[test]
    fn accepts_a_target_with_enough_seeds_and_a_replay() {
        check_seeds(&[MANIFEST, TARGET, REPLAY], FEWEST_SEEDS, &[]);
    }

    #[test]
    fn reports_missing_parts_of_a_target() {
        check_seeds(&[MANIFEST, TARGET, REPLAY], FEWEST_SEEDS - 1, &["29 seeds"]);
        check_seeds(&[MANIFEST, TARGET], FEWEST_SEEDS, &["replay"]);
        check_seeds(&[TARGET, REPLAY], FEWEST_SEEDS, &["[[bin]]"]);
    }
}
