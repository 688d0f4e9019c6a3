//! A remark on a token.

use core::fmt;
use std::borrow::Cow;

/// A difference between a token and a signed access token: its place, what was found there, and what is expected.
///
/// It quotes at most 60 characters of the token, which may be any; escape them before displaying them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    place: Cow<'static, str>,
    found: Cow<'static, str>,
    expected: Cow<'static, str>,
}

impl Remark {
    pub(super) fn new(
        place: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            place: place.into(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// The name of a claim or a header parameter; or `token`, `header`, `payload` or `signature`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The finding, as a phrase with a verb, such as "is an array".
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// The expected value, as a phrase, such as "a string".
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = match &*self.place {
            "token" | "header" | "payload" | "signature" => "the ",
            _ => "",
        };
        write!(
            f,
            "{article}{} {}; expected {}",
            self.place, self.found, self.expected
        )
    }
}

/// Returns the beginning of a text, of at most 60 characters.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
