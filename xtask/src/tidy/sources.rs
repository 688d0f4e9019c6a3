//! The size of sources, marks of unfinished work, and words that do not belong to the product.

use super::Findings;
use super::tree::{File, Tree};

/// The number of lines above which a file probably contains two concepts.
const WARN_LINES: usize = 600;
/// The number of lines above which a file must be split.
const MAX_LINES: usize = 900;

/// Marks of unfinished work, in pieces, so that this file does not contain them.
const MARKS: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("dbg", "!("),
];

/// Paths on a developer's machine, and placeholders that were not filled in.
const STRANGERS: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("/tmp/bash", "_jobs"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("[[pa", "th]]"),
    concat!("sub", "agent"),
];

/// Kinds of files that people write.
const WRITTEN: [&str; 8] = [".rs", ".md", ".toml", ".sh", ".py", ".js", ".mjs", ".yml"];

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        check_size(file, findings);
        if file.path.ends_with("/mod.rs") {
            findings.fail(format!(
                "{}: use `foo.rs` next to the folder `foo` instead",
                file.path
            ));
        }
    }
    for file in tree.files().filter(|file| {
        WRITTEN.iter().any(|kind| file.path.ends_with(kind)) || file.path == ".ci/run"
    }) {
        check_words(file, findings);
    }
}

fn check_size(file: &File, findings: &mut Findings) {
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        findings.fail(format!(
            "{}: {lines} lines; the maximum is {MAX_LINES}: split it by concept",
            file.path
        ));
    } else if lines > WARN_LINES {
        findings.warn(format!(
            "{}: {lines} lines; a file with more than {WARN_LINES} probably contains two concepts",
            file.path
        ));
    }
}

fn check_words(file: &File, findings: &mut Findings) {
    for (index, line) in file.text.lines().enumerate() {
        let place = || format!("{}:{}", file.path, index + 1);
        if let Some(mark) = MARKS.iter().find(|mark| line.contains(*mark)) {
            findings.fail(format!(
                "{}: `{mark}` marks unfinished work: finish it, or mark it as later in docs/requirements.md",
                place()
            ));
        }
        if let Some(word) = STRANGERS.iter().find(|word| line.contains(*word)) {
            findings.fail(format!(
                "{}: `{word}` is a path of one machine or a placeholder: remove it",
                place()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn failures(path: &str, text: &str) -> usize {
        let mut findings = Findings::default();
        check(&Tree::of(&[(path, text)]), &mut findings);
        findings.failures.len()
    }

    #[test]
    fn warns_before_it_fails_on_a_long_file() {
        let long = Tree::of(&[
            ("a.rs", &"\n".repeat(WARN_LINES + 1)),
            ("b.rs", &"\n".repeat(MAX_LINES + 1)),
            ("c.rs", &"\n".repeat(WARN_LINES)),
        ]);
        let mut findings = Findings::default();
        check(&long, &mut findings);
        assert_eq!((findings.warnings.len(), findings.failures.len()), (1, 1));
    }

    #[test]
    fn finds_every_mark_and_every_stranger() {
        for word in MARKS.iter().chain(&STRANGERS) {
            assert_eq!(failures("a.rs", &format!("// {word}")), 1, "{word}");
            assert_eq!(failures("docs/a.md", word), 1, "{word}");
        }
    }

    #[test]
    fn leaves_data_alone() {
        assert_eq!(failures("fuzz/corpus/form/01", STRANGERS[0]), 0);
    }

    #[test]
    fn refuses_mod_rs() {
        assert_eq!(failures("crates/a/src/b/mod.rs", ""), 1);
        assert_eq!(failures("crates/a/src/b.rs", ""), 0);
    }
}
