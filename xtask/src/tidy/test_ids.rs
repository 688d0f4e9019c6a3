//! The names of the tests, and the ids of requirements, rows and attacks that they carry.

use std::collections::BTreeSet;

use super::tree::{File, Tree};

/// Letters that an id begins with: requirements (A, R), rows (K, G, T) and attacks (X).
const LETTERS: [char; 6] = ['A', 'R', 'K', 'G', 'T', 'X'];

/// The letters of rows. A row is provoked, so a table of provocations contains it as a literal.
const ROWS: [char; 3] = ['K', 'G', 'T'];

/// The crate whose tests check the taxonomy itself and provoke nothing: its rows do not count.
const TAXONOMY: &str = "crates/m2m-errors/";

/// The names of all tests.
pub(super) fn names(tree: &Tree) -> BTreeSet<&str> {
    tree.rust().flat_map(|file| names_in(&file.text)).collect()
}

/// Returns the texts of the files that have a test of this name.
pub(super) fn files_with<'t>(tree: &'t Tree, test: &str) -> impl Iterator<Item = &'t str> {
    let has_test = move |file: &&File| names_in(&file.text).any(|name| name == test);
    tree.rust().filter(has_test).map(|file| &*file.text)
}

/// Returns the ids that tests carry, each with the path of a file that has it.
pub(super) fn ids(tree: &Tree) -> BTreeSet<(String, &str)> {
    tree.rust().flat_map(ids_in).collect()
}

fn ids_in(file: &File) -> impl Iterator<Item = (String, &str)> {
    let is_taxonomy = file.path.starts_with(TAXONOMY);
    let named = names_in(&file.text).flat_map(ids_of_name);
    let tabled = literals(file).filter(|id| id.starts_with(ROWS));
    named
        .chain(tabled)
        .filter(move |id| !(is_taxonomy && id.starts_with(ROWS)))
        .map(|id| (id, file.path.as_str()))
}

/// The functions that carry `#[test]`, tokio's included.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    text.lines().map(str::trim_start).filter_map(move |line| {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let name = line
            .strip_prefix("fn ")
            .or_else(|| line.strip_prefix("async fn "))?;
        std::mem::take(&mut is_test)
            .then(|| name.split(['(', '<']).next())
            .flatten()
    })
}

/// The ids that a test's name begins with: `k5_k6_answers_alike` carries K5 and K6.
fn ids_of_name(name: &str) -> impl Iterator<Item = String> {
    name.split('_')
        .filter(|word| *word != "and")
        .map_while(|word| id(&word.to_ascii_uppercase()))
}

/// Returns the ids that are string literals in a file of tests.
fn literals(file: &File) -> impl Iterator<Item = String> {
    let is_tests = file.path.contains("/tests/");
    file.text
        .split('"')
        .filter(move |_| is_tests)
        .filter_map(id)
}

/// Returns the id, if the word is one: a letter and one or two digits.
pub(super) fn id(word: &str) -> Option<String> {
    let digits = word.strip_prefix(LETTERS)?;
    let is_id = (1..=2).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    is_id.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let tree = Tree::of(&[(path, text)]);
        let found: Vec<String> = ids(&tree).into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn reads_the_ids_that_a_test_begins_with() {
        check(
            "crates/a/src/b.rs",
            "#[test]\nfn a10_refuses() {}",
            &["A10"],
        );
        check(
            "crates/a/src/b.rs",
            "    #[test]\n    fn k5_and_k6_x8_answer_alike() {}",
            &["K5", "K6", "X8"],
        );
        check(
            "crates/a/tests/b.rs",
            "#[tokio::test]\nasync fn x13_refuses() {}",
            &["X13"],
        );
        check(
            "crates/a/src/b.rs",
            "#[test]\nfn rfc7515_a1_verifies() {}",
            &[],
        );
        check(
            "crates/a/src/b.rs",
            "#[test]\nfn a100_no_id() {}\n#[test]\nfn x5u_header() {}",
            &[],
        );
    }

    #[test]
    fn only_a_test_counts() {
        check("crates/a/src/b.rs", "fn a10_helper() {}", &[]);
        check(
            "crates/a/src/b.rs",
            "#[test]\nfn refuses() {}\nfn a10_helper() {}",
            &[],
        );
    }

    #[test]
    fn reads_rows_from_tables_in_tests() {
        check("crates/a/tests/rows.rs", "row(\"K5\", \"A1\");", &["K5"]);
        check("crates/a/src/rows.rs", "row(\"K5\");", &[]);
    }

    #[test]
    fn the_taxonomy_provokes_no_row() {
        check(
            "crates/m2m-errors/tests/wire.rs",
            "(\"K5\")\n#[test]\nfn k7_text() {}\n#[test]\nfn a21_bytes() {}",
            &["A21"],
        );
    }
}
