//! Every id that a document marks as covered has a test, and the id of every test is marked as covered.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{Findings, test_ids};

/// The documents whose tables list ids. The last column of each row is the progress of the id.
const DOCUMENTS: [&str; 3] = ["docs/requirements.md", "docs/rows.md", "docs/threats.md"];

/// The directory of the tests against server processes.
const PROCESS_TESTS: &str = "crates/m2m/tests/binary/";

/// The progress of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// All parts have tests.
    Covered,
    /// All parts have tests, and at least one of them is against a server process.
    Process,
    /// Some parts have tests; the rest belongs to parts of the product that do not exist yet.
    InPart,
    /// The id belongs to a part of the product that does not exist yet.
    Later,
}

impl Progress {
    /// Parses the last column.
    fn parse(cell: &str) -> Option<Self> {
        match cell {
            "covered" => Some(Self::Covered),
            "process" => Some(Self::Process),
            "in part" => Some(Self::InPart),
            "later" => Some(Self::Later),
            _ => None,
        }
    }

    /// Returns true if there has to be a test.
    fn is_tested(self) -> bool {
        match self {
            Self::Covered | Self::Process | Self::InPart => true,
            Self::Later => false,
        }
    }

    /// Returns true if a test at this path is one that there has to be.
    fn accepts(self, path: &str) -> bool {
        match self {
            Self::Covered | Self::InPart => true,
            Self::Process => path.starts_with(PROCESS_TESTS),
            Self::Later => false,
        }
    }
}

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    let marked = marked_ids(tree, findings);
    let tested = test_ids::ids(tree);
    for (id, &(progress, document)) in &marked {
        let mut tests = tested.iter().filter(|(tested, _)| tested == id);
        if progress.is_tested() && !tests.any(|(_, path)| progress.accepts(path)) {
            let place = match progress {
                Progress::Process => format!(" in {PROCESS_TESTS}"),
                Progress::Covered | Progress::InPart | Progress::Later => String::new(),
            };
            findings.fail(format!(
                "{document}: {id} is marked as covered, but no test has it{place}: begin the name of a test with `{}_`",
                id.to_lowercase()
            ));
        }
    }
    for (id, place) in tested {
        match marked.get(&id) {
            None => findings.fail(format!(
                "{place}: a test has the id {id}, which is not listed in any of {}",
                DOCUMENTS.join(", ")
            )),
            Some(&(Progress::Later, document)) => {
                findings.fail(format!("{place}: a test has the id {id}, which {document} marks as later: mark it as covered or in part"));
            }
            Some(_) => {}
        }
    }
    check_named_tests(tree, findings);
}

/// The ids of all documents, each with its progress and its document.
fn marked_ids(tree: &Tree, findings: &mut Findings) -> BTreeMap<String, (Progress, &'static str)> {
    let mut marked = BTreeMap::new();
    for document in DOCUMENTS {
        for (id, cells) in rows(tree.text(document).unwrap_or_default()) {
            let Some(progress) = cells.last().and_then(|cell| Progress::parse(cell)) else {
                findings.fail(format!(
                    "{document}: the last column of {id} must be `covered`, `process`, `in part` or `later`"
                ));
                continue;
            };
            if marked.insert(id.clone(), (progress, document)).is_some() {
                findings.fail(format!("{document}: {id} is listed twice in the documents"));
            }
        }
    }
    marked
}

/// The rows of all tables that begin with an id.
fn rows(text: &str) -> impl Iterator<Item = (String, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .strip_prefix('|')?
            .strip_suffix('|')?
            .split('|')
            .map(str::trim)
            .collect();
        Some((test_ids::id(cells.first()?)?, cells))
    })
}

/// Checks that an attack with tests names them, and that each exists; `x1_*` matches at least one test whose name begins with `x1_`.
fn check_named_tests(tree: &Tree, findings: &mut Findings) {
    let names = test_ids::names(tree);
    for (id, cells) in rows(tree.text("docs/threats.md").unwrap_or_default()) {
        let [.., tests, progress] = cells.as_slice() else {
            continue;
        };
        let mut named = tests.split('`').skip(1).step_by(2).peekable();
        if named.peek().is_none() && Progress::parse(progress).is_some_and(Progress::is_tested) {
            findings.fail(format!(
                "docs/threats.md: {id} is marked as {progress}, but names no test"
            ));
        }
        for named in named {
            if !exists(&names, named) {
                findings.fail(format!(
                    "docs/threats.md: {id} names the test `{named}`, which does not exist"
                ));
            }
        }
    }
}

fn exists(names: &BTreeSet<&str>, named: &str) -> bool {
    match named.strip_suffix('*') {
        Some(beginning) => names.iter().any(|name| name.starts_with(beginning)),
        None => names.contains(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_table(table: &str, tests: &str, expected: &[&str]) {
        let tree = Tree::of(&[
            ("docs/requirements.md", table),
            ("crates/a/tests/b.rs", tests),
        ]);
        let mut findings = Findings::default();
        check(&tree, &mut findings);
        assert_eq!(findings.failures.len(), expected.len(), "{findings:?}");
        for (failure, expected) in findings.failures.iter().zip(expected) {
            assert!(failure.contains(expected), "{failure}");
        }
    }

    #[test]
    fn accepts_covered_ids_with_tests_and_later_ids_without() {
        check_table(
            "| A1 | text | covered |\n| A2 | text | later |\n| A3 | text | in part |\n",
            "#[test]\nfn a1_a3_does() {}",
            &[],
        );
    }

    #[test]
    fn refuses_covered_ids_without_tests() {
        check_table(
            "| A1 | text | covered |\n| A3 | text | in part |\n",
            "",
            &["A1 is marked", "A3 is marked"],
        );
    }

    #[test]
    fn an_id_that_is_tested_against_a_process_has_such_a_test() {
        let check = |path: &str, expected: &[&str]| {
            let tree = Tree::of(&[
                ("docs/requirements.md", "| A1 | text | process |\n"),
                (path, "#[test]\nfn a1_does() {}"),
            ]);
            let mut findings = Findings::default();
            check(&tree, &mut findings);
            assert_eq!(findings.failures.len(), expected.len(), "{findings:?}");
            for (failure, expected) in findings.failures.iter().zip(expected) {
                assert!(failure.contains(expected), "{failure}");
            }
        };
        check("crates/m2m/tests/binary/rows/a.rs", &[]);
        check(
            "crates/a/tests/b.rs",
            &["no test has it in crates/m2m/tests/binary/"],
        );
    }

    #[test]
    fn refuses_tested_ids_that_are_not_marked_as_covered() {
        check_table(
            "| A1 | text | later |\n",
            "#[test]\nfn a1_does() {}",
            &["marks as later"],
        );
        check_table(
            "",
            "#[test]\nfn a1_does() {}",
            &["which is not listed in any of"],
        );
    }

    #[test]
    fn refuses_a_row_without_progress_and_a_duplicate_id() {
        check_table("| A1 | text |\n", "", &["last column of A1"]);
        check_table(
            "| A1 | text | later |\n| A1 | text | later |\n",
            "",
            &["listed twice"],
        );
    }

    #[test]
    fn a_named_test_has_to_exist() {
        let threats = "| X1 | a | b | `x1_refuses`, `x1_*`, `x1_gone`, `x2_*` | covered |\n";
        let tree = Tree::of(&[
            ("docs/threats.md", threats),
            ("crates/a/tests/b.rs", "#[test]\nfn x1_refuses() {}"),
        ]);
        let mut findings = Findings::default();
        check(&tree, &mut findings);
        assert_eq!(findings.failures.len(), 2, "{findings:?}");
        assert!(findings.failures[0].contains("x1_gone"));
        assert!(findings.failures[1].contains("x2_*"));
    }

    #[test]
    fn an_attack_that_has_tests_names_them() {
        let threats =
            "| X1 | a | b | | in part |\n| X2 | a | b | | covered |\n| X3 | a | b | | later |\n";
        let tree = Tree::of(&[
            ("docs/threats.md", threats),
            ("crates/a/tests/b.rs", "#[test]\nfn x1_x2_refuses() {}"),
        ]);
        let mut findings = Findings::default();
        check(&tree, &mut findings);
        assert_eq!(findings.failures.len(), 2, "{findings:?}");
        assert!(findings.failures[0].contains("X1 is marked as in part, but names no test"));
        assert!(findings.failures[1].contains("X2 is marked as covered, but names no test"));
    }
}
