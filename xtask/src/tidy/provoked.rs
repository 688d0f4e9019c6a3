//! Every cause of the taxonomy is provoked by a test, or has a reason why it is only explained.

use std::collections::{BTreeMap, BTreeSet};

use m2m_errors::Cause;
use serde::Deserialize;

use super::tree::Tree;
use super::{Findings, test_ids};

/// The list of the causes.
const FILE: &str = "crates/m2m-errors/tests/provoked.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Causes {
    /// The name of the test that provokes each cause.
    provoked: BTreeMap<String, String>,
    /// The causes whose test asserts the answer, from which the cause does not follow. New causes do not belong here.
    #[serde(default)]
    by_answer: BTreeSet<String>,
    /// The reasons why other causes are only explained.
    explained: BTreeMap<String, String>,
}

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    let all: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
    check_causes(&all, tree, findings);
}

fn check_causes(all: &[&str], tree: &Tree, findings: &mut Findings) {
    let causes: Causes = match toml::from_str(tree.text(FILE).unwrap_or_default()) {
        Ok(causes) => causes,
        Err(error) => return findings.fail(format!("{FILE}: {error}")),
    };
    let tests = test_ids::names(tree);
    for (cause, test) in &causes.provoked {
        if !tests.contains(&**test) {
            findings.fail(format!(
                "{FILE}: {cause} names the test `{test}`, which does not exist"
            ));
        }
        let is_asserted = test_ids::files_with(tree, test).any(|text| names(text, cause));
        match (is_asserted, causes.by_answer.contains(cause)) {
            (true, false) | (false, true) => {}
            (false, false) => findings.fail(format!(
                "{FILE}: the file with the test `{test}` does not contain {cause}: assert the cause, not only the error"
            )),
            (true, true) => findings.fail(format!(
                "{FILE}: a test asserts {cause}: remove it from by_answer"
            )),
        }
        if causes.explained.contains_key(cause) {
            findings.fail(format!(
                "{FILE}: {cause} is provoked and explained: remove one"
            ));
        }
    }
    for cause in all {
        if !causes.provoked.contains_key(*cause) && !causes.explained.contains_key(*cause) {
            findings.fail(format!(
                "{FILE}: {cause} is not listed: add the test that provokes it, or the reason why none does"
            ));
        }
    }
    let listed = causes.provoked.keys().chain(causes.explained.keys());
    for cause in listed.chain(&causes.by_answer) {
        if !all.contains(&&**cause) {
            findings.fail(format!("{FILE}: there is no cause {cause}"));
        }
    }
    for (cause, reason) in &causes.explained {
        if !reason.ends_with('.') {
            findings.fail(format!("{FILE}: the reason of {cause} is not a sentence"));
        }
    }
}

/// Returns true if a text contains the id of a cause, or the name of its variant.
fn names(text: &str, cause: &str) -> bool {
    let variant: String = cause.split('-').map(capitalized).collect();
    [cause, &variant].into_iter().any(|name| {
        text.match_indices(name).any(|(start, _)| {
            let before = text.get(..start).and_then(|text| text.chars().next_back());
            let after = text.get(start + name.len()..);
            let after = after.and_then(|text| text.chars().next());
            let is_part = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    })
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_list(list: &str, expected: &[&str]) {
        let test = "#[test]\nfn a_test() { assert_eq!(error.cause(), Cause::One); }";
        let tree = Tree::of(&[(FILE, list), ("crates/a/tests/b.rs", test)]);
        let mut findings = Findings::default();
        check_causes(&["one", "two"], &tree, &mut findings);
        assert_eq!(findings.failures.len(), expected.len(), "{findings:?}");
        for (failure, expected) in findings.failures.iter().zip(expected) {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    #[test]
    fn each_cause_has_a_test_or_a_reason() {
        check_list(
            "[provoked]\none = \"a_test\"\n[explained]\ntwo = \"A bug.\"\n",
            &[],
        );
        check_list(
            "[provoked]\none = \"a_test\"\n[explained]\n",
            &["two is not listed"],
        );
    }

    #[test]
    fn the_test_of_a_cause_contains_the_cause() {
        let explained = "[explained]\none = \"A bug.\"\n";
        check_list(
            &format!("[provoked]\ntwo = \"a_test\"\n{explained}"),
            &["does not contain two"],
        );
        check_list(
            &format!("by_answer = [\"two\"]\n[provoked]\ntwo = \"a_test\"\n{explained}"),
            &[],
        );
        check_list(
            "by_answer = [\"one\"]\n[provoked]\none = \"a_test\"\n[explained]\ntwo = \"A bug.\"\n",
            &["remove it from by_answer"],
        );
        assert!(names("\"address-in-use\"", "address-in-use"));
        assert!(names("Cause::AddressInUse,", "address-in-use"));
        assert!(!names("data-address-in-use", "address-in-use"));
        assert!(!names("AddressInUsed", "address-in-use"));
    }

    #[test]
    fn a_test_that_does_not_exist_and_a_wrong_cause_are_found() {
        check_list(
            "[provoked]\none = \"gone\"\n[explained]\none = \"A bug.\"\ntwo = \"a\"\nthree = \"A bug.\"\n",
            &[
                "names the test `gone`",
                "does not contain one",
                "remove one",
                "there is no cause three",
                "the reason of two",
            ],
        );
        check_list("provoked = 1", &["provoked.toml"]);
    }
}
