//! The commands that manage a running server.

mod apis;
mod applications;
mod apply;
mod diagnoses;
mod documents;
mod events;
mod keys;
mod refusals;
pub(crate) mod samples;
mod secrets;
