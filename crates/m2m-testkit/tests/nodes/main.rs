//! Several nodes over one registry: what is changed on one is soon served by all, and nothing is served for longer than it may.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod changes;
mod contact;
mod counts;
mod loads;
mod nodes;
