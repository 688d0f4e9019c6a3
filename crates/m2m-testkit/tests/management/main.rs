//! Tests of a server in one process over its management API, and of the rules that keep it manageable.

#![expect(clippy::unwrap_used, reason = "tests and their helpers may unwrap")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing member or header fails the test"
)]

mod access;
mod apis;
mod applications;
mod bodies;
mod causes;
mod checks;
mod clocks;
mod coalition;
mod delegation;
mod diagnoses;
mod edges;
mod emergency;
mod expiry;
mod fields;
mod foreign_client;
mod forge;
mod grants;
mod keys;
mod lapsed_tokens;
mod last_manager;
mod managed;
mod managers;
mod not_found;
mod organizations;
mod pages;
mod parallel_changes;
mod parallel_keys;
mod parallel_rotation;
mod paths;
mod power;
mod protection;
mod published;
mod read_only;
mod refusals;
mod registry_files;
mod repeats;
mod report;
mod schedule;
mod secrets;
mod server;
mod stop;
mod taken_names;
mod test_tokens;
mod token_contents;
mod token_header;
mod trusted_applications;
mod verifier;
mod weight;
