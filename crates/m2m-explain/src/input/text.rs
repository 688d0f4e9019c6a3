//! Messages in plain text, such as those of a program that called a server.

use m2m_errors::{ErrorCode, Status};

/// Returns the status that the text names, as in `401 Client Error: Unauthorized` or `returned error: 401`.
///
/// Another number of three digits is not taken for a status.
pub(super) fn status(text: &str) -> Option<u16> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_ascii_lowercase)
        .collect();
    let empty = String::new();
    let mut before = [&empty, &empty, &empty];
    for (word, next) in words.iter().zip(words.iter().skip(1).chain([&empty])) {
        let number = word.parse::<u16>().ok();
        let number = number.filter(|number| word.len() == 3 && (400..=599).contains(number));
        if let Some(number) = number {
            let is_announced = before.iter().any(|word| BEFORE.contains(&word.as_str()));
            if is_announced || begins_reason(number, next) {
                return Some(number);
            }
        }
        before = [before[1], before[2], word];
    }
    None
}

/// Returns the first registered code that the text contains as a word, and the text behind it.
pub(super) fn code(text: &str) -> Option<(ErrorCode, &str)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (_, from) = rest.split_at_checked(start)?;
        let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
        let (word, after) = from.split_at_checked(end)?;
        if let Ok(code) = word.to_ascii_lowercase().parse() {
            return Some((code, after.trim_matches(|c: char| !c.is_alphanumeric())));
        }
        rest = after;
    }
    None
}

/// Returns the status that the title of a page begins with, as in `401 Authorization Required`.
pub(super) fn leading_status(title: &str) -> Option<u16> {
    let number = title.split(|c: char| !c.is_ascii_digit()).next()?;
    number
        .parse()
        .ok()
        .filter(|number| (400..=599).contains(number))
}

/// Returns true if the reason phrase of the status begins with this word, or the word names its class.
fn begins_reason(number: u16, word: &str) -> bool {
    let is_class = matches!(word, "client" | "server") || (number == 502 && word == "bad");
    let status = Status::from_code(number);
    is_class
        || status.is_some_and(|status| {
            let first = status.entry().reason.split(' ').next();
            first.is_some_and(|first| first.eq_ignore_ascii_case(word))
        })
}

/// The words before a status.
const BEFORE: &[&str] = &[
    "status",
    "statuscode",
    "error",
    "code",
    "http",
    "https",
    "returned",
    "response",
];

/// The maximum number of words that are searched.
const MAX_WORDS: usize = 2_000;
