//! The outcome of an operation.

use crate::TokenAnswer;

/// The outcome of an operation that was performed.
#[derive(Debug)]
pub enum Outcome<A> {
    /// The answer of the operation.
    Answer(A),
    /// The answer of the operation, and the entity tag of the record in it, for `If-Match`.
    Tagged(A, String),
    /// The answer of the token endpoint, for a success or a refusal.
    TokenEndpoint(TokenAnswer),
}

impl<A> From<A> for Outcome<A> {
    fn from(answer: A) -> Self {
        Self::Answer(answer)
    }
}
