//! The outcome of an operation.

use crate::TokenAnswer;

/// The outcome of an operation that was performed.
#[derive(Debug)]
pub enum Outcome<A> {
    /// Its answer.
    Answer(A),
    /// Its answer, and the entity tag of the record that it shows, for `If-Match`.
    Tagged(A, String),
    /// The answer of the token endpoint, whatever it says.
    TokenEndpoint(TokenAnswer),
}

impl<A> From<A> for Outcome<A> {
    fn from(answer: A) -> Self {
        Self::Answer(answer)
    }
}
