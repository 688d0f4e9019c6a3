//! The words and codes of other providers, as data, and their meaning in our terms.

mod apis;
mod connections;
mod entra;
mod gateways;
mod identity;
mod likely;
mod providers;
mod words;

use m2m_errors::{Cause, ErrorCode, Status};

use crate::connection::Connection;
use crate::received::Received;

pub(crate) use likely::Likely;

/// A code or a message of one provider.
#[derive(Debug)]
struct Known {
    /// The provider, unless several use the same words.
    provider: Option<&'static str>,
    /// The text by which it is recognized, in lower case. It is found only as whole words.
    marker: &'static str,
    meaning: Meaning,
    likely: Option<&'static Likely>,
}

impl Known {
    const fn new(
        provider: &'static str,
        marker: &'static str,
        meaning: Meaning,
        likely: Option<&'static Likely>,
    ) -> Self {
        Self {
            provider: Some(provider),
            marker,
            meaning,
            likely,
        }
    }

    /// Words that several providers use.
    const fn any(marker: &'static str, meaning: Meaning, likely: Option<&'static Likely>) -> Self {
        Self {
            provider: None,
            marker,
            meaning,
            likely,
        }
    }
}

/// The meaning of a provider's words, unless a registered code says it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Code(ErrorCode),
    Status(Status),
    Cause(Cause),
    Connection(&'static Connection),
}

/// The result of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) meaning: Option<Meaning>,
    pub(crate) likely: Option<&'static Likely>,
}

/// The tables of providers, in the order of the search.
const TABLES: [&[Known]; 4] = [entra::KNOWN, identity::KNOWN, gateways::KNOWN, apis::KNOWN];

/// Finds the meaning of what was received, and its likeliest cause.
pub(crate) fn find(received: &Received) -> Option<Finding> {
    let text = received.haystack();
    if let Some(known) = known(&text) {
        return Some(Finding {
            meaning: Some(known.meaning),
            likely: known
                .likely
                .or_else(|| likely(received, Some(known.meaning), &text)),
        });
    }
    let is_answered =
        received.error.is_some() || received.status.is_some_and(|status| status >= 400);
    if !is_answered
        && let Some((_, meaning)) = connections::KNOWN
            .iter()
            .find(|(marker, _)| contains(&text, marker))
    {
        return Some(Finding {
            meaning: Some(*meaning),
            likely: None,
        });
    }
    likely(received, None, &text).map(|likely| Finding {
        meaning: None,
        likely: Some(likely),
    })
}

/// Returns the provider that what was received looks like.
pub(crate) fn provider(received: &Received) -> Option<&'static str> {
    let text = received.haystack();
    let by_words = || known(&text).and_then(|known| known.provider);
    let by_marker = providers::PROVIDERS
        .iter()
        .find(|(marker, _)| text.contains(marker));
    by_marker.map(|(_, provider)| *provider).or_else(by_words)
}

fn known(text: &str) -> Option<&'static Known> {
    TABLES
        .into_iter()
        .flatten()
        .find(|known| contains(text, known.marker))
}

/// Returns the cause that the words point to, by the code or else by the status.
fn likely(received: &Received, meaning: Option<Meaning>, text: &str) -> Option<&'static Likely> {
    let has = |words: &[&str]| words.iter().all(|word| contains(text, word));
    if let Some(code) = received.code() {
        let rows = words::OF_CODE.iter();
        return rows
            .filter(|row| row.codes.contains(&code))
            .find(|row| has(row.words))
            .map(|row| row.likely);
    }
    let status = match meaning {
        Some(Meaning::Status(status)) => status,
        Some(Meaning::Code(_) | Meaning::Cause(_) | Meaning::Connection(_)) | None => {
            received.status.and_then(Status::from_code)?
        }
    };
    let rows = words::OF_STATUS.iter();
    rows.filter(|row| row.status == status)
        .find(|row| has(row.words))
        .map(|row| row.likely)
}

/// Returns true if the text contains the marker as whole words.
fn contains(text: &str, marker: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(marker).any(|(start, found)| {
        let before = text
            .get(..start)
            .and_then(|before| before.chars().next_back());
        let after = text
            .get(start + found.len()..)
            .and_then(|after| after.chars().next());
        let starts = !marker.starts_with(is_word) || !before.is_some_and(is_word);
        let ends = !marker.ends_with(is_word) || !after.is_some_and(is_word);
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_in_lower_case_and_unique() {
        let markers = TABLES.into_iter().flatten().map(|known| known.marker);
        let mut markers: Vec<&str> = markers
            .chain(connections::KNOWN.iter().map(|(marker, _)| *marker))
            .collect();
        assert!(
            markers
                .iter()
                .all(|marker| *marker == marker.to_lowercase())
        );
        markers.sort_unstable();
        let count = markers.len();
        markers.dedup();
        assert_eq!(count, markers.len());
    }

    #[test]
    fn a_marker_is_found_as_whole_words() {
        assert!(contains("code: aadsts50001: x", "aadsts50001"));
        assert!(!contains("code: aadsts500011: x", "aadsts50001"));
        assert!(!contains("the maximum aud", "um"));
        assert!(contains("curl: (6) x", "curl: (6)"));
    }

    #[test]
    fn likely_causes_are_sentences() {
        let tables = TABLES
            .into_iter()
            .flatten()
            .filter_map(|known| known.likely);
        for likely in tables {
            assert!(
                likely.text.ends_with('.') && likely.fix.ends_with('.'),
                "{likely:?}"
            );
        }
    }
}
