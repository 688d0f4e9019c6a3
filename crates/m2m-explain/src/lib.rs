#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the explanation of a code, a cause or a status | [`Explanation`] |
//! | what an operator of an m2m server can do about a cause | [`TaskAdvice`] |
//! | an error as it was received, in any form | [`Input`], [`Received`], [`Form`], [`Said`] |
//! | a token that is refused, beside one that is accepted | [`token_differences`], [`TokenDifference`] |
#![cfg_attr(
    feature = "diagnosis",
    doc = "| the evidence of a diagnosis in words | [`observations`], [`evidence_text`] |\n| the fixes of a diagnosis in words, with commands | [`remedies`], [`Remedy`] |"
)]

mod connection;
#[cfg(feature = "diagnosis")]
mod connection_problem;
#[cfg(feature = "diagnosis")]
mod evidence;
mod explanation;
#[doc(hidden)]
pub mod fuzzing;
mod input;
mod known;
mod own;
mod received;
#[cfg(feature = "diagnosis")]
mod remedy;
mod task;
mod token_difference;

#[cfg(feature = "diagnosis")]
pub use evidence::{Observation, evidence_text, observations};
pub use explanation::{Answer, ExactCause, Explanation, Kind, OperatorAdvice, RelatedCause};
pub use input::Input;
pub use received::{Form, Received, Said};
#[cfg(feature = "diagnosis")]
pub use remedy::{Operating, Remedy, command_line, remedies, remedy, task_remedy};
pub use task::TaskAdvice;
pub use token_difference::{Effect, Needs, TokenDifference, TokenParts, token_differences};
