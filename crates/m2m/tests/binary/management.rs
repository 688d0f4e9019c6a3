//! The commands that manage a running server.

mod apis;
mod applications;
mod apply;
mod documents;
mod events;
mod keys;
mod refusals;
pub(crate) mod samples;
mod secrets;
