//! The search in the names and texts of all errors.

use core::cmp::Reverse;

use m2m_errors::Profile;
use m2m_explain::{Explanation, Kind};

use super::Link;
use super::link::all;

/// The results of a search, the best first.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) links: Vec<Link>,
    /// True if no entry contains all words of the search, so that the results contain some of them.
    pub(super) is_partial: bool,
}

impl Found {
    pub(super) const fn exactly(links: Vec<Link>) -> Self {
        Self {
            links,
            is_partial: false,
        }
    }
}

/// Returns the entries that contain all words of a text, or else those that contain most of them.
pub(super) fn search(text: &str, profile: Profile) -> Found {
    let text = text.to_lowercase();
    let wanted = words(&text);
    let mut matches: Vec<(usize, u32, Link)> = all(profile)
        .filter_map(|explanation| {
            let (count, score) = score(&explanation, &text, &wanted);
            (count > 0).then(|| (count, score, Link::to(&explanation)))
        })
        .collect();
    matches.sort_by_key(|(count, score, _)| Reverse((*count, *score)));
    let most = matches.first().map_or(0, |best| best.0);
    let best = matches.into_iter().filter(|(count, ..)| *count == most);
    Found {
        links: best.map(|(.., link)| link).take(MAX_RESULTS).collect(),
        is_partial: most < wanted.len(),
    }
}

/// Returns the known names that a mistyped one probably means, the nearest first.
pub(super) fn nearest(text: &str, profile: Profile) -> Vec<Link> {
    let text = normalized(text);
    let length = text.chars().count();
    if length > MAX_NAME {
        return Vec::new();
    }
    let most_errors = (length / 3).clamp(1, 5);
    let mut near: Vec<(usize, Link)> = all(profile)
        .filter_map(|explanation| {
            let link = Link::to(&explanation);
            let spellings = [Some(link.name.as_str()), link.title].into_iter().flatten();
            let errors = |known| strsim::damerau_levenshtein(&text, &normalized(known));
            let errors = spellings.map(errors).min()?;
            (errors <= most_errors).then_some((errors, link))
        })
        .collect();
    near.sort_by_key(|(errors, _)| *errors);
    let least = near.first().map_or(0, |(errors, _)| *errors);
    let near = near.into_iter().filter(|(errors, _)| *errors <= least + 1);
    near.map(|(_, link)| link).take(3).collect()
}

/// Returns the number of words that an entry contains, and the weight of the places where it contains them.
fn score(explanation: &Explanation, text: &str, wanted: &[&str]) -> (usize, u32) {
    let name = explanation.name.to_lowercase();
    let title = explanation.title.unwrap_or_default().to_lowercase();
    let answer = explanation.answer.as_ref();
    let answer = answer
        .map_or("", |answer| answer.error_description)
        .to_lowercase();
    let meaning = explanation.meaning.to_lowercase();
    let operator = explanation.operator.as_ref();
    let operator = operator
        .into_iter()
        .flat_map(|own| own.causes.iter().chain(own.fixes));
    let advice = explanation
        .causes
        .iter()
        .chain(&explanation.fixes)
        .chain(operator)
        .map(|text| text.to_lowercase())
        .collect::<Vec<_>>()
        .join("\n");
    let mut count = 0;
    let mut score = match explanation.kind {
        Kind::ErrorCode => 2,
        Kind::Status => 1,
        Kind::Cause | Kind::Connection => 0,
    };
    for word in wanted {
        let weights = [
            (has_word(&name, word), 60),
            (name.contains(word), 40),
            (title.contains(word), 30),
            (answer.contains(word), 12),
            (meaning.contains(word), 10),
            (advice.contains(word), 3),
        ];
        let weight = weights
            .into_iter()
            .find_map(|(is_in, weight)| is_in.then_some(weight));
        count += usize::from(weight.is_some());
        score += weight.unwrap_or_default();
    }
    let whole = normalized(text);
    let is_whole = |own: &str| !whole.is_empty() && normalized(own) == whole;
    if is_whole(&name) || is_whole(&title) {
        return (wanted.len().max(1), score + 1_000);
    }
    // The number and the reason of a status name it as well.
    let (number, reason) = match explanation.kind {
        Kind::Status => name.split_once(' ').unwrap_or_default(),
        Kind::ErrorCode | Kind::Cause | Kind::Connection => ("", ""),
    };
    if is_whole(number) || is_whole(reason) {
        return (wanted.len().max(1), score + 500);
    }
    if wanted.len() > 1 && (answer.contains(text) || meaning.contains(text)) {
        score += 200;
    }
    (count, score)
}

/// Returns the words of a text, without those that every text has. A text of such words alone keeps them.
fn words(text: &str) -> Vec<&str> {
    let all = || {
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
    };
    let telling: Vec<&str> = all().filter(|word| !COMMON.contains(word)).collect();
    match telling.is_empty() {
        true => all().collect(),
        false => telling,
    }
}

fn has_word(text: &str, wanted: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric())
        .any(|word| word == wanted)
}

/// Returns a name in the form in which names are compared: in lower case, with one kind of separator.
fn normalized(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// The words that say nothing about an error.
const COMMON: [&str; 18] = [
    "a", "an", "and", "are", "at", "be", "by", "error", "for", "in", "is", "of", "on", "or", "the",
    "this", "to", "was",
];

/// The maximum number of words that are searched for. It bounds the work of a search.
const MAX_WORDS: usize = 12;

/// The maximum number of results.
const MAX_RESULTS: usize = 30;

/// The maximum length of a text that can be a mistyped name. It bounds the work of a comparison. Unit: characters.
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn first(text: &str) -> String {
        let found = search(text, Profile::Rfc);
        found
            .links
            .first()
            .map(|link| link.slug.clone())
            .unwrap_or_default()
    }

    #[test]
    fn a_name_finds_its_entry_first() {
        for explanation in all(Profile::Rfc) {
            let slug = Link::to(&explanation).slug;
            assert_eq!(first(&slug), slug);
            assert_eq!(first(&slug.to_uppercase()), slug);
        }
        assert_eq!(first("Secret rotated out"), "secret-rotated-out");
        assert_eq!(first("unauthorized"), "401");
        assert_eq!(first("Service unavailable"), "503");
    }

    #[test]
    fn words_of_a_response_find_its_cause() {
        let cause = m2m_errors::Cause::GrantTypeMissing;
        let description = cause.entry().wire.rfc.description.plain;
        assert_eq!(first(description), cause.id());
        assert!(!search("trailing newline", Profile::Rfc).links.is_empty());
        assert!(search("zzzz", Profile::Rfc).links.is_empty());
        assert!(search("", Profile::Rfc).links.is_empty());
        assert!(search("newline zzzz", Profile::Rfc).is_partial);
    }

    #[test]
    fn a_mistyped_name_has_near_ones() {
        let near = |text| {
            nearest(text, Profile::Rfc)
                .into_iter()
                .map(|link| link.slug)
        };
        assert_eq!(
            near("invalid_clinet").next().as_deref(),
            Some("invalid_client")
        );
        assert_eq!(
            near("Invalid-Scop").next().as_deref(),
            Some("invalid_scope")
        );
        assert_eq!(near("secret_wrnog").next().as_deref(), Some("secret-wrong"));
        assert_eq!(near("something else entirely").next(), None);
        assert_eq!(near(&"a".repeat(10_000)).next(), None);
    }
}
