//! The commands that manage a server while it runs.

mod apis;
mod applications;
mod apply;
mod documents;
mod events;
mod keys;
mod refusals;
pub(crate) mod samples;
mod secrets;
