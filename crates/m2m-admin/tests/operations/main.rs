//! The operations, on a store in memory, with a clock and randomness of the test.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod apply;
mod bootstrap;
mod export;
mod keys;
mod support;
