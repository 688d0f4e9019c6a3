//! The search in the names and texts of all errors.
//!
//! Anyone may search, as often as they like: a search compares its words with the vocabulary of the texts, and does not read the texts.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use m2m_authority::diagnose::Mistyped;
use m2m_errors::Profile;
use m2m_explain::{Explanation, Kind};

use super::Link;
use super::link::all;

/// All errors by the words of their names and texts.
#[derive(Debug)]
pub(super) struct SearchIndex {
    entries: Vec<Entry>,
    /// The words in lower case, each with the entries that contain it and the weight of the most important place.
    words: BTreeMap<String, Vec<(usize, u32)>>,
}

#[derive(Debug)]
struct Entry {
    link: Link,
    /// The names, as they are compared, each with the score of a search for it.
    names: Vec<(String, u32)>,
}

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

impl SearchIndex {
    pub(super) fn new(profile: Profile) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            words: BTreeMap::new(),
        };
        for explanation in all(profile) {
            index.add(&explanation);
        }
        index
    }

    fn add(&mut self, explanation: &Explanation) {
        let link = Link::to(explanation);
        let title = link.title.unwrap_or_default();
        let answer = explanation.answer.as_ref();
        let answer = answer.map_or("", |answer| answer.error_description);
        let operator = explanation.operator.iter();
        let operator = operator.flat_map(|own| own.causes.iter().chain(own.fixes));
        let advice = explanation.causes.iter().chain(&explanation.fixes);
        let advice = advice.chain(operator).map(|text| (*text, 3));
        let position = self.entries.len();
        let texts = [
            (&*link.name, 60),
            (title, 30),
            (answer, 12),
            (explanation.meaning, 10),
        ];
        for (text, weight) in texts.into_iter().chain(advice) {
            for word in words(&text.to_lowercase()) {
                let places = self.words.entry(word.to_owned()).or_default();
                // The texts of an entry follow each other, the most important first.
                if places.last().is_none_or(|(last, _)| *last != position) {
                    places.push((position, weight));
                }
            }
        }
        // The number and the reason of a status name it as well.
        let parts = match explanation.kind {
            Kind::Status => link.name.split_once(' '),
            Kind::ErrorCode | Kind::Cause | Kind::Connection => None,
        };
        let (number, reason) = parts.unwrap_or_default();
        let names = [
            (&*link.name, 1_000),
            (title, 1_000),
            (number, 500),
            (reason, 500),
        ];
        let names = names.into_iter().filter(|(name, _)| !name.is_empty());
        let names = names
            .map(|(name, score)| (normalized(name), score))
            .collect();
        self.entries.push(Entry { link, names });
    }

    /// Returns the entries that contain all words of a text, or else those that contain most of them.
    pub(super) fn search(&self, text: &str) -> Found {
        let whole = normalized(text);
        let text = text.to_lowercase();
        let wanted = telling_words(&text);
        let mut scores = vec![(0_usize, 0_u32); self.entries.len()];
        for word in &wanted {
            for (score, weight) in scores.iter_mut().zip(self.weights(word)) {
                score.0 += usize::from(weight > 0);
                score.1 += weight;
            }
        }
        for (score, entry) in scores.iter_mut().zip(&self.entries) {
            if let Some((_, bonus)) = entry.names.iter().find(|(name, _)| *name == whole) {
                *score = (wanted.len().max(1), score.1 + bonus);
            }
        }
        let mut matches: Vec<((usize, u32), &Entry)> =
            scores.into_iter().zip(&self.entries).collect();
        matches.sort_by_key(|(score, _)| Reverse(*score));
        let most = matches.first().map_or(0, |((count, _), _)| *count);
        let best = matches
            .into_iter()
            .take_while(|((count, _), _)| most > 0 && *count == most);
        Found {
            links: best
                .map(|(_, entry)| entry.link.clone())
                .take(MAX_RESULTS)
                .collect(),
            is_partial: most < wanted.len(),
        }
    }

    /// Returns the weight of a word in each entry: that of the most important word that is equal to it, or two thirds of that of a word that
    /// contains it.
    fn weights(&self, wanted: &str) -> Vec<u32> {
        let mut weights = vec![0; self.entries.len()];
        for (word, places) in &self.words {
            if !word.contains(wanted) {
                continue;
            }
            let is_whole = word == wanted;
            for (position, weight) in places {
                let weight = if is_whole { weight * 3 } else { weight * 2 };
                if let Some(own) = weights.get_mut(*position) {
                    *own = weight.max(*own);
                }
            }
        }
        weights
    }

    /// Returns the known names that a mistyped one probably means, the nearest first.
    pub(super) fn nearest(&self, text: &str) -> Vec<Link> {
        let text = normalized(text);
        if text.chars().count() > MAX_NAME {
            return Vec::new();
        }
        let text = Mistyped::new(&text, MAX_ERRORS);
        let mut near: Vec<(usize, &Entry)> = self
            .entries
            .iter()
            .filter_map(|entry| {
                let names = entry.names.iter();
                let errors = names.filter_map(|(name, _)| text.errors(name)).min()?;
                Some((errors, entry))
            })
            .collect();
        near.sort_by_key(|(errors, _)| *errors);
        let least = near.first().map_or(0, |(errors, _)| *errors);
        let near = near.into_iter().filter(|(errors, _)| *errors <= least + 1);
        near.map(|(_, entry)| entry.link.clone()).take(3).collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Returns the first words of a text, without those that every text has. A text of such words alone keeps them.
fn telling_words(text: &str) -> Vec<&str> {
    let is_telling = |word: &&str| !COMMON.contains(word);
    let telling: Vec<&str> = words(text).filter(is_telling).take(MAX_WORDS).collect();
    match telling.is_empty() {
        true => words(text).take(MAX_WORDS).collect(),
        false => telling,
    }
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

/// The maximum number of typing errors in a name, since the names are longer than most words.
const MAX_ERRORS: usize = 5;

/// The maximum length of a text that can be a mistyped name. It bounds the work of a comparison. Unit: characters.
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_finds_its_entry_first() {
        let index = SearchIndex::new(Profile::Rfc);
        let check = |text: &str, expected: &str| {
            let found = index.search(text);
            let first = found.links.first().map(|link| link.slug.as_str());
            assert_eq!(first, Some(expected), "{text}");
            assert!(!found.is_partial, "{text}");
        };
        for explanation in all(Profile::Rfc) {
            let slug = Link::to(&explanation).slug;
            check(&slug, &slug);
            check(&slug.to_uppercase(), &slug);
        }
        check("Secret rotated out", "secret-rotated-out");
        check("unauthorized", "401");
        check("Service unavailable", "503");
        check("the secret has expired", "secret-expired");
        let cause = m2m_errors::Cause::GrantTypeMissing;
        check(cause.entry().wire.rfc.description.plain, cause.id());
    }

    #[test]
    fn a_search_without_a_result_says_so() {
        let index = SearchIndex::new(Profile::Rfc);
        for text in ["zzzz", "", "  ", "_-_"] {
            assert!(index.search(text).links.is_empty(), "{text}");
        }
        let found = index.search("newline zzzz");
        assert!(found.is_partial && !found.links.is_empty());
    }

    #[test]
    fn a_mistyped_name_has_near_ones() {
        let index = SearchIndex::new(Profile::Rfc);
        let near = |text| index.nearest(text).into_iter().map(|link| link.slug).next();
        assert_eq!(near("invalid_clinet").as_deref(), Some("invalid_client"));
        assert_eq!(near("Invalid-Scop").as_deref(), Some("invalid_scope"));
        assert_eq!(near("secret_wrnog").as_deref(), Some("secret-wrong"));
        assert_eq!(near("something else entirely"), None);
        assert_eq!(near(&"a".repeat(10_000)), None);
    }
}
