//! The known word that is nearest to a mistyped one.

/// Returns the candidate that was most likely meant by `value`: the one with the fewest typing errors, if these are few for a word
/// of its length. A value of more than 256 bytes is not taken for a mistyped word, and there is no candidate for it.
pub fn nearest<'c>(value: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if value.len() > LONGEST {
        return None;
    }
    let length = value.chars().count();
    let most_errors = (length / 3).clamp(1, 4);
    // Each error changes the length by one at most.
    let comparable = candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most_errors)
        .take(MAX_COMPARED);
    comparable
        .map(|candidate| (strsim::damerau_levenshtein(value, candidate), candidate))
        .filter(|(errors, _)| *errors <= most_errors)
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
    fn a_long_value_is_not_compared() {
        let long = "a".repeat(10_000);
        assert_eq!(nearest(&long, [&*long]), None);
    }
}
