//! The words of comments: a doc comment has a subject, and some words have a plainer one.

use super::Findings;
use super::tree::{File, Tree};

/// The first words of a doc comment that has no subject, each with the words that it usually means.
const HEADLESS: &[(&str, &str)] = &[
    ("What", "a noun: \"The value …\", \"The effect …\""),
    ("Whatever", "a noun: \"Everything that …\""),
    ("Who", "\"The caller that …\", \"The application that …\""),
    ("Whoever", "\"The caller that …\", \"Anyone who …\""),
    (
        "Whether",
        "\"True if …\", or \"Returns true if …\" on a function",
    ),
    (
        "How",
        "\"The number of …\", \"The way in which …\", \"The time for which …\"",
    ),
    ("Where", "\"The place …\", \"The path …\""),
    ("Which", "a noun: \"The algorithm …\""),
    ("Why", "\"The reason why …\""),
    ("As much", "\"The maximum …\""),
    ("As many", "\"The maximum number …\""),
    ("So many", "\"This many …\""),
    ("By which", "a noun"),
    ("In which", "a noun"),
    ("From when", "\"The time from which …\""),
];

/// Words that comments do not have, each with its replacement.
const WORDS: &[(&str, &str)] = &[
    ("whoever", "anyone who"),
    ("whomever", "anyone whom"),
    ("told of", "informed of"),
    ("taken away", "deleted, removed or revoked"),
    ("takes away", "deletes, removes or revokes"),
    ("is none of", "is not one of"),
    ("he", "the caller, the operator, they"),
    ("his", "their"),
    ("him", "them"),
];

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        check_file(file, findings);
    }
}

fn check_file(file: &File, findings: &mut Findings) {
    let mut is_in_comment = false;
    for (index, line) in file.text.lines().enumerate() {
        let line = line.trim_start();
        let doc = line
            .strip_prefix("/// ")
            .or_else(|| line.strip_prefix("//! "));
        if let Some(doc) = doc.filter(|_| !is_in_comment)
            && let Some((first, instead)) = headless(doc)
        {
            findings.fail(format!(
                "{}:{}: the doc comment begins with \"{first}\" and has no subject: write {instead}",
                file.path,
                index + 1
            ));
        }
        // An empty line of a comment begins a paragraph, which may be any sentence.
        is_in_comment = line.starts_with("//");
        let comment = doc.or_else(|| line.strip_prefix("// "));
        if let Some((word, instead)) = comment.and_then(odd_word) {
            findings.fail(format!(
                "{}:{}: \"{word}\" is not a word of comments here: write {instead}",
                file.path,
                index + 1
            ));
        }
    }
}

/// The first words of a comment, if they leave it without a subject. A question has one.
fn headless(doc: &str) -> Option<(&'static str, &'static str)> {
    if doc.trim_end().ends_with('?') {
        return None;
    }
    let begins = |(first, _): &&(&str, &str)| {
        doc.strip_prefix(*first)
            .is_some_and(|rest| rest.starts_with(' '))
    };
    HEADLESS.iter().find(begins).copied()
}

fn odd_word(comment: &str) -> Option<(&'static str, &'static str)> {
    let lower = comment.to_lowercase();
    let is_there = |(word, _): &&(&str, &str)| {
        lower.match_indices(*word).any(|(start, found)| {
            let before = lower.get(..start).and_then(|text| text.chars().next_back());
            let after = lower.get(start + found.len()..);
            let after = after.and_then(|text| text.chars().next());
            let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
            !is_letter(before) && !is_letter(after)
        })
    };
    WORDS.iter().find(is_there).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_without_a_subject_is_found() {
        for text in ["Whether it is on.", "What it says.", "As much as fits."] {
            assert!(headless(text).is_some(), "{text}");
        }
        for text in [
            "The value.",
            "Whatsoever.",
            "Which one is it?",
            "Howard's end.",
            "Returns what it says.",
        ] {
            assert_eq!(headless(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_found_as_a_word() {
        assert!(odd_word("a secret that Whoever has").is_some());
        assert!(odd_word("and so does he.").is_some());
        for text in ["the header", "this", "there", "cold offline", "a shim"] {
            assert_eq!(odd_word(text), None, "{text}");
        }
    }
}
