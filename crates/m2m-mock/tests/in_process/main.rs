//! The mock as a test uses it, without a socket and with a clock that is an argument.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap and index, in its helpers too"
)]

mod clock;
mod control;
mod documents;
mod forced;
mod inspection;
mod keys;
mod requests;
mod script;
mod support;
mod tokens;
