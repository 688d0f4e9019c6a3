//! The operations, on a store in memory, with a clock and randomness of the test.

#![expect(clippy::unwrap_used, reason = "tests and their helpers may unwrap")]

mod apply;
mod bootstrap;
mod export;
mod keys;
mod schedule;
mod support;
