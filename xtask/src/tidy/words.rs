//! Plain words: a doc comment has a subject, and some words have a plainer one, in everything that people read.

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

/// A word or a phrase that texts do not have.
struct Odd {
    phrase: &'static str,
    instead: &'static str,
    /// The words before it that make it plain.
    unless_after: &'static [&'static str],
    /// The words behind it that make it plain.
    unless_before: &'static [&'static str],
}

const fn odd(phrase: &'static str, instead: &'static str) -> Odd {
    Odd {
        phrase,
        instead,
        unless_after: &[],
        unless_before: &[],
    }
}

const IS_NOT: &str = "is not a, is not one, there is no";

/// Returns `is no` and the like, in each form of the verb.
const fn is_no(phrase: &'static str) -> Odd {
    Odd {
        phrase,
        instead: IS_NOT,
        unless_after: &["there"],
        unless_before: &["longer", "more", "less", "later", "earlier", "larger"],
    }
}

const ODD: &[Odd] = &[
    is_no("is no"),
    is_no("are no"),
    is_no("was no"),
    is_no("were no"),
    is_no("is none"),
    is_no("are none"),
    is_no("was none"),
    is_no("were none"),
    odd("whoever", "anyone who, the caller that"),
    odd("whomever", "anyone whom"),
    odd("told of", "informed of, reported"),
    odd("tells of", "reports"),
    odd("taken away", "deleted, removed or revoked"),
    odd("takes away", "deletes, removes or revokes"),
    odd("take away", "delete, remove or revoke"),
    odd("taking away", "deleting, removing or revoking"),
    odd("none of its kind", "not valid there"),
    odd("of its kind", "of this type, like it"),
    odd("the one before", "the previous one"),
    odd("the ones before", "the previous ones"),
    odd("work on until", "stay valid until"),
    odd("works on until", "stays valid until"),
    odd("who comes", "the caller, the reader"),
    odd("nobody", "no one, no caller"),
    odd("somebody", "someone, a caller"),
    odd("but for", "except, except for"),
    odd("meanwhile", "in the meantime, while …"),
    Odd {
        phrase: "stands",
        instead: "is, exists, is stored, is listed",
        unless_after: &[],
        unless_before: &["for"],
    },
    odd("he", "the caller, the operator, they"),
    odd("his", "their"),
    odd("him", "them"),
];

/// The texts that have an odd phrase for a reason: the file, the phrase and the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// The files that are not ours, or that list the words themselves.
const NOT_READ: &[&str] = &["xtask/src/tidy/words.rs", "LICENSE", "fuzz/corpus/"];

const READ: &[&str] = &[".rs", ".md", ".toml", ".txt", ".sh", ".py", ".mjs"];

/// The documents of other formats that people read.
const READ_TOO: &[&str] = &["docs/openapi.json"];

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.rust() {
        check_openings(file, findings);
    }
    let mut is_used = [false; EXCEPTIONS.len()];
    for file in tree.files() {
        let is_read = READ.iter().any(|end| file.path.ends_with(end))
            || READ_TOO.contains(&file.path.as_str());
        if !is_read || NOT_READ.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        for (line, odd) in odd_words(&file.text) {
            let exception = EXCEPTIONS
                .iter()
                .position(|(path, phrase, _)| *path == file.path && *phrase == odd.phrase);
            if let Some(used) = exception.and_then(|index| is_used.get_mut(index)) {
                *used = true;
                continue;
            }
            findings.fail(format!(
                "{}:{line}: \"{}\" is not a phrase of texts here: write {}",
                file.path, odd.phrase, odd.instead
            ));
        }
    }
    for ((path, phrase, _), is_used) in EXCEPTIONS.iter().zip(is_used) {
        if !is_used {
            findings.fail(format!(
                "xtask/src/tidy/words.rs: {path} does not have \"{phrase}\" any more: delete the exception"
            ));
        }
    }
}

fn check_openings(file: &File, findings: &mut Findings) {
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

/// A word of a text in lower case, or the end of a sentence, with its line.
type Word = (usize, String);

/// The word that stands for the end of a sentence or of a paragraph, which no phrase crosses.
const END: &str = "";

/// Returns the words of a file in order. The names of functions are words too; other names with underscores are one word.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().trim_start_matches('/').is_empty() {
            words.push((number, END.to_owned()));
        }
        let mut word = String::new();
        let is_function = line.trim_start().starts_with("fn ");
        for character in line.chars().chain([' ']) {
            let is_part = character.is_alphanumeric() || matches!(character, '\'' | '-');
            if is_part || (character == '_' && !is_function) {
                word.push(character);
                continue;
            }
            if !word.is_empty() {
                words.push((number, uncapitalized(&core::mem::take(&mut word))));
            }
            if ".:;!?()[]{}\"`".contains(character) {
                words.push((number, END.to_owned()));
            }
        }
    }
    words
}

/// Returns a word in lower case, unless it has a capital letter within, as names of types have.
fn uncapitalized(word: &str) -> String {
    let has_capital_within = word.chars().skip(1).any(char::is_uppercase);
    if has_capital_within && word.chars().any(char::is_lowercase) {
        return word.to_owned();
    }
    word.to_lowercase()
}

/// Returns the odd phrases of a text, each with its line.
fn odd_words(text: &str) -> Vec<(usize, &'static Odd)> {
    let words = words(text);
    let mut found = Vec::new();
    for odd in ODD {
        let phrase: Vec<&str> = odd.phrase.split(' ').collect();
        for (index, window) in words.windows(phrase.len()).enumerate() {
            if !window.iter().map(|(_, word)| word).eq(&phrase) {
                continue;
            }
            let word = |index: Option<usize>| {
                index
                    .and_then(|index| words.get(index))
                    .map_or(END, |(_, word)| word.as_str())
            };
            let is_plain = odd.unless_after.contains(&word(index.checked_sub(1)))
                || odd
                    .unless_before
                    .contains(&word(Some(index + phrase.len())));
            if !is_plain {
                found.extend(window.first().map(|(line, _)| (*line, odd)));
            }
        }
    }
    found.sort_by_key(|(line, _)| *line);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(text: &str) -> Vec<&'static str> {
        odd_words(text).iter().map(|(_, odd)| odd.phrase).collect()
    }

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
        assert_eq!(phrases("a secret that Whoever has"), ["whoever"]);
        assert_eq!(phrases("and so does he."), ["he"]);
        for text in ["the header", "this", "there", "cold offline", "a shim"] {
            assert_eq!(phrases(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_phrase_is_found_across_lines_and_in_names_of_functions() {
        assert_eq!(phrases("/// It is\n/// no key."), ["is no"]);
        assert_eq!(phrases("    fn a_key_that_is_no_key() {"), ["is no"]);
        assert_eq!(phrases("\"this is \\\n no key\""), ["is no"]);
        assert_eq!(odd_words("a\nb is none").first().unwrap().0, 2);
    }

    #[test]
    fn a_plain_phrase_is_not_found() {
        for text in [
            "there is no key",
            "it is no longer there",
            "type Body = NoBody;",
            "value.is_none()",
            "It is. No one knows.",
            "the answer is\n\nno",
        ] {
            assert_eq!(phrases(text), [""; 0], "{text}");
        }
    }
}
