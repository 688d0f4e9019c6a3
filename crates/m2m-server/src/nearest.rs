//! The nearest right word, for who mistyped one.

/// The candidate with the fewest typing errors, if these are few for a word of this length.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let most_errors = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(errors, _)| *errors <= most_errors)
        // By name where two are equally near, so that the answer does not depend on an order.
        .min()
        .map(|(_, candidate)| candidate)
}

/// Beyond this it is not a word that somebody mistyped, and comparing it would cost. Unit: bytes.
const LONGEST_WORD: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_far_off() {
        assert_eq!(nearest("audince", ["name", "audience"]), Some("audience"));
        assert_eq!(nearest("ES265", ["ES256", "RS256"]), Some("ES256"));
        assert_eq!(nearest("colour", ["name", "audience"]), None);
    }
}
