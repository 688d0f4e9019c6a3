//! Several nodes over one registry: all nodes soon serve the changes of one, and none serves an entry for longer than it may.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod changes;
mod contact;
mod counts;
mod loads;
mod nodes;
mod revocations;
