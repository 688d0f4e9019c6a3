#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | to | see |
//! |---|---|
//! | run the command | [`MockOptions`] |
//! | answer requests without a socket | [`Mock`], [`Reply`], [`Delivery`] |
//! | read a script | [`Script`], [`InvalidScript`] |
//! | change answers | [`ForcedAnswer`], [`BrokenAnswer`], [`TokenTemplate`], [`Endpoint`], [`ClockSetting`] |

mod answer;
mod asked;
mod broken_answer;
mod caller;
mod claims;
mod client;
mod clock;
mod command;
mod control;
mod delivery;
mod documents;
mod endpoint;
mod error;
mod forced_answer;
mod forced_answers;
mod forced_error;
mod held_answers;
mod keys;
mod limits;
mod mock;
mod received;
mod refusal;
mod reply;
mod revoked_tokens;
mod script;
mod serving;
mod signing_algorithm;
mod state;
mod token_template;
mod tokens;
mod usual;

pub use broken_answer::BrokenAnswer;
pub use clock::ClockSetting;
pub use command::MockOptions;
pub use endpoint::Endpoint;
pub use error::InvalidScript;
pub use forced_answer::ForcedAnswer;
pub use mock::Mock;
pub use reply::{Delivery, Reply};
pub use script::Script;
pub use token_template::TokenTemplate;
