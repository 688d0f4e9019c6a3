//! The commands that manage a running server.

mod apis;
mod applications;
mod apply;
mod diagnoses;
mod documents;
mod events;
mod keys;
mod refusals;
mod report;
pub(crate) mod samples;
mod secrets;
