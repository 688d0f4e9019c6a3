//! The nearest right word.

/// The candidate that most likely was meant by `value`: the one with the fewest typing errors, if these are few for a word
/// of its length. A value of more than 256 bytes is no mistyped word, and has none.
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
        .take(MOST_COMPARED);
    comparable
        .map(|candidate| (strsim::damerau_levenshtein(value, candidate), candidate))
        .filter(|(errors, _)| *errors <= most_errors)
        // By name where two are equally near, so that the answer does not depend on an order.
        .min()
        .map(|(_, candidate)| candidate)
}

/// Beyond this a value is not a word that somebody mistyped, and comparing it would cost. Unit: bytes.
const LONGEST: usize = 256;

/// So many candidates of about the same length are compared: some milliseconds, whoever fills the log.
const MOST_COMPARED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
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
    fn does_not_compare_what_is_no_word() {
        let long = "a".repeat(10_000);
        assert_eq!(nearest(&long, [&*long]), None);
    }
}
