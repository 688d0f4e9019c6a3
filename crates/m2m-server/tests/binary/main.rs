//! The real binary, over real sockets: what its users see.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod apply;
mod apply_killed;
mod commands;
mod config;
mod data;
mod documents;
mod export;
mod files;
mod keys;
mod limits;
mod serve;
mod support;
mod token;
mod token_command;
