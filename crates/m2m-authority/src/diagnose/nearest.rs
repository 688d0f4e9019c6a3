//! The known word that is nearest to a mistyped one.

/// A value that may be a known word with typing errors.
///
/// ```
/// use m2m_authority::diagnose::Mistyped;
///
/// let value = Mistyped::new("secret_wrnog", 4);
/// assert_eq!(value.errors("secret_wrong"), Some(1));
/// assert_eq!(value.errors("token_expired"), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Mistyped<'v> {
    value: &'v str,
    /// The number of characters.
    length: usize,
    most_errors: usize,
}

impl<'v> Mistyped<'v> {
    /// Returns the value, which matches words that differ from it by a third of its characters, by one if it is short, and by `max_errors` if it
    /// is long. A value of more than 256 bytes is not taken for a mistyped word, and matches none.
    #[must_use]
    pub fn new(value: &'v str, max_errors: usize) -> Self {
        let length = value.chars().count();
        Self {
            value,
            length,
            most_errors: (length / 3).max(1).min(max_errors),
        }
    }

    /// Returns the number of typing errors that turn this word into the value: added, left out, replaced and swapped characters. Returns `None` if
    /// they are too many for a mistyped word.
    #[must_use]
    pub fn errors(&self, word: &str) -> Option<usize> {
        if !self.has_similar_length(word) {
            return None;
        }
        let errors = strsim::damerau_levenshtein(self.value, word);
        (errors <= self.most_errors).then_some(errors)
    }

    /// Returns false if the word is too long or too short, since each error changes the length by one at most.
    fn has_similar_length(&self, word: &str) -> bool {
        self.value.len() <= LONGEST
            && word.chars().count().abs_diff(self.length) <= self.most_errors
    }
}

/// Returns the candidate that was most likely meant by `value`: the one with the fewest typing errors, if these are few for a word
/// of its length. A value of more than 256 bytes is not taken for a mistyped word, and there is no candidate for it.
pub fn nearest<'c>(value: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let value = Mistyped::new(value, 4);
    let candidates = candidates.into_iter();
    candidates
        .filter(|candidate| value.has_similar_length(candidate))
        .take(MAX_COMPARED)
        .filter_map(|candidate| Some((value.errors(candidate)?, candidate)))
        // By name where two are equally near, so that the answer does not depend on an order.
        .min()
        .map(|(_, candidate)| candidate)
}

/// The maximum length of a value that is compared. A longer one is not a mistyped word, and comparing it would be expensive. Unit: bytes.
const LONGEST: usize = 256;

/// The maximum number of candidates of similar length that are compared. It bounds each search to some milliseconds.
const MAX_COMPARED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_finds_the_nearest_candidate() {
        let words = ["client_credentials", "password", "refresh_token"];
        assert_eq!(
            nearest("client_credential", words),
            Some("client_credentials")
        );
        assert_eq!(nearest("pasword", words), Some("password"));
        assert_eq!(nearest("something else", words), None);
        assert_eq!(nearest("", words), None);
    }

    #[test]
    fn a_word_matches_with_as_many_errors_as_its_length_allows() {
        for (value, max_errors, word, expected) in [
            ("a", 4, "b", Some(1)),
            ("a", 4, "bc", None),
            ("scoep", 4, "scope", Some(1)),
            ("abcdefghijklmno", 4, "abcdefghijVWXYZ", None),
            ("abcdefghijklmno", 5, "abcdefghijVWXYZ", Some(5)),
            ("abcdefghijklmno", 5, "abcdefghi", None),
        ] {
            let errors = Mistyped::new(value, max_errors).errors(word);
            assert_eq!(errors, expected, "{value} {word}");
        }
    }

    #[test]
    fn a_long_value_is_not_compared() {
        let long = "a".repeat(10_000);
        assert_eq!(nearest(&long, [&*long]), None);
    }
}
