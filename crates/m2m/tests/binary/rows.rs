//! The rows of docs/rows.md that a token endpoint refuses, against a server process in the profile of the row and in the profile `rfc`.
//!
//! Each test is about one row: the answer that the caller gets, and the cause, the evidence and a fix that `m2m diagnose` prints for its trace id.
//! The same rows in all profiles, in one process, are in `crates/m2m-testkit/tests/refusals.rs`.

#![expect(
    clippy::indexing_slicing,
    reason = "an answer without what a test looks for fails the test, in its helpers too"
)]

mod faults;
mod generic;
mod kinde;
mod support;
mod trusted_applications;
mod unavailable;
