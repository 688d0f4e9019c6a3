//! A server that is managed, in one process: what keeps it manageable.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod clocks;
mod coalition;
mod edges;
mod emergency;
mod fields;
mod forge;
mod managed;
mod managers;
mod power;
mod protection;
mod refusals;
mod weight;
