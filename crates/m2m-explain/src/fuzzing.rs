//! The body of the fuzz target, replayed by a test.

use m2m_errors::Profile;

use crate::{Explanation, Input, Received, Said};

/// Recognizes the text and explains it.
///
/// Whatever the text is, the result is bounded, contains no JWT, and can be explained in every profile.
pub fn explain(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Input::Received(received) = Input::recognize(&text) else {
        return;
    };
    assert!(received.said.len() <= Received::MAX_SAID);
    for Said { name, value } in &received.said {
        assert!(name.chars().count() <= Said::MAX_CHARACTERS);
        assert!(value.chars().count() <= Said::MAX_CHARACTERS);
        assert!(!value.contains("eyJhbGciOi"), "a token is not repeated");
    }
    for profile in Profile::ALL {
        if let Some(explanation) = Explanation::of_received(&received, profile) {
            assert!(!explanation.causes.is_empty() && !explanation.fixes.is_empty());
        }
    }
}
